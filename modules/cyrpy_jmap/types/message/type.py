"""Message: emails as the drafts had them, for the classic dialect alone.

A Message is an Email whose texts are strings, which knows what it is an answer to, and which is
sent by putting it into the Outbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import orjson
from pydantic import PrivateAttr

from cyrpy.data import mailboxes, messages
from cyrpy.data.messages import KIND, MessageRow
from cyrpy.formats.mime.message import Message as Parsed
from cyrpy.groupware import mail_sent
from cyrpy.groupware import mailboxes as mailboxes_groupware
from cyrpy.groupware.mail import Placing
from cyrpy.groupware.mail_access import MailAccess
from cyrpy.mail import local
from cyrpy_jmap.call import Call, Done, Method
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import GetArguments
from cyrpy_jmap.methods.set import HIDDEN, SetArguments
from cyrpy_jmap.stored import Record
from cyrpy_jmap.types.email import creating, query, snippet
from cyrpy_jmap.types.email.importing import Letter
from cyrpy_jmap.types.email.rendering import Seen, metadata, utc_date
from cyrpy_jmap.types.email.type import Emails
from cyrpy_jmap.types.message import filing, lists, outbox, writing
from cyrpy_jmap.types.message.common import UNNAMED, state_of
from cyrpy_jmap.types.message.rendering import OF_OCTETS, Place, of_octets
from cyrpy_jmap.types.message.threads import date_of
from cyrpy_jmap.types.sharing import actor_of

LETTER: Final = HIDDEN + "letter"
DRAFT_ROLES: Final = frozenset({mail_sent.DRAFTS, mail_sent.OUTBOX})
STORED: Final = frozenset(
    ("id", "blobId", "threadId", "mailboxIds", "keywords", "size", "date", "hasAttachment")
) | frozenset(("preview", "sender", "from", "to", "cc", "bcc", "replyTo", "subject"))
KNOWN: Final = STORED | OF_OCTETS | {writing.REPLY}


class MessageSetArguments(SetArguments):
    """The set call has one more."""

    only_drafts: bool = False  # what is created must be in the mailbox of drafts, or the Outbox
    _queued: list[int] = PrivateAttr(default_factory=list)

    def note(self, number: int) -> None:
        """Remember a submission that the call made."""
        self._queued.append(number)

    def queued(self) -> Sequence[int]:
        """Those that were made."""
        return self._queued


class Messages(Emails):
    """The messages of an account; states and changes are those of Email."""

    name: ClassVar[str] = "Message"
    capability = UNNAMED
    get_arguments = GetArguments  # type: ignore[assignment]  # no bodies by their parts
    set_arguments = MessageSetArguments
    filters: ClassVar[Mapping[str, Any]] = {**query.FILTERS, **lists.FILTERS}
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {**query.SORTS, **lists.SORTS}

    def methods(self) -> dict[str, Method]:
        """Copies go within one account too."""
        found = super().methods()
        standard = {name: found[name] for name in found if name.startswith("Message/")}
        return standard | {
            "Message/import": Method(lambda c, a: filing.run_import(self, c, a), writes=True),
            "Message/copy": Method(lambda c, a: filing.run_copy(self, c, a), writes=True),
            "Message/report": Method(filing.run_report, writes=True),
            "Message/snippets": Method(lambda c, a: snippet.run_get(c, a, self.filters), slow=True),
        }

    def knows(self, property: str) -> bool:
        """Whether messages have it."""
        return property in KNOWN

    def state(self, call: Call) -> str:
        """That of Email."""
        return state_of(call, KIND)

    # Reading

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Record]:
        """The messages that the user may see; for a change, with what is kept of them."""
        access = _access(call)
        found = messages.of_ids(call.unit, call.account.id, ids or ())
        rows = [row for row in found if access.sees(row)]
        keywords = access.keywords(call.unit, rows)
        is_get = isinstance(call.arguments, GetArguments)
        wanted = (call.properties or KNOWN) if is_get else STORED
        for row in rows:
            seen = Seen(access.mailbox_ids(row), keywords[row.id])
            yield self._shown(call, row, seen, wanted)

    def _shown(self, call: Call, row: MessageRow, seen: Seen, wanted: frozenset[str]) -> Json:
        kept: Json = orjson.loads(row.properties)
        value = kept | metadata(row, seen) | {"date": utc_date(date_of(row))}
        if writing.REPLY in wanted:
            parent = mail_sent.answered(call.unit, row)
            is_seen = parent is not None and _access(call).sees(parent)
            value[writing.REPLY] = parent.wire_id if parent is not None and is_seen else None
        if not wanted.isdisjoint(OF_OCTETS):
            octets = call.services.blobs.read(call.unit, [row.account_id], value["blobId"])
            message = Parsed(octets or b"", row.digest)  # nothing is left of what is damaged
            value |= of_octets(message, wanted, Place(row.digest))
        return {name: one for name, one in value.items() if name in KNOWN}

    def _query(self, call: Call, arguments: Arguments) -> Arguments:
        """With the threads of what is found."""
        return lists.with_threads(call, super()._query(call, arguments))

    def _query_changes(self, call: Call, arguments: Arguments) -> Arguments:
        """Likewise, also of what is gone."""
        return lists.with_changed_threads(call, super()._query_changes(call, arguments))

    # Writing

    def check_new(self, value: Json) -> Json:
        """The dialect has checked it."""
        return value

    def ready(self, call: Call, checked: Json) -> Json:
        """Make the message and read it."""
        id = checked.get(writing.REPLY)
        reply = None if id is None else _reply(call, call.real_id(id) or id)
        return checked | {LETTER: Letter.of(creating.built(call, writing.email_of(checked, reply)))}

    def create(self, call: Call, checked: Json) -> Json:
        """A draft, which is sent if it is put into the Outbox."""
        boxes = self.boxes(call, checked["mailboxIds"])
        if call.arguments.only_drafts:
            _check_drafts(call, boxes)
        words = creating.keywords(checked.get("keywords", {}))
        made = self.put(call, checked[LETTER], Placing(boxes, words))
        if outbox.number_of(call) in boxes:
            self._send(call, made["id"])
        return made

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """File or mark it; into the Outbox it is sent, out of it it is not."""
        boxes = self.boxes(call, patched["mailboxIds"])
        row = messages.get(call.unit, call.account.id, id)
        number = outbox.number_of(call)
        if row is None or number is None or (number in row.mailbox_ids) == (number in boxes):
            return super().update(call, id, current, patched)
        changed = super().update(call, id, current, patched)
        if number in boxes:
            self._send(call, id)
        else:
            outbox.take_back(call, row)
        return changed

    def destroy(self, call: Call, id: str) -> None:
        """Take it out of all mailboxes; from the Outbox, it is not sent."""
        row = messages.get(call.unit, call.account.id, id)
        super().destroy(call, id)
        if row is not None and outbox.number_of(call) in row.mailbox_ids:
            outbox.take_back(call, row)

    def boxes(self, call: Call, wanted: Mapping[str, Any]) -> frozenset[int]:
        """The numbers of mailboxes that the user sees.

        Raises:
            SetError: `invalidProperties`, if there are none, or one is no such mailbox.
        """
        if not wanted:
            text = "mailboxIds: a message is in at least one mailbox"
            raise SetError("invalidProperties", text, ["mailboxIds"])
        views = mailboxes_groupware.visible(call.unit, call.account.id, actor_of(call))
        known = {view.row.wire_id: view.row.id for view in views}
        missing = [id for id in wanted if id not in known]
        if missing:
            text = f"mailboxIds: there is no mailbox {missing[0][:80]!r}"
            raise SetError("invalidProperties", text, ["mailboxIds"])
        return frozenset(known[id] for id in wanted)

    def _send(self, call: Call, id: str) -> None:
        row = messages.get(call.unit, call.account.id, id)
        if row is not None:
            call.arguments.note(outbox.send(call, row))

    def _set(self, call: Call, arguments: Arguments) -> Done:
        done = super()._set(call, arguments)
        core, queued = call.services.core, call.arguments.queued()
        if queued and not core.settings.sends_mail:
            local.send_now(core, call.account.id, queued)
        return done


def _reply(call: Call, id: str) -> Json:
    """What says that a message is an answer to the one of that id."""
    row = messages.get(call.unit, call.account.id, id)
    return writing.reply_to(row if row is not None and _access(call).sees(row) else None)


def _check_drafts(call: Call, boxes: frozenset[int]) -> None:
    rows = mailboxes.of_ids(call.unit, call.account.id, boxes)
    if not any(row.role in DRAFT_ROLES for row in rows):
        text = "mailboxIds: a new message is in the mailbox with role drafts, or outbox"
        raise SetError("invalidProperties", text, ["mailboxIds"])


def _access(call: Call) -> MailAccess:
    return MailAccess.of(call.unit, call.account.id, actor_of(call))
