"""Listings: some columns of a collection's members, read as plain tuples.

To list a thousand entity tags costs what a thousand short tuples cost: rows with all their columns,
made into values, cost five times that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, LargeBinary, bindparam, case, func, literal_column, select
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.schema import Table

from cyrpy.data.statement import DialectName, Query, among
from cyrpy.data.unit import Unit

SMALL: Final = 64 * 1024  # octets; texts that are larger are None, to be read one by one
Rows = list[tuple[Any, ...]]
_BETWEEN: Final = "\0"  # which no text has


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


def columns(unit: Unit, members: Members, place: Place, names: tuple[str, ...]) -> list[list[Any]]:
    """Columns of all members in the order of their numbers; short ones, of which none is null.

    The database makes each column one value: that costs a third of what as many rows cost.
    """
    query = _columns_of(members, names)
    row = unit.first(query, **place._asdict(), between=_BETWEEN)
    kinds = [members.table.c[name].type.python_type for name in names]
    return [_list(value, kind) for value, kind in zip(row or (), kinds, strict=True)]


def _list(value: Any, kind: type[Any]) -> list[Any]:  # noqa: ANN401 - of SQLite, one text
    if not isinstance(value, str):
        return value or []
    parts = value.split(_BETWEEN)
    return parts if kind is str else [kind(part) for part in parts]


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

    def statement(dialect: DialectName) -> ClauseElement:
        # The bound is none: it has SQLite read them by the index that is in their order.
        where = (*_of(members), table.id > literal_column("0"))
        if dialect == "sqlite":
            between: BindParameter[str] = bindparam("between")
            return select(*(func.group_concat(table[n], between) for n in names)).where(*where)
        return select(*(_array(table[n], table.id) for n in names)).where(*where)

    return Query(statement)


def _array(column: Any, number: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's
    from sqlalchemy.dialects.postgresql import aggregate_order_by  # noqa: PLC0415 - 40 ms

    return func.array_agg(aggregate_order_by(column, number))


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
