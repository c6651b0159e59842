"""Contact and ContactGroup: cards as the classic dialect has them, as two types.

They belong to no capability that a client could name, so that only that dialect reaches them. A
Contact is a ContactCard; a ContactGroup names its members by their ids, which follow from UIDs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from cyrpy.data import cards, changes
from cyrpy.data.cards import KIND, LETTER, CardRow
from cyrpy.data.keys import bounded
from cyrpy.data.unit import ChangeKind
from cyrpy.groupware import cards as groupware
from cyrpy.groupware.contacts import AddressBookView
from cyrpy_jmap import records
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Id, JmapObject, Name, ServerSet, properties_of
from cyrpy_jmap.stored import Record
from cyrpy_jmap.types.address_book import CONTACTS
from cyrpy_jmap.types.contact_card import model, rendering, writing
from cyrpy_jmap.types.contact_card.model import HREF
from cyrpy_jmap.types.contact_card.type import (
    ContactCards,
    book_named,
    books_of,
    default_book,
    free_uri,
)
from cyrpy_jmap.types.sharing import actor_of
from cyrpy_jmap.viewer import Account

UNNAMED: Final = Capability("", shared_by=CONTACTS.shared_by)
MAX_MEMBERS: Final = 10_000
NO_BOOK: Final = {"addressBookIds": {"-": True}}  # where a client leaves it to us


class _OfClassic(ContactCards):
    """One of the two."""

    capability = UNNAMED

    def methods(self) -> dict[str, Method]:
        """Without /parse."""
        return {n: m for n, m in super().methods().items() if not n.endswith("/parse")}

    def changes_since(self, call: Call, since: str, limit: int | None) -> changes.Changes:
        """Of cards of its kind; those of which one cannot tell any more are among the destroyed."""
        found = super().changes_since(call, since, limit)
        numbers = rendering.numbers_of([*found.created, *found.updated])
        rows = cards.by_ids(call.unit, call.account.id, numbers)
        mine = {f"{LETTER}{n}" for n, row in rows.items() if self._is_mine(row.kind)}
        other = [id for id in found.updated if id not in mine]
        return found._replace(
            created=[id for id in found.created if id in mine],
            updated=[id for id in found.updated if id in mine],
            destroyed=[*found.destroyed, *(self._lost(call, since, other) if other else ())],
        )

    def _lost(self, call: Call, since: str, ids: Sequence[str]) -> list[str]:
        """Those of the ids that may have been of its kind at `since`: they went and came again."""
        now = changes.state(call.unit, call.account.id, KIND)
        lines = changes.lines_since(call.unit, call.account.id, KIND, since, now)
        went = {line.object_id for line in lines if line.kind == ChangeKind.DESTROYED}
        return [id for id in ids if id in went]


class Contacts(_OfClassic):
    """Cards that are no groups."""

    name: ClassVar[str] = "Contact"
    of_groups = False

    def check_new(self, value: Json) -> Json:
        """An address book need not be named."""
        checked = super().check_new({**NO_BOOK, **value})
        return {n: v for n, v in checked.items() if n in value or n not in NO_BOOK}


Members = Annotated[list[Id], Field(max_length=MAX_MEMBERS)]


class ContactGroup(JmapObject):
    """A named list of contacts."""

    name: Name
    contact_ids: Members = Field(default_factory=list)
    # By the ids of other accounts, or by the names that the dialect calls them by.
    other_account_contact_ids: Annotated[dict[str, Members], Field(max_length=100)] = Field(
        default_factory=dict
    )
    addressbook_id: Id | None = None
    x_href: ServerSet[str] = Field(alias=HREF)


class ContactGroups(_OfClassic):
    """Cards that are groups."""

    name: ClassVar[str] = "ContactGroup"
    model = ContactGroup  # type: ignore[assignment]  # its records are no cards
    of_groups = True
    copyable = False

    def knows(self, property: str) -> bool:
        """Those of the model."""
        return property in properties_of(ContactGroup).names

    def check_new(self, value: Json) -> Json:
        """By the model."""
        return records.check_new(ContactGroup, value)

    def check_patched(self, current: Json, patch: Json) -> Json:
        """By the model."""
        return records.check_patched(ContactGroup, current, patch)

    def load(self, call: Call, wanted: Sequence[str] | None) -> Iterable[Record]:
        """With the ids of those members that the user sees, in this account and in others."""
        books = books_of(call)
        numbers = self._numbers(call, books, wanted)
        rows = list(self._mine(rendering.rows_of(call, books, numbers)))
        return self._shown(call, rows, books)

    def current(self, call: Call, ids: Sequence[str]) -> Iterable[Record]:
        """All there is of them."""
        return self.load(call, ids)

    def _shown(
        self, call: Call, rows: list[cards.ShownCard], books: rendering.Books
    ) -> Iterable[Json]:
        uids = {row.id: rendering.members(row) for row in rows}
        everyone = [uid for members in uids.values() for uid in members]
        here, elsewhere = _known(call, everyone)
        for row, value in zip(rows, rendering.values(call, rows, books), strict=True):
            members = uids[row.id]
            yield {
                "id": value["id"],
                "name": _name(value),
                "contactIds": [here[uid] for uid in members if uid in here],
                "otherAccountContactIds": _by_account(members, elsewhere),
                "addressbookId": books[row.address_book_id].row.wire_id,
                HREF: value[HREF],
            }

    def create(self, call: Call, checked: Json) -> Json:
        """A card of the kind group."""
        books = books_of(call)
        id = checked["addressbookId"]
        view = default_book(books) if id is None else _book(books, id)
        uids = self._members(call, checked)
        card = {
            **model.DEFAULTS,
            "uid": writing.new_uid(),
            "kind": "group",
            "name": {"full": checked["name"]},
            "members": dict.fromkeys(uids, True),
        }
        row = writing.create(call, view, card)
        return {"id": f"{LETTER}{row.id}", "addressbookId": view.row.wire_id}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Members whom the user does not see stay in it."""
        row, view = self._found_one(call, id)
        if patched["addressbookId"] != current["addressbookId"]:
            row, view = self._moved(call, row, view, patched["addressbookId"])
        before = self._one(call, row.id)
        after = dict(before)
        if patched["name"] != current["name"]:
            after["name"] = {"full": patched["name"]}
        names = ("contactIds", "otherAccountContactIds")
        if any(patched[name] != current[name] for name in names):
            here, elsewhere = _known(call, before.get("members", ()))
            kept = [uid for uid in before["members"] if uid not in here and uid not in elsewhere]
            uids = [*self._members(call, patched), *kept]
            after["members"] = dict.fromkeys(uids, True)
        if after != before:
            writing.update(call, view, row, before, after)
        return None

    def _moved(
        self, call: Call, row: CardRow, view: AddressBookView, id: str | None
    ) -> tuple[CardRow, AddressBookView]:
        books = books_of(call)
        target = default_book(books) if id is None else _book(books, id)
        uri = free_uri(call, target, row)
        return groupware.move(call.unit, view, row, target, uri), target

    def _members(self, call: Call, record: Json) -> list[str]:
        """The UIDs of the members that a record names.

        Raises:
            SetError: `invalidProperties`, naming all that the user does not see.
        """
        wrong: dict[str, str] = {}
        uids = _uids(call, record["contactIds"], "contactIds", wrong)
        for account_id, ids in record["otherAccountContactIds"].items():
            path = f"otherAccountContactIds/{account_id}"
            account = _account(call, account_id)
            if account is None or not CONTACTS.works_in(account):
                wrong[path] = "there is no such account"
            else:
                uids += _uids(call.within(account), ids, path, wrong)
        if wrong:
            raise records.invalid_properties(wrong)
        return uids


