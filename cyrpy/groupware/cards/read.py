"""Which cards the one who asks may see, and what changed of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from cyrpy.data import cards, ids, itemchanges
from cyrpy.data.cards import KIND, LETTER, CardRow
from cyrpy.data.changes import Changes, changes_since
from cyrpy.data.itemchanges import ItemViewer
from cyrpy.data.unit import Unit
from cyrpy.groupware.access import Actor
from cyrpy.groupware.contacts import AddressBookView, visible


def find(unit: Unit, view: AddressBookView, uri: str) -> CardRow | None:
    """The card of that URL name."""
    return cards.by_uri(unit, view.row.account_id, view.row.id, uri)


def of_names(unit: Unit, view: AddressBookView, uris: Sequence[str]) -> dict[str, CardRow]:
    """Those cards of these URL names that there are."""
    return cards.by_uris(unit, view.row.account_id, view.row.id, uris)


def of_ids(
    unit: Unit, account_id: int, actor: Actor, wire_ids: Sequence[str]
) -> dict[str, tuple[CardRow, AddressBookView]]:
    """Those cards of an account that `actor` may see, by id, with the address book of each."""
    numbers = {number: id for id in wire_ids if (number := ids.decode(LETTER, id)) is not None}
    views = {view.row.id: view for view in visible(unit, account_id, actor)}
    rows = cards.by_ids(unit, account_id, list(numbers))
    return {
        numbers[number]: (row, views[row.address_book_id])
        for number, row in rows.items()
        if row.address_book_id in views
    }


def viewer(unit: Unit, account_id: int, actor: Actor) -> ItemViewer:
    """One who is not the owner, as the log of cards is read for it."""

    def placed(wire_ids: Collection[str]) -> Mapping[str, Collection[int]]:
        numbers = [number for id in wire_ids if (number := ids.decode(LETTER, id)) is not None]
        rows = cards.by_ids(unit, account_id, numbers)
        return {ids.encode(LETTER, number): (row.address_book_id,) for number, row in rows.items()}

    def held(address_book_id: int) -> Iterable[str]:
        numbers = cards.numbers(unit, account_id, address_book_id)
        return (ids.encode(LETTER, number) for number in numbers)

    books = {view.row.id for view in visible(unit, account_id, actor)}
    return ItemViewer(actor.principals, books, placed, held)


def card_changes_since(
    unit: Unit, account_id: int, actor: Actor, since: str, limit: int | None = None
) -> Changes:
    """What changed of the cards of an account that the user sees, for JMAP.

    Raises:
        CannotCalculateChanges: `since` is not a state that the log can start from.
    """
    if account_id == actor.principal_id:
        return changes_since(unit, account_id, KIND, since, limit=limit)
    seen = viewer(unit, account_id, actor)
    return itemchanges.item_changes_since(unit, account_id, KIND, since, seen, limit)
