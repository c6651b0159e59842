"""Address books: who sees which, and creating, changing, sharing and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cyrpy.data import access, addressbooks, cards, dav, ids, search
from cyrpy.data.addressbooks import KIND, AddressBookRow, SettingsRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware import invitations
from cyrpy.groupware.access import ALL_LETTERS, Actor, has
from cyrpy.groupware.sharing import Container, share, shows, unshare_all

CARD: Final = cards.KIND
CARD_LETTER: Final = cards.LETTER

# RFC 9610 §2, AddressBookRights: each right and the letters that together are it.
ADDRESS_BOOK_RIGHTS: Final[Mapping[str, str]] = {
    "mayRead": "lr",
    "mayWrite": "swite",
    "mayShare": "a",
    "mayDelete": "x",
}


# What a sharee starts from (RFC 9610 §2).
SHAREE_DEFAULTS: Final[Mapping[str, int]] = {"sort_order": 0, "is_subscribed": 0}


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
    return Container(row.account_id, KIND, row.id, row.wire_id, row.uri, row.name)


def visible(unit: Unit, account_id: int, actor: Actor) -> list[AddressBookView]:
    """The address books of the account that `actor` may see, in the owner's order."""
    rows = addressbooks.all_of(unit, account_id)
    default = addressbooks.default_id(unit, account_id)
    is_owner = account_id == actor.principal_id
    granted: Mapping[int, str] = dict.fromkeys((row.id for row in rows), ALL_LETTERS)
    if not is_owner:
        granted = access.granted_to(unit, account_id, KIND, actor.principals)
        own = unit.all(
            addressbooks.SETTINGS, account_id=account_id, principal_id=actor.principal_id
        )
        settings = {row.address_book_id: row for row in own}
        rows = [_for_sharee(row, settings.get(row.id)) for row in rows]
    return [
        AddressBookView(row, granted[row.id], is_owner=is_owner, is_default=row.id == default)
        for row in rows
        if shows(granted.get(row.id, ""))
    ]


def wire_ids(unit: Unit, account_id: int, actor: Actor) -> dict[int, str]:
    """The ids of the address books that `actor` may see, by their numbers."""
    if account_id == actor.principal_id:
        return dict(unit.all(addressbooks.WIRE_IDS, account_id=account_id))
    return {view.row.id: view.row.wire_id for view in visible(unit, account_id, actor)}


def _for_sharee(row: AddressBookRow, own: SettingsRow | None) -> AddressBookRow:
    chosen = {} if own is None else {name: getattr(own, name) for name in addressbooks.PERSONAL}
    mine = {name: value for name, value in chosen.items() if value is not None}
    return row._replace(**{**SHAREE_DEFAULTS, **mine})


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


def set_own(unit: Unit, view: AddressBookView, actor: Actor, values: Mapping[str, int]) -> None:
    """Change what a sharee sets for itself: PERSONAL columns."""
    row = view.row
    settings = SettingsRow(row.account_id, row.id, actor.principal_id, None, None)
    for present in unit.all(
        addressbooks.SETTINGS, account_id=row.account_id, principal_id=actor.principal_id
    ):
        settings = present if present.address_book_id == row.id else settings
    unit.run(addressbooks.PUT_SETTINGS, **settings._replace(**values)._asdict())
    unit.record(
        row.account_id,
        KIND,
        row.wire_id,
        ChangeKind.UPDATED,
        name=row.uri,
        audience=actor.principal_id,
    )


def set_default(unit: Unit, row: AddressBookRow) -> str | None:
    """Make it the account's default; the id of the one that was, if it was another."""
    before = addressbooks.default_id(unit, row.account_id)
    if before == row.id:
        return None
    unit.run(addressbooks.SET_DEFAULT, account_id=row.account_id, address_book_id=row.id)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)
    for other in addressbooks.all_of(unit, row.account_id):
        if other.id == before:
            unit.record(row.account_id, KIND, other.wire_id, ChangeKind.UPDATED, name=other.uri)
            return other.wire_id
    return None


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
        search.remove(unit, row.account_id, number)
        dav.forget(unit, dav.Key(row.account_id, CARD, number))
        unit.record(
            row.account_id,
            CARD,
            ids.encode(CARD_LETTER, number),
            ChangeKind.DESTROYED,
            container_id=row.id,
            name=uri,
        )
    invitations.forget_all(unit, container(row))
    unshare_all(unit, container(row))
    dav.forget(unit, dav.Key(row.account_id, KIND, row.id))
    addressbooks.remove(unit, row)
    if ids.decode(addressbooks.LETTER, row.wire_id) != row.id:
        access.retire(unit, row.account_id, KIND, row.wire_id)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED, name=row.uri)