def _book(books: rendering.Books, id: str) -> AddressBookView:
    try:
        return book_named(books, {id: True})
    except SetError as exc:
        reason = f"addressbookId: there is no address book {id[:255]!r} in this account"
        raise SetError("invalidProperties", reason, ["addressbookId"]) from exc


def _account(call: Call, named: str) -> Account | None:
    """Another account, by its id or its name."""
    found = (a for a in call.viewer.accounts.values() if named in (a.wire_id, a.name))
    return next((account for account in found if account.id != call.account.id), None)


def _uids(call: Call, ids: Sequence[str], path: str, wrong: dict[str, str]) -> list[str]:
    found = groupware.of_ids(call.unit, call.account.id, actor_of(call), ids)
    for at, id in enumerate(ids):
        if id not in found:
            wrong[f"{path}/{at}"] = f"there is no contact {id[:255]!r}"
    return [found[id][0].uid for id in dict.fromkeys(ids) if id in found]


def _known(call: Call, uids: Iterable[str]) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Ids of cards by UID: those in this account, and of the others account and id."""
    wanted = {bounded(uid): uid for uid in uids}
    here = _ids(call, wanted)
    elsewhere: dict[str, tuple[str, str]] = {}
    for account in call.viewer.accounts.values():
        left = {key: u for key, u in wanted.items() if u not in here and u not in elsewhere}
        if left and account.id != call.account.id and CONTACTS.works_in(account):
            found = _ids(call.within(account), left)
            elsewhere |= {uid: (account.name, id) for uid, id in found.items()}
    return here, elsewhere


def _ids(call: Call, wanted: Mapping[str, str]) -> dict[str, str]:
    if not wanted:
        return {}
    books = books_of(call)
    rows = cards.with_uids(call.unit, call.account.id, list(wanted))
    return {wanted[key]: f"{LETTER}{number}" for key, number, book in rows if book in books}


def _by_account(
    members: Iterable[str], elsewhere: Mapping[str, tuple[str, str]]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for uid in members:
        if uid in elsewhere:
            account, id = elsewhere[uid]
            found.setdefault(account, []).append(id)
    return found


def _name(value: Mapping[str, Any]) -> str:
    """What the group is called, which is never empty."""
    name = value.get("name", {})
    parts = [c["value"] for c in name.get("components", ()) if c.get("kind") != "separator"]
    return name.get("full") or " ".join(parts) or value.get("uid") or "-"
