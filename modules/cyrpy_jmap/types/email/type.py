"""Emails as a data type: reading, making, filing, marking and destroying them (RFC 8621 §4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import orjson

from cyrpy.data import changes, itemchanges, mail_usage, messages
from cyrpy.data.changes import Changes
from cyrpy.data.messages import KIND, MessageRow
from cyrpy.errors import NotFound
from cyrpy.formats.mime.message import Message
from cyrpy.groupware import mail
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.filters import Comparator, Filter
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import HIDDEN
from cyrpy_jmap.records import invalid_properties, judged
from cyrpy_jmap.stored import Record
from cyrpy_jmap.types.email import creating, query, viewing
from cyrpy_jmap.types.email.importing import Letter, run_import
from cyrpy_jmap.types.email.model import (
    DEFAULT,
    Email,
    EmailGetArguments,
    is_part_property,
    is_property,
)
from cyrpy_jmap.types.email.parsing import run_parse
from cyrpy_jmap.types.email.rendering import Seen, Wanted, cut, metadata, stored
from cyrpy_jmap.types.mailbox import Mailboxes
from cyrpy_jmap.types.mailbox.model import MAIL
from cyrpy_jmap.types.sharing import actor_of

_MUTABLE: Final = frozenset({"mailboxIds", "keywords"})
_COPIED: Final = _MUTABLE | {"receivedAt"}
_LETTER: Final = HIDDEN + "letter"


class Emails(DataType[Email]):
    """The messages of an account, for the owner and for those who see some of its mailboxes."""

    name: ClassVar[str] = "Email"
    capability = MAIL
    model = Email
    get_arguments = EmailGetArguments
    query_arguments = query.EmailQueryArguments
    query_changes_arguments = query.EmailQueryChangesArguments
    filters: ClassVar[Mapping[str, Any]] = query.FILTERS
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = query.SORTS
    stable = query.STABLE
    slow = True
    copyable = True
    refers: ClassVar[Mapping[str, DataType[Any]]] = {"mailboxIds": Mailboxes()}

    def knows(self, property: str) -> bool:
        """Beside the model's, those of header fields and bodies."""
        return is_property(property)

    def methods(self) -> dict[str, Method]:
        """Adds what the standard set lacks."""
        return super().methods() | {
            "Email/import": Method(lambda call, args: run_import(self, call, args), writes=True),
            "Email/parse": Method(run_parse),
        }

    # Reading

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Record]:
        """The messages that the user may see, with the properties that were asked for."""
        access = _access(call)
        rows = [row for row in _rows(call, ids) if access.sees(row)]
        keywords = access.keywords(call.unit, rows)
        wanted = self._wanted(call)
        for row in rows:
            seen = Seen(access.mailbox_ids(row), keywords[row.id])
            if wanted is not None and wanted.needs_message:
                yield _of_message(call, row, seen, wanted)
            else:
                whole = wanted is not None and "bodyStructure" in wanted.properties
                yield stored(row, seen, with_structure=whole)

    def _wanted(self, call: Call) -> Wanted | None:
        """What is asked for beyond what is kept; None in a /set, which needs no more than that.

        Raises:
            MethodError: `invalidArguments` for properties that parts do not have.
        """
        arguments = call.arguments
        if not isinstance(arguments, EmailGetArguments):
            return None
        check_parts(arguments.body_properties)
        return Wanted(call.properties or DEFAULT, arguments)

    def changes_since(self, call: Call, since: str, limit: int | None) -> Changes:
        """From the lines of the mailboxes that the user sees.

        Raises:
            CannotCalculateChanges: `since` is no state that can be started from.
        """
        if call.account.is_own:
            return changes.changes_since(call.unit, call.account.id, KIND, since, limit=limit)
        viewer = viewing.item_viewer(call)
        return itemchanges.item_changes_since(
            call.unit, call.account.id, KIND, since, viewer, limit
        )

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all messages."""
        access = _access(call)

        def sees(id: str) -> bool:
            row = messages.get(call.unit, call.account.id, id)
            return row is not None and access.sees(row)

        return sees

    # Searching

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """By SQL; a mailbox by date is read no further than asked."""
        return query.search_emails(call, _access(call), filter, sort, self.further(call))

    def further(self, call: Call) -> Mapping[str, Callable[[], Sequence[int]]]:
        """Conditions that an extension adds: those numbers of messages for which they hold."""
        del call
        return {}

    def is_stable(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Not where other emails of a thread say which is found."""
        by_thread = query.is_by_thread(call, filter, sort)
        return not by_thread and super().is_stable(call, filter, sort)

    def moved(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator], found: Changes
    ) -> Sequence[str]:
        """Those that changed; with others of their threads, where these say which are found."""
        if not query.is_by_thread(call, filter, sort):
            return found.updated
        rows = viewing.in_changed_threads(call, found)
        access, new = _access(call), set(found.created)
        seen = [row.wire_id for row in rows if access.sees(row)]
        return list(dict.fromkeys([*found.updated, *(id for id in seen if id not in new)]))

    # Writing

    def check_new(self, value: Json) -> Json:
        """As the standard, but no answer tells that there are no keywords (§4.6)."""
        checked, wrong = judged(self.model, value)
        wrong = creating.problems(checked, wrong)
        if wrong:
            raise invalid_properties(wrong)
        if "keywords" not in value:
            checked.pop("keywords", None)
        return checked

    def ready(self, call: Call, checked: Json) -> Json:
        """Make the message and read it."""
        return checked | {_LETTER: Letter.of(creating.built(call, checked))}

    def create(self, call: Call, checked: Json) -> Json:
        """A message made of an Email object, as a draft mostly."""
        return self.put(call, checked[_LETTER], creating.placing(checked))

    def put(self, call: Call, letter: Letter, placing: mail.Placing) -> Json:
        """Store a message; what /set and /import say of it.

        Raises:
            SetError: `alreadyExists`.
            OverQuota: there is no room for it.
        """
        quota = call.services.core.settings.mail_quota
        call.services.blobs.store(call.unit, call.account.id, letter.octets, mail.MEDIA_TYPE)
        with creating.set_errors():
            found = _access(call).import_message(call.unit, letter.arrival, placing)
        if not found.is_new:
            raise SetError(
                "alreadyExists", "this message is there already", existingId=found.row.wire_id
            )
        mail_usage.require_room(call.unit, call.account.id, 0, quota)  # with it
        told = metadata(found.row, Seen((), ()))
        return cut(told, ("id", "blobId", "threadId", "size"))

    def copy(self, call: Call, source: Call, original: Json, checked: Json) -> Json:
        """The same message in another account, filed and marked as the client says (§4.7)."""
        wrong = [
            name
            for name, value in checked.items()
            if name not in _COPIED and value != original.get(name)
        ]
        if wrong:
            raise SetError("invalidProperties", f"{wrong[0][:80]}: a copy cannot change it", wrong)
        if not _says_where(call, original["id"]):  # ids of mailboxes mean others here
            raise SetError("invalidProperties", "mailboxIds: is required", ["mailboxIds"])
        octets = source.blob(original["blobId"])
        if octets is None:
            raise NotFound(f"there is no email {original['id'][:80]!r}")
        return self.put(call, Letter.of(octets), creating.placing(checked))

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """File it in other mailboxes, or give it other keywords; nothing else can change."""
        wrong = [n for n in patched if n not in _MUTABLE and patched[n] != current.get(n)]
        if wrong:
            text = f"{', '.join(wrong)[:200]}: cannot change after creation"
            raise SetError("invalidProperties", text, wrong)
        row = _one(call, id)
        boxes = creating.mailbox_numbers(patched["mailboxIds"])
        words = creating.keywords(patched["keywords"])
        with creating.set_errors():
            _access(call).update(call.unit, row, mailbox_ids=boxes, keywords=words)
        return None

    def destroy(self, call: Call, id: str) -> None:
        """Take it out of all mailboxes."""
        _access(call).destroy(call.unit, _one(call, id))


