"""Address books: their rows, how they come into being, change and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data import access, ids
from cyrpy.data.statement import Query, insert_all, updating, upsert
from cyrpy.data.tables import accounts, address_book_settings, address_books, cards
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists

KIND: Final = "AddressBook"
LETTER: Final = "B"  # of ids that the server gives


class AddressBookRow(NamedTuple):
    """One address book as its owner has it, in the order of the table's columns."""

    account_id: int
    id: int
    wire_id: str
    uri: str  # last part of its URL
    name: str
    description: str | None
    sort_order: int
    is_subscribed: int
    created_modseq: int
    updated_modseq: int


class SettingsRow(NamedTuple):
    """What one sharee set for itself on one address book; None where it set nothing."""

    account_id: int
    address_book_id: int
    principal_id: int
    sort_order: int | None
    is_subscribed: int | None


PERSONAL: Final = SettingsRow._fields[3:]  # the columns that a sharee sets for itself


class NewAddressBook(NamedTuple):
    """What an address book is made of; `uri` is the name in URLs that a client chose."""

    name: str
    uri: str | None = None
    description: str | None = None
    sort_order: int = 0
    is_subscribed: bool = True


_of_account = address_books.c.account_id == bindparam("account_id")
ALL: Query[AddressBookRow] = Query(
    select(address_books)
    .where(_of_account)
    .order_by(address_books.c.sort_order, address_books.c.id),
    AddressBookRow._make,
)
WIRE_IDS: Query[tuple[int, str]] = Query(
    select(address_books.c.id, address_books.c.wire_id).where(_of_account)
)
BY_WIRE_ID: Query[AddressBookRow] = Query(
    select(address_books).where(_of_account, address_books.c.wire_id == bindparam("wire_id")),
    AddressBookRow._make,
)
BY_URI: Query[AddressBookRow] = Query(
    select(address_books).where(_of_account, address_books.c.uri == bindparam("uri")),
    AddressBookRow._make,
)
INSERT = Query[None](insert_all(address_books))
SETTINGS: Query[SettingsRow] = Query(
    select(address_book_settings).where(
        address_book_settings.c.account_id == bindparam("account_id"),
        address_book_settings.c.principal_id == bindparam("principal_id"),
    ),
    SettingsRow._make,
)
PUT_SETTINGS = Query[None](
    upsert(address_book_settings, ["account_id", "address_book_id", "principal_id"], PERSONAL)
)
DELETE_SETTINGS = Query[None](
    delete(address_book_settings).where(
        address_book_settings.c.account_id == bindparam("account_id"),
        address_book_settings.c.address_book_id == bindparam("address_book_id"),
    )
)
DEFAULT: Query[tuple[int | None]] = Query(
    select(accounts.c.default_address_book_id).where(accounts.c.id == bindparam("account_id"))
)
SET_DEFAULT = Query[None](
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(default_address_book_id=bindparam("address_book_id"))
)
DELETE = Query[None](
    delete(address_books).where(_of_account, address_books.c.id == bindparam("address_book_id"))
)
_cards_of = (
    cards.c.account_id == bindparam("account_id"),
    cards.c.address_book_id == bindparam("address_book_id"),
)
CARDS: Query[tuple[int, str]] = Query(
    select(cards.c.id, cards.c.uri).where(*_cards_of).order_by(cards.c.id)
)
DELETE_CARDS = Query[None](delete(cards).where(*_cards_of))


def all_of(unit: Unit, account_id: int) -> list[AddressBookRow]:
    """The address books of the account, in the owner's order."""
    return unit.all(ALL, account_id=account_id)


def get(unit: Unit, account_id: int, wire_id: str) -> AddressBookRow | None:
    """One address book by its id."""
    return unit.first(BY_WIRE_ID, account_id=account_id, wire_id=wire_id)


def by_uri(unit: Unit, account_id: int, uri: str) -> AddressBookRow | None:
    """One address book by its name in URLs."""
    return unit.first(BY_URI, account_id=account_id, uri=uri)


def default_id(unit: Unit, account_id: int) -> int | None:
    """Which address book the account's new cards go to."""
    number: int | None = unit.value(DEFAULT, account_id=account_id)
    return number


def create(unit: Unit, account_id: int, new: NewAddressBook) -> AddressBookRow:
    """A new, empty address book; its URL name serves as id where it may (`cyrpy.data.ids`).

    Raises:
        AlreadyExists: there is an address book of that URL name.
    """
    number = unit.new_id(account_id)
    wire_id = ids.encode(LETTER, number)
    uri = _free_uri(unit, account_id, wire_id) if new.uri is None else new.uri
    if new.uri is not None:
        taken = by_uri(unit, account_id, uri)
        if taken is not None:
            raise AlreadyExists(f"there is an address book {uri!r} already", taken.wire_id)
        if ids.may_be_id(uri) and not _was_used(unit, account_id, uri):
            wire_id = uri
    modseq = unit.record(account_id, KIND, wire_id, ChangeKind.CREATED, name=uri)
    row = AddressBookRow(
        account_id=account_id,
        id=number,
        wire_id=wire_id,
        uri=uri,
        name=new.name,
        description=new.description,
        sort_order=new.sort_order,
        is_subscribed=int(new.is_subscribed),
        created_modseq=modseq,
        updated_modseq=modseq,
    )
    unit.run(INSERT, **row._asdict())
    return row


def change(unit: Unit, row: AddressBookRow, values: Mapping[str, Any]) -> None:
    """Write the columns in `values`, and that the row changed now."""
    query = updating(address_books, ("account_id", "id"), ("updated_modseq", *values))
    unit.run(
        query,
        key_account_id=row.account_id,
        key_id=row.id,
        updated_modseq=unit.modseq(row.account_id),
        **values,
    )


def cards_in(unit: Unit, row: AddressBookRow) -> list[tuple[int, str]]:
    """Number and URL name of each card in the address book."""
    return unit.all(CARDS, account_id=row.account_id, address_book_id=row.id)


def remove(unit: Unit, row: AddressBookRow) -> None:
    """Delete the address book and its cards; the log is the caller's to write."""
    for query in (DELETE_CARDS, DELETE_SETTINGS, DELETE):
        unit.run(query, account_id=row.account_id, address_book_id=row.id)


def _free_uri(unit: Unit, account_id: int, wished: str) -> str:
    """`wished`, or it with a number, if a client took that very name before."""
    uri, n = wished, 1
    while by_uri(unit, account_id, uri) is not None:
        n += 1
        uri = f"{wished}-{n}"
    return uri


def _was_used(unit: Unit, account_id: int, wire_id: str) -> bool:
    taken = get(unit, account_id, wire_id)
    return taken is not None or access.is_retired(unit, account_id, KIND, wire_id)
