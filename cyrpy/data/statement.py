"""Queries: SQLAlchemy Core statements, compiled once and run on the raw DB-API connection.

Core's own `execute` costs about four times a raw `sqlite3` call; what it does for us, portable SQL
and typed binds, is done here once per statement and dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Boolean, ColumnElement, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.schema import Table

R_co = TypeVar("R_co", covariant=True)
DialectName = Literal["sqlite", "postgresql"]

DIALECTS: Final[Mapping[DialectName, Dialect]] = {
    "sqlite": SQLiteDialect(paramstyle="named"),
    "postgresql": PGDialect_psycopg(),  # type: ignore[no-untyped-call]
}


class Compiled(NamedTuple):
    """SQL text for one dialect, what is bound always, and which parameters are lists."""

    sql: str
    constants: Mapping[str, Any]
    lists: Sequence[str]


class Query(Generic[R_co]):
    """One statement; `row` makes a value of each result row (plain tuples without it)."""

    __slots__ = ("_compiled", "_statement", "row")

    def __init__(
        self, statement: ClauseElement, row: Callable[[Iterable[Any]], R_co] | None = None
    ) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}
        self.row = row

    def on(self, dialect: DialectName) -> Compiled:
        """The statement for `dialect`, compiled at its first use."""
        compiled = self._compiled.get(dialect)
        if compiled is None:
            compiled = self._compiled[dialect] = _compile(self._statement, dialect)
        return compiled


def _compile(statement: ClauseElement, dialect: DialectName) -> Compiled:
    compiled = statement.compile(dialect=DIALECTS[dialect])
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - narrows the type
    lists = tuple(name for name, bind in compiled.binds.items() if isinstance(bind.type, ARRAY))
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Compiled(str(compiled), constants, lists)


class among(ColumnElement[bool]):
    """`column` is one of the values bound as the list `name`, however many they are.

    One statement for every length: `json_each` on SQLite, `= ANY` on PostgreSQL.
    """

    inherit_cache = False
    _is_implicitly_boolean = True  # else SQLite gets "… = 1", which hides the column's index

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.type = Boolean()
        self.column = column
        self.values: BindParameter[Any] = bindparam(name, type_=ARRAY(column.type))


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column, values = (compiler.process(e, **kw) for e in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled parts


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column = compiler.process(element.column, **kw)
    return f"{column} = ANY ({compiler.process(element.values, **kw)})"


def insert_all(table: Table) -> ClauseElement:
    """INSERT of a whole row, each column bound by its own name."""
    return table.insert().values({c.name: bindparam(c.name, type_=c.type) for c in table.columns})


def upsert(table: Table, keys: Sequence[str], update: Sequence[str]) -> ClauseElement:
    """INSERT of a whole row; where `keys` are taken, the columns `update` get the new values.

    Both databases spell it alike, so PostgreSQL's construct serves SQLite too.
    """
    row = {c.name: bindparam(c.name, type_=c.type) for c in table.columns}
    insert = insert_or_update(table).values(row)
    if not update:
        return insert.on_conflict_do_nothing(index_elements=list(keys))
    return insert.on_conflict_do_update(
        index_elements=list(keys), set_={name: insert.excluded[name] for name in update}
    )


@lru_cache(maxsize=256)
def updating(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Query[None]:
    """UPDATE of `columns`, each bound by its name, of the row whose `keys` are bound as `key_…`.

    One query for each set of columns that is ever changed together; there are few in practice.
    """
    return Query(
        table.update()
        .where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        .values({name: bindparam(name, type_=table.c[name].type) for name in columns})
    )