def check_parts(properties: Collection[str] | None) -> None:
    """Make sure that parts have these properties.

    Raises:
        MethodError: `invalidArguments`.
    """
    wrong = [name for name in properties or () if not is_part_property(name)]
    if wrong:
        raise MethodError(
            "invalidArguments",
            f"bodyProperties: EmailBodyPart has no {wrong[0][:80]!r}",
            arguments=["bodyProperties"],
        )


def _access(call: Call) -> MailAccess:
    return MailAccess.of(call.unit, call.account.id, actor_of(call))


def _rows(call: Call, wanted: Sequence[str] | None) -> list[MessageRow]:
    if wanted is None:
        most = call.limits.max_objects_in_get + 1
        return call.unit.all(messages.SOME, account_id=call.account.id, count=most)
    return messages.of_ids(call.unit, call.account.id, wanted)


def _one(call: Call, id: str) -> MessageRow:
    row = messages.get(call.unit, call.account.id, id)
    if row is None or not _access(call).sees(row):
        raise NotFound(f"there is no email {id[:80]!r}")
    return row


def _of_message(call: Call, row: MessageRow, seen: Seen, wanted: Wanted) -> Json:
    """An email whose octets are needed, as for header fields and the texts of bodies."""
    value = metadata(row, seen)
    blob_id = value["blobId"]
    octets = call.services.blobs.read(call.unit, [call.account.id], blob_id)
    if octets is None:  # damaged: what is kept is still there
        kept: Json = orjson.loads(row.properties)
        return value | kept
    return value | wanted.of_message(Message(octets, row.digest))


def _says_where(call: Call, id: str) -> bool:
    """Whether all copies of an email that are asked for have mailboxes given."""
    wanted = call.arguments.create.values()
    named = [one for one in wanted if isinstance(one.get("id"), str)]
    return all("mailboxIds" in one for one in named if call.real_id(one["id"]) == id)
