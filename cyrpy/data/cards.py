"""Cards: their rows, and the statements that find and change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, case, delete, select

from cyrpy.data.listing import Members
from cyrpy.data.statement import Query, among, insert_all, updating
from cyrpy.data.tables import cards
from cyrpy.data.unit import Unit

KIND: Final = "ContactCard"
LETTER: Final = "K"  # of ids
PAGE: Final = 200  # rows that are read at once
TEXTS: Final = 50  # vCards, which may be large, that are read at once


class CardRow(NamedTuple):
    """One card without what it says."""

    account_id: int
    id: int
    address_book_id: int
    uri: str  # last part of its URL
    uid: str  # as `cyrpy.data.keys` bounds it
    etag: str  # without quotation marks
    size: int  # octets
    version: str  # of the vCard format
    kind: str
    created_at: int  # unix seconds
    updated_at: int
    created_modseq: int
    updated_modseq: int
    created: int | None = None  # unix seconds, as the card says
    updated: int | None = None
    is_flagged: int = 0
    importance: float = 0.0


class SearchedCard(NamedTuple):
    """A card and as much of its vCard as filters mostly look at."""

    row: CardRow
    octets: bytes
    is_whole: bool  # whether `octets` are all of it


class ShownCard(NamedTuple):
    """A card as the classic dialect shows it."""

    id: int
    address_book_id: int
    uri: str
    kind: str
    is_flagged: int
    importance: float
    rendering: int
    jscontact: bytes | None


_ROW = tuple(cards.c[name] for name in CardRow._fields)
_of_account = cards.c.account_id == bindparam("account_id")
_of_book = (_of_account, cards.c.address_book_id == bindparam("address_book_id"))
_after = cards.c.id > bindparam("after")
LISTED: Final = Members(cards, "address_book_id")
BY_URI: Query[CardRow] = Query(
    select(*_ROW).where(*_of_book, cards.c.uri == bindparam("uri")), CardRow._make
)
BY_UID: Query[CardRow] = Query(
    select(*_ROW).where(*_of_book, cards.c.uid == bindparam("uid")), CardRow._make
)
WITH_UID: Query[CardRow] = Query(
    # In the order of the index: any other makes SQLite read all cards of the account.
    select(*_ROW)
    .where(_of_account, cards.c.uid == bindparam("uid"))
    .order_by(cards.c.address_book_id),
    CardRow._make,
)
BY_URIS: Query[CardRow] = Query(
    select(*_ROW).where(*_of_book, among(cards.c.uri, "uris")), CardRow._make
)
BY_IDS: Query[CardRow] = Query(
    select(*_ROW).where(_of_account, among(cards.c.id, "ids")), CardRow._make
)
PAGE_OF: Query[CardRow] = Query(
    select(*_ROW).where(*_of_book, _after).order_by(cards.c.id).limit(bindparam("count")),
    CardRow._make,
)
_SEARCHED = (
    case((cards.c.outline.is_(None), cards.c.vcard), else_=cards.c.outline),
    cards.c.outline.is_(None),
    *_ROW,
)
SEARCHED: Query[SearchedCard] = Query(
    select(*_SEARCHED).where(*_of_book, _after).order_by(cards.c.id).limit(bindparam("count")),
    lambda row: _searched(*row),
)
SEARCHED_BY_IDS: Query[SearchedCard] = Query(
    select(*_SEARCHED).where(_of_account, among(cards.c.id, "ids")).order_by(cards.c.id),
    lambda row: _searched(*row),
)
NUMBERS: Query[tuple[int]] = Query(select(cards.c.id).where(*_of_book).order_by(cards.c.id))
VCARDS: Query[tuple[int, bytes]] = Query(
    select(cards.c.id, cards.c.vcard).where(_of_account, among(cards.c.id, "ids"))
)
RENDERINGS: Query[tuple[int, int, bytes | None]] = Query(
    select(cards.c.id, cards.c.rendering, cards.c.jscontact).where(
        _of_account, among(cards.c.id, "ids")
    )
)
SHOWN: Query[ShownCard] = Query(
    select(*(cards.c[name] for name in ShownCard._fields)).where(
        _of_account, among(cards.c.id, "ids")
    ),
    ShownCard._make,
)
JSON: Query[tuple[int, int, int, bytes | None]] = Query(
    select(cards.c.id, cards.c.address_book_id, cards.c.rendering, cards.c.jscontact).where(
        _of_account, among(cards.c.id, "ids")
    )
)
UIDS: Query[tuple[str, int, int]] = Query(
    select(cards.c.uid, cards.c.id, cards.c.address_book_id)
    .where(_of_account, among(cards.c.uid, "uids"))
    .order_by(cards.c.id)
)
INSERT = Query[None](insert_all(cards))
_COPIED = {
    name: bindparam(f"new_{name}", type_=cards.c[name].type)
    for name in (
        "account_id",
        "id",
        "address_book_id",
        "uri",
        "created_at",
        "updated_at",
        "created_modseq",
        "updated_modseq",
    )
}
INSERT_COPY = Query[None](
    cards.insert().from_select(
        [column.name for column in cards.c],
        select(*(_COPIED.get(column.name, column) for column in cards.c)).where(
            _of_account, cards.c.id == bindparam("id")
        ),
    )
)
DELETE = Query[None](delete(cards).where(_of_account, cards.c.id == bindparam("id")))


def _searched(octets: bytes, is_whole: Any, *row: Any) -> SearchedCard:  # noqa: ANN401 - columns
    return SearchedCard(CardRow(*row), octets, bool(is_whole))


def by_uri(unit: Unit, account_id: int, address_book_id: int, uri: str) -> CardRow | None:
    """The card of that name in an address book."""
    return unit.first(BY_URI, account_id=account_id, address_book_id=address_book_id, uri=uri)


def by_uid(unit: Unit, account_id: int, address_book_id: int, uid: str) -> CardRow | None:
    """The card of that UID, bounded, in an address book."""
    return unit.first(BY_UID, account_id=account_id, address_book_id=address_book_id, uid=uid)


def by_uris(
    unit: Unit, account_id: int, address_book_id: int, uris: Sequence[str]
) -> dict[str, CardRow]:
    """Those of the names that there are in an address book."""
    rows = unit.all(
        BY_URIS, account_id=account_id, address_book_id=address_book_id, uris=list(uris)
    )
    return {row.uri: row for row in rows}


def by_ids(unit: Unit, account_id: int, ids: Sequence[int]) -> dict[int, CardRow]:
    """Those of the numbers that there are in an account."""
    return {row.id: row for row in unit.all(BY_IDS, account_id=account_id, ids=list(ids))}


def pages(
    unit: Unit, account_id: int, address_book_id: int, after: int = 0
) -> Iterator[list[CardRow]]:
    """The cards of an address book after a number, in the order of their numbers, PAGE at once."""
    key = {"account_id": account_id, "address_book_id": address_book_id}
    while rows := unit.all(PAGE_OF, **key, after=after, count=PAGE):
        yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def numbers(unit: Unit, account_id: int, address_book_id: int) -> list[int]:
    """The numbers of all cards in an address book."""
    rows = unit.all(NUMBERS, account_id=account_id, address_book_id=address_book_id)
    return [number for (number,) in rows]


def searched(unit: Unit, account_id: int, address_book_id: int) -> Iterator[list[SearchedCard]]:
    """All cards of an address book in the same way, with what filters look at."""
    key = {"account_id": account_id, "address_book_id": address_book_id}
    after = 0
    while found := unit.all(SEARCHED, **key, after=after, count=PAGE):
        yield found
        if len(found) < PAGE:
            return
        after = found[-1].row.id


def searched_of(unit: Unit, account_id: int, ids: Sequence[int]) -> Iterator[list[SearchedCard]]:
    """The same of some cards by their numbers."""
    for at in range(0, len(ids), PAGE):
        yield unit.all(SEARCHED_BY_IDS, account_id=account_id, ids=list(ids[at : at + PAGE]))


def vcards(unit: Unit, account_id: int, ids: Sequence[int]) -> dict[int, bytes]:
    """The octets of cards by their numbers; for more than TEXTS, ask for one lot after another."""
    return dict(unit.all(VCARDS, account_id=account_id, ids=list(ids)))


def shown(unit: Unit, account_id: int, ids: Sequence[int]) -> list[ShownCard]:
    """The cards of these numbers, in any order; ask for PAGE of them at once."""
    return unit.all(SHOWN, account_id=account_id, ids=list(ids))


def with_uids(unit: Unit, account_id: int, uids: Sequence[str]) -> list[tuple[str, int, int]]:
    """UID, number and address book of the cards that have one of these UIDs, which are bounded."""
    return unit.all(UIDS, account_id=account_id, uids=list(uids))


def insert(unit: Unit, row: CardRow, values: Mapping[str, Any]) -> None:
    """A new card; `values` are the columns that follow from what it says."""
    unit.run(INSERT, **{**row._asdict(), **values})


def insert_copy(unit: Unit, old: CardRow, new: CardRow) -> None:
    """A new card with all that `old` says."""
    values = {f"new_{name}": getattr(new, name) for name in _COPIED}
    unit.run(INSERT_COPY, account_id=old.account_id, id=old.id, **values)


def change(unit: Unit, row: CardRow, values: Mapping[str, Any]) -> None:
    """Write the columns in `values` of a card."""
    query = updating(cards, ("account_id", "id"), tuple(values))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **values)


def remove(unit: Unit, row: CardRow) -> None:
    """Delete a card; the log is the caller's to write."""
    unit.run(DELETE, account_id=row.account_id, id=row.id)
