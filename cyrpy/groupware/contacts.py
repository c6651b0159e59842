"""Address books: who sees which, and creating, changing, sharing and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cyrpy.data import access, addressbooks, dav, ids
from cyrpy.data.addressbooks import KIND, AddressBookRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware.access import ALL_LETTERS, Actor, has
from cyrpy.groupware.sharing import Container, share, shows, unshare_all

CARD: Final = "ContactCard"
CARD_LETTER: Final = "K"  # of cards' ids

# RFC 9610 §2, AddressBookRights: each right and the letters that together are it.
ADDRESS_BOOK_RIGHTS: Final[Mapping[str, str]] = {
    "mayRead": "lr",
    "mayWrite": "swite",
    "mayShare": "a",
    "mayDelete": "x",
}


class NotEmpty(Forbidden):
    """The address book holds cards, and they were not to be removed with it."""


class IsDefault(Forbidden):
    """The default address book of an account cannot be deleted."""


@dataclass(frozen=True, slots=True)
class AddressBookView:
    """An address book as one user sees it: with its rights."""

    row: AddressBookRow
    rights: str  # letters
    is_owner: bool
    is_default: bool


def container(row: AddressBookRow) -> Container:
    """The address book as something that can be shared."""
    return Container(row.account_id, KIND, row.id, row.wire_id, row.uri)


def visible(unit: Unit, account_id: int, actor: Actor) -> list[AddressBookView]:
    """The address books of the account that `actor` may see, in the owner's order."""
    rows = addressbooks.all_of(unit, account_id)
    default = addressbooks.default_id(unit, account_id)
    is_owner = account_id == actor.principal_id
    granted: Mapping[int, str] = dict.fromkeys((row.id for row in rows), ALL_LETTERS)
    if not is_owner:
        granted = access.granted_to(unit, account_id, KIND, actor.principals)
    return [
        AddressBookView(row, granted[row.id], is_owner=is_owner, is_default=row.id == default)
        for row in rows
        if shows(granted.get(row.id, ""))
    ]


def find(unit: Unit, account_id: int, actor: Actor, wire_id: str) -> AddressBookView:
    """One address book by its id.

    Raises:
        NotFound: there is none, or `actor` may not see it.
    """
    for view in visible(unit, account_id, actor):
        if view.row.wire_id == wire_id:
            return view
    raise NotFound(f"there is no address book {wire_id!r} in this account")


def update(unit: Unit, view: AddressBookView, values: Mapping[str, Any]) -> None:
    """Change columns, for all who see it.

    Raises:
        Forbidden: the user may not change what the address book is to all.
    """
    row = view.row
    if values and not has(view.rights, "a"):
        names = ", ".join(sorted(values))
        raise Forbidden(f"changing {names} of this address book needs the right to administer it")
    if view.is_owner or values:
        addressbooks.change(unit, row, values)
        unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)


def set_shares(unit: Unit, view: AddressBookView, wanted: Mapping[int, str]) -> None:
    """Share the address book with exactly these principals: id -> letters.

    Raises:
        Forbidden: the user may not administer it, or gives a right that it does not have.
    """
    if not has(view.rights, "a"):
        raise Forbidden("sharing this address book needs the right to administer it")
    may_grant = None if view.is_owner else view.rights
    if share(unit, container(view.row), wanted, may_grant):
        row = view.row
        addressbooks.change(unit, row, {})
        unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)


def delete(unit: Unit, view: AddressBookView, *, remove_cards: bool) -> None:
    """Delete the address book, its grants and its cards.

    Raises:
        Forbidden: the user may not, or it is the default address book of the account.
        NotEmpty: it holds cards, and `remove_cards` is false.
    """
    row = view.row
    if not has(view.rights, "x"):
        raise Forbidden("deleting this address book needs the right to delete it")
    if view.is_default:
        raise IsDefault("the default address book of an account cannot be deleted")
    held = addressbooks.cards_in(unit, row)
    if held and not remove_cards:
        raise NotEmpty("the address book holds cards; ask for them to be removed with it")
    for number, uri in held:
        unit.record(
            row.account_id,
            CARD,
            ids.encode(CARD_LETTER, number),
            ChangeKind.DESTROYED,
            container_id=row.id,
            name=uri,
        )
    unshare_all(unit, container(row))
    dav.forget(unit, dav.Key(row.account_id, KIND, row.id))
    addressbooks.remove(unit, row)
    if ids.decode(addressbooks.LETTER, row.wire_id) != row.id:
        access.retire(unit, row.account_id, KIND, row.wire_id)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED, name=row.uri)
