"""Queries: SQLAlchemy Core statements, compiled once and run on the raw DB-API connection.

Core's own `execute` costs about four times a raw `sqlite3` call; what it does for us, portable SQL
and typed binds, is done here once per statement and dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from sqlalchemy import ARRAY, BindParameter, Boolean, ColumnElement, bindparam
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.schema import Table

R_co = TypeVar("R_co", covariant=True)
DialectName = Literal["sqlite", "postgresql"]

# What is to be compiled: the same for both databases, or made for each where they differ.
Statement = ClauseElement | Callable[[DialectName], ClauseElement]


@lru_cache(maxsize=2)
def _dialect(name: DialectName) -> Dialect:
    """The SQL of one database; PostgreSQL's is imported where it is used (40 ms)."""
    if name == "sqlite":
        return SQLiteDialect(paramstyle="named")
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg  # noqa: PLC0415

    return PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Compiled(NamedTuple):
    """SQL text for one dialect, what is bound always, and which parameters are lists."""

    sql: str
    constants: Mapping[str, Any]
    lists: Sequence[str]


class Query(Generic[R_co]):
    """One statement; `row` makes a value of each result row (plain tuples without it)."""

    __slots__ = ("_compiled", "_statement", "row")

    def __init__(
        self, statement: Statement, row: Callable[[Iterable[Any]], R_co] | None = None
    ) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}
        self.row = row

    def on(self, dialect: DialectName) -> Compiled:
        """The statement for `dialect`, compiled at its first use."""
        compiled = self._compiled.get(dialect)
        if compiled is None:
            made = self._statement
            statement = made if isinstance(made, ClauseElement) else made(dialect)
            compiled = self._compiled[dialect] = _compile(statement, dialect)
        return compiled


def _compile(statement: ClauseElement, dialect: DialectName) -> Compiled:
    compiled = statement.compile(dialect=_dialect(dialect))
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - narrows the type
    lists = tuple(name for name, bind in compiled.binds.items() if isinstance(bind.type, ARRAY))
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Compiled(str(compiled), constants, lists)


class among(ColumnElement[bool]):
    """`column` is one of the values bound as the list `name`, however many they are.

    One statement for every length: `json_each` on SQLite, `= ANY` on PostgreSQL. `account` makes
    sure of an index on account and column: that column must equal what is bound as `account_id`.
    Without statistics SQLite rather reads all rows of an account in an index that has all columns.
    """

    inherit_cache = False
    _is_implicitly_boolean = True  # else SQLite gets "… = 1", which hides the column's index

    def __init__(
        self, column: ColumnElement[Any], name: str, account: ColumnElement[Any] | None = None
    ) -> None:
        self.type = Boolean()
        self.column = column
        self.account = account
        self.values: BindParameter[Any] = bindparam(name, type_=ARRAY(column.type))
        self.account_id: BindParameter[Any] = bindparam("account_id")


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column, values = (compiler.process(e, **kw) for e in (element.column, element.values))
    if element.account is None:
        return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled parts
    account, wanted = (compiler.process(e, **kw) for e in (element.account, element.account_id))
    return (
        f"({account}, {column}) IN "  # noqa: S608 - compiled parts
        f"(SELECT {wanted}, value FROM json_each({values}))"
    )


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column = compiler.process(element.column, **kw)
    found = f"{column} = ANY ({compiler.process(element.values, **kw)})"
    if element.account is None:
        return found
    account, wanted = (compiler.process(e, **kw) for e in (element.account, element.account_id))
    return f"{account} = {wanted} AND {found}"


class hidden(ColumnElement[Any]):
    """A column by which SQLite may not choose an index; without statistics it often errs.

    PostgreSQL has its own statistics, and gets the column as it is.
    """

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.type = column.type
        self.column = column


@compiles(hidden, "sqlite")
def _hidden_sqlite(element: hidden, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"+{compiler.process(element.column, **kw)}"


@compiles(hidden, "postgresql")
def _hidden_postgresql(element: hidden, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return compiler.process(element.column, **kw)


def insert_all(table: Table) -> ClauseElement:
    """INSERT of a whole row, each column bound by its own name."""
    return table.insert().values({c.name: bindparam(c.name, type_=c.type) for c in table.columns})


def upsert(
    table: Table, keys: Sequence[str], update: Sequence[str]
) -> Callable[[DialectName], ClauseElement]:
    """INSERT of a whole row; where `keys` are taken, the columns `update` get the new values."""

    def statement(dialect: DialectName) -> ClauseElement:
        row = {c.name: bindparam(c.name, type_=c.type) for c in table.columns}
        insert = insert_of(dialect)(table).values(row)
        if not update:
            return insert.on_conflict_do_nothing(index_elements=list(keys))  # type: ignore[no-any-return]
        return insert.on_conflict_do_update(  # type: ignore[no-any-return]
            index_elements=list(keys), set_={name: insert.excluded[name] for name in update}
        )

    return statement


def insert_of(dialect: DialectName) -> Callable[[Table], Any]:
    """The database's INSERT with ON CONFLICT; both spell it alike, SQLAlchemy has two."""
    if dialect == "sqlite":
        return sqlite_insert
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - as above

    return insert


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
