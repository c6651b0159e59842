"""Cards as a data type: reading, finding, making, changing, moving and destroying them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from cyrpy.data import cards, cardsearch, changes
from cyrpy.data.cards import KIND, LETTER, CardRow
from cyrpy.data.itemresults import Results
from cyrpy.data.itemsearch import AllOf, Order, Part, Scope, Search
from cyrpy.data.keys import bounded
from cyrpy.errors import AlreadyExists, Forbidden, NotFound
from cyrpy.groupware import cards as groupware
from cyrpy.groupware.access import has
from cyrpy.groupware.cards.errors import LETTERS
from cyrpy.groupware.contacts import AddressBookView, visible, wire_ids
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.filters import Comparator, Filter, used
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.stored import Record
from cyrpy_jmap.types.address_book import CONTACTS, AddressBooks
from cyrpy_jmap.types.contact_card import model, query, rendering, writing
from cyrpy_jmap.types.contact_card.model import EXTENSIONS, ContactCard, card_of
from cyrpy_jmap.types.contact_card.parsing import run_parse
from cyrpy_jmap.types.sharing import actor_of

Books = Mapping[int, AddressBookView]


class ContactCards(DataType[ContactCard]):
    """The cards of an account that the user sees: those in address books shared with it."""

    name: ClassVar[str] = KIND
    capability = CONTACTS
    model = ContactCard
    refers: ClassVar[Mapping[str, DataType[Any]]] = {"addressBookIds": AddressBooks()}
    copyable = True
    slow = True
    filters: ClassVar[Mapping[str, Any]] = query.FILTERS
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = query.SORTS
    stable: ClassVar[frozenset[str]] = query.STABLE

    # Which cards there are to it: all; or as in the classic dialect, groups or all others.
    of_groups: ClassVar[bool | None] = None

    def methods(self) -> dict[str, Method]:
        """With /parse, which no RFC has."""
        return super().methods() | {f"{self.name}/parse": Method(run_parse)}

    def knows(self, property: str) -> bool:
        """Any that JSContact has, or a vendor might have."""
        return model.knows(property)

    def check_new(self, value: Json) -> Json:
        """As JSContact has it."""
        return model.check_new(value)

    def check_patched(self, current: Json, patch: Json) -> Json:
        """As JSContact has it."""
        return model.check_patched(current, patch)

    # Reading

    def load(self, call: Call, wanted: Sequence[str] | None) -> Iterable[Record]:
        """The stored octets; values only where the classic dialect's extensions are asked for."""
        extended = call.properties is not None and call.properties & EXTENSIONS
        if extended or self.of_groups is not None:
            books = books_of(call)
            numbers = self._numbers(call, books, wanted)
            return rendering.values(
                call, self._mine(rendering.rows_of(call, books, numbers)), books
            )
        ids = wire_ids(call.unit, call.account.id, actor_of(call))
        return rendering.octets_of(call, ids, self._numbers(call, ids, wanted))

    def _numbers(
        self, call: Call, books: Collection[int], wanted: Sequence[str] | None
    ) -> Sequence[int]:
        """The numbers in the ids; or of all cards, but not more than one more than may be got."""
        if wanted is not None:
            return rendering.numbers_of(wanted)
        return self._search(call, books, AllOf(())).some(0, call.limits.max_objects_in_get + 1)

    def current(self, call: Call, ids: Sequence[str]) -> Iterable[Record]:
        """With the extensions, which an update may change."""
        books = books_of(call)
        rows = self._mine(rendering.rows_of(call, books, rendering.numbers_of(ids)))
        return rendering.values(call, rows, books)

    def _is_mine(self, kind: str) -> bool:
        return self.of_groups is None or self.of_groups == (kind == cardsearch.GROUP)

    def _mine(self, rows: Iterable[cards.ShownCard]) -> Iterator[cards.ShownCard]:
        return (row for row in rows if self._is_mine(row.kind))

    def state(self, call: Call) -> str:
        """That of all cards."""
        moved = call.unit.moved_to(call.account.id, KIND)
        if moved is None:
            moved = changes.state(call.unit, call.account.id, KIND)
        return str(moved)

    def changes_since(self, call: Call, since: str, limit: int | None) -> changes.Changes:
        """Of the cards that the user saw or sees."""
        return groupware.card_changes_since(
            call.unit, call.account.id, actor_of(call), since, limit
        )

    # Searching

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """One statement, which reads no card."""
        books = books_of(call)
        part = query.Asker(call, books).part(filter)
        if not books:
            return ()
        return Results(LETTER, self._search(call, books, part, query.orders(sort)))

    def _search(
        self, call: Call, books: Collection[int], part: Part, order: Sequence[Order] = ()
    ) -> Search:
        if self.of_groups is not None:
            part = AllOf((cardsearch.is_group(self.of_groups), part))
        scope = Scope(call.account.id, [*books])
        return Search(call.unit, cardsearch.ITEMS, scope, part, order)

    def can_calculate(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Unless it is asked of one card what another says."""
        del call, sort
        return query.IN_GROUPS not in used(filter)

    # Writing

    def create(self, call: Call, checked: Json) -> Json:
        """A card in one address book; what the server added or has otherwise."""
        return self._create(call, checked, None)

    def copy(self, call: Call, source: Call, original: Json, checked: Json) -> Json:
        """Of the original's vCard, so that what no Card says is copied too."""
        row, _ = self._found_one(source, original["id"])
        octets = cards.vcards(source.unit, row.account_id, [row.id])[row.id]
        return self._create(call, checked, octets)

    def _create(self, call: Call, checked: Json, octets: bytes | None) -> Json:
        books = books_of(call)
        wanted = checked.get("addressBookIds")
        view = default_book(books) if wanted is None else book_named(books, wanted)
        uid = checked.get("uid")
        if uid is not None:
            refuse_uid(call, books, uid)
        record = {"uid": writing.new_uid(), **checked}
        row = writing.create(call, view, record, octets)
        made = self._one(call, row.id)
        return {**writing.told(card_of(made), checked), "id": made["id"]}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change what it says, or move it."""
        row, view = self._found_one(call, id)
        if patched["addressBookIds"] != current["addressBookIds"]:
            books = books_of(call)
            target = book_named(books, patched["addressBookIds"])
            uri = free_uri(call, target, row)
            row = groupware.move(call.unit, view, row, target, uri)
            view = target
        writing.update(call, view, row, current, patched)
        told = writing.told(card_of(self._one(call, row.id)), patched)
        return told or None

    def _one(self, call: Call, number: int) -> Json:
        ids = wire_ids(call.unit, call.account.id, actor_of(call))
        (record,) = rendering.octets_of(call, ids, [number])
        return writing.as_value(record.octets)

    def _found_one(self, call: Call, id: str) -> tuple[CardRow, AddressBookView]:
        """A card that the user sees.

        Raises:
            NotFound: there is none.
        """
        found = groupware.of_ids(call.unit, call.account.id, actor_of(call), [id]).get(id)
        if found is None or not self._is_mine(found[0].kind):
            raise NotFound(f"there is no {self.name} {id[:255]!r}")
        return found

    def destroy(self, call: Call, id: str) -> None:
        """Delete it."""
        row, view = self._found_one(call, id)
        groupware.delete(call.unit, view, row)


def books_of(call: Call) -> dict[int, AddressBookView]:
    """The address books that the user sees, by number."""
    return {v.row.id: v for v in visible(call.unit, call.account.id, actor_of(call))}


def book_named(books: Books, wanted: Mapping[str, Any]) -> AddressBookView:
    """The address book that `addressBookIds` names.

    Raises:
        SetError: `invalidProperties`; there is none, or none that the user sees.
    """
    (id,) = wanted
    for view in books.values():
        if view.row.wire_id == id:
            return view
    raise SetError(
        "invalidProperties",
        f"addressBookIds: there is no address book {id[:255]!r} in this account",
        [f"addressBookIds/{id}"],
    )


def default_book(books: Books) -> AddressBookView:
    """Where new cards go if nothing is said of it: the default, else the first that takes some.

    Raises:
        Forbidden: there is none.
    """
    may = [view for view in books.values() if has(view.rights, LETTERS["bind"])]
    for view in may:
        if view.is_default:
            return view
    if not may:
        raise Forbidden("the user may not add cards to any address book of this account")
    return may[0]


def refuse_uid(call: Call, books: Books, uid: str) -> None:
    """An account has one card of a UID; in address books that the user does not see it cannot be.

    Raises:
        AlreadyExists: there is one.
    """
    for _, number, book in cards.with_uids(call.unit, call.account.id, [bounded(uid)]):
        if book in books:
            raise AlreadyExists(f"there is a card of the UID {uid[:255]!r}", f"{LETTER}{number}")


def free_uri(call: Call, target: AddressBookView, row: CardRow) -> str:
    """The card's name in URLs, or another, where the target has a card of that name."""
    if groupware.find(call.unit, target, row.uri) is None:
        return row.uri
    return f"{LETTER}{call.unit.new_id(target.row.account_id)}{groupware.SUFFIX}"
