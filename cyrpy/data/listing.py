"""Listings: some columns of a collection's members, read as plain tuples.

To list a thousand entity tags costs what a thousand short tuples cost: rows with all their columns,
made into values, cost five times that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import LargeBinary, bindparam, case, func, literal_column, select
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.schema import Table

from cyrpy.data.statement import DialectName, Query, among
from cyrpy.data.unit import Unit

PAGE: Final = 5000  # short rows that are read at once
SMALL: Final = 64 * 1024  # octets; texts that are larger are None, to be read one by one
Rows = list[tuple[Any, ...]]


class Members(NamedTuple):
    """Which table holds the members, by what they are in a collection, and what may hide them."""

    table: Table
    parent: str
    hides: str | None = None  # a column, of which the one who asks sees values up to a bound


class Place(NamedTuple):
    """One collection, as the one who asks sees it."""

    account_id: int
    parent_id: int
    most: int = 0  # of what `Members.hides` names


def columns(
    unit: Unit, members: Members, place: Place, names: tuple[str, ...]
) -> Iterator[list[list[Any]]]:
    """Columns of all members in the order of their numbers, a lot at a time; no octets.

    The database makes each column one value: that costs half of what as many rows cost.
    """
    query = _columns_of(members, names)
    after = 0
    while True:
        row = unit.first(query, **place._asdict(), after=after, count=PAGE)
        found = [] if row is None else [_list(value) for value in row]
        numbers = found[-1] if found else []
        if numbers:
            yield found[:-1]
        if len(numbers) < PAGE:
            return
        after = numbers[-1]


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - JSON of SQLite, an array of PostgreSQL
    if value is None:
        return []
    return orjson.loads(value) if isinstance(value, str) else value  # type: ignore[no-any-return]


def named(
    unit: Unit, members: Members, place: Place, columns: tuple[str, ...], uris: Sequence[str]
) -> Rows:
    """Those of these URL names, in any order."""
    return unit.all(_named(members, columns), **place._asdict(), uris=list(uris))


def numbered(
    unit: Unit, members: Members, account_id: int, columns: tuple[str, ...], ids: Sequence[int]
) -> Rows:
    """Those of these numbers, in their order; whether they may be seen the caller knows."""
    return unit.all(_numbered(members, columns), account_id=account_id, ids=list(ids))


def _of(members: Members) -> list[Any]:
    table = members.table.c
    where = [
        table.account_id == bindparam("account_id"),
        table[members.parent] == bindparam("parent_id"),
    ]
    if members.hides is not None:
        where.append(table[members.hides] <= bindparam("most"))
    return where


def _small(members: Members, names: tuple[str, ...]) -> list[Any]:
    """The columns, large texts left out."""
    table = members.table.c
    return [
        case((table.size <= literal_column(str(SMALL)), table[name])).label(name)
        if isinstance(table[name].type, LargeBinary)
        else table[name]
        for name in names
    ]


@lru_cache(maxsize=256)
def _columns_of(members: Members, names: tuple[str, ...]) -> Query[tuple[Any, ...]]:
    table = members.table.c
    rows = (
        select(*(table[name].label(f"c{at}") for at, name in enumerate((*names, "id"))))
        .where(*_of(members), table.id > bindparam("after"))
        .order_by(table.id)
        .limit(bindparam("count"))
        .subquery()
    )

    def statement(dialect: DialectName) -> ClauseElement:
        gather = func.json_group_array if dialect == "sqlite" else func.array_agg
        return select(*(gather(column) for column in rows.c))

    return Query(statement)


@lru_cache(maxsize=256)
def _named(members: Members, columns: tuple[str, ...]) -> Query[tuple[Any, ...]]:
    table = members.table.c
    return Query(select(*_small(members, columns)).where(*_of(members), among(table.uri, "uris")))


@lru_cache(maxsize=256)
def _numbered(members: Members, columns: tuple[str, ...]) -> Query[tuple[Any, ...]]:
    table = members.table.c
    return Query(
        select(*_small(members, columns))
        .where(table.account_id == bindparam("account_id"), among(table.id, "ids"))
        .order_by(table.id)
    )
