"""One unit of work: a snapshot that is read, or a transaction with its lines of the change log."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import bindparam, select, update

from cyrpy.data.statement import Compiled, DialectName, Query, insert_all, upsert
from cyrpy.data.tables import accounts, changes, states

R = TypeVar("R")
NO_CONTAINER = 0
RECENT = 50  # lines of a unit that are looked through for one that is the same


class ChangeKind(IntEnum):
    """What happened to an object."""

    CREATED = 1
    UPDATED = 2
    DESTROYED = 3


class Change(NamedTuple):
    """One line of the change log, in the order of the table's columns."""

    account_id: int
    type: str
    modseq: int
    position: int
    container_id: int
    object_id: str
    kind: int
    name: str | None
    audience: int | None
    created_at: int


# What moved, for those who wait for it: account -> type -> modseq.
StateChanges = dict[int, dict[str, int]]
# Rows of full-text search: number -> other columns, None for a row that goes.
Indexed = dict[int, Mapping[str, Any] | None]

NEXT_MODSEQ: Query[tuple[int]] = Query(
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(modseq=accounts.c.modseq + 1)
    .returning(accounts.c.modseq)
)
NEXT_ID: Query[tuple[int]] = Query(
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(next_id=accounts.c.next_id + 1)
    .returning(accounts.c.next_id - 1)
)
# An account that comes before one that is locked already: whoever waited here could wait for ever.
_ACCOUNT = select(accounts.c.id).where(accounts.c.id == bindparam("account_id"))
LOCK_NOW: Query[tuple[int]] = Query(_ACCOUNT.with_for_update(nowait=True, key_share=True))
LOCK: Query[tuple[int]] = Query(_ACCOUNT.with_for_update(key_share=True))
INSERT_CHANGE: Query[tuple[Any, ...]] = Query(insert_all(changes))
RAISE_STATE: Query[tuple[Any, ...]] = Query(
    upsert(states, ["account_id", "type", "container_id"], ["modseq"])
)


class Cursor(Protocol):
    """What we use of a DB-API cursor."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement touched."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""


class Connection(Protocol):
    """One held database connection, SQLite's or PostgreSQL's (`cyrpy.data.connections`)."""

    dialect: DialectName

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor:  # noqa: ANN401 - a mapping
        """Run one statement."""

    def executemany(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> object:
        """Run one statement for each of `rows`."""

    def bind(self, compiled: Compiled, parameters: dict[str, Any], /) -> dict[str, Any]:
        """Parameters as the driver takes them, with what the statement binds always."""

    def kept(self, key: Hashable, make: Callable[[], R], /) -> R:
        """What `make` reads, from before where that is known to be still so."""


class Unit:
    """Reads of one moment; in a writing unit also writes, all of which happen or none does."""

    __slots__ = (
        "_connection",
        "_held",
        "_indexed",
        "_lines",
        "_modseqs",
        "_woken",
        "dialect",
        "moves_sign_ins",
        "now",
        "reached",
    )

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self._lines: list[Change] = []
        self._indexed: list[tuple[int, Mapping[str, Any] | None]] = []
        self._modseqs: dict[int, int] = {}
        self._woken: StateChanges = {}
        self.reached: set[int] = set()  # accounts whose rows it has locked, or tried to lock
        self._held: set[int] = set()  # those that it has locked
        self.now = now  # unix seconds, the same for all that one unit does
        self.moves_sign_ins = False  # set by what changes credentials, groups or rights

    def _execute(self, query: Query[Any], parameters: dict[str, Any]) -> Cursor:
        compiled = query.on(self.dialect)
        if compiled.lists or compiled.constants:
            parameters = self._connection.bind(compiled, parameters)
        return self._connection.execute(compiled.sql, parameters)

    def kept(self, key: Hashable, make: Callable[[], R]) -> R:
        """What `make` reads in this unit, by a key that says all that it depends on.

        On SQLite a snapshot remembers it while nobody writes anything into the database: so it is
        for what nearly every request reads, and nothing may change it.
        """
        return self._connection.kept(key, make)

    def all(self, query: Query[R], **parameters: Any) -> list[R]:  # noqa: ANN401 - column values
        """Every row."""
        rows: list[Any] = self._execute(query, parameters).fetchall()
        return rows if query.row is None else [query.row(row) for row in rows]

    def first(self, query: Query[R], **parameters: Any) -> R | None:  # noqa: ANN401
        """The first row, or None."""
        row: Any = self._execute(query, parameters).fetchone()
        return row if row is None or query.row is None else query.row(row)

    def value(self, query: Query[Any], **parameters: Any) -> Any:  # noqa: ANN401
        """The first column of the first row, or None."""
        row = self._execute(query, parameters).fetchone()
        return None if row is None else row[0]

    def run(self, query: Query[Any], **parameters: Any) -> int:  # noqa: ANN401
        """Execute a statement that returns no rows; how many rows it touched."""
        return self._execute(query, parameters).rowcount

    def run_many(self, query: Query[Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute one statement for each of `rows`."""
        compiled = query.on(self.dialect)
        if compiled.lists or compiled.constants:
            rows = [self._connection.bind(compiled, dict(row)) for row in rows]
        self._connection.executemany(compiled.sql, rows)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done inside, its log lines included, if it raises."""
        lines, modseqs, held = len(self._lines), dict(self._modseqs), set(self._held)
        indexed = len(self._indexed)
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            del self._lines[lines:]
            del self._indexed[indexed:]
            self._modseqs = modseqs  # an account first moved inside has gone back
            self._held = held
            self._connection.execute("ROLLBACK TO SAVEPOINT part")
            self._connection.execute("RELEASE SAVEPOINT part")
            raise
        self._connection.execute("RELEASE SAVEPOINT part")

    def lock(self, account_ids: Iterable[int]) -> None:
        """Let nobody else write into these accounts meanwhile; on SQLite nobody can anyway.

        One that is out of order is not waited for: if somebody else has it, the unit fails, and is
        run again with all of them locked beforehand.
        """
        for account_id in sorted({*account_ids} - self._held):
            self.reached.add(account_id)
            if self.dialect == "postgresql":
                is_behind = bool(self._held) and account_id < max(self._held)
                self.value(LOCK_NOW if is_behind else LOCK, account_id=account_id)
            self._held.add(account_id)

    def new_id(self, account_id: int) -> int:
        """A number that no object of the account has had."""
        if account_id not in self._held:
            self.lock([account_id])
        number: int = self.value(NEXT_ID, account_id=account_id)
        return number

    def modseq(self, account_id: int) -> int:
        """The one modseq of this unit in the account; its first use moves the account."""
        modseq = self._modseqs.get(account_id)
        if modseq is None:
            if account_id not in self._held:
                self.lock([account_id])
            modseq = self._modseqs[account_id] = self.value(NEXT_MODSEQ, account_id=account_id)
        return modseq

    def record(  # noqa: PLR0913 - the columns of a line
        self,
        account_id: int,
        type: str,
        object_id: str,
        kind: ChangeKind,
        *,
        container_id: int = NO_CONTAINER,
        name: str | None = None,
        audience: int | None = None,
    ) -> int:
        """Log one change and return the unit's modseq in that account.

        `container_id` is the collection that DAV syncs it by, `name` its URL name there;
        `audience` is the one principal whom it concerns, None all who may see the object.
        """
        modseq = self.modseq(account_id)
        self._lines.append(
            Change(
                account_id,
                type,
                modseq,
                len(self._lines),
                container_id,
                object_id,
                kind,
                name,
                audience,
                self.now,
            )
        )
        return modseq

    def touch(self, account_id: int, type: str, object_id: str) -> None:
        """Log an update, unless one of the unit's newest lines says that already."""
        for line in reversed(self._lines[-RECENT:]):
            if (line.account_id, line.type, line.object_id) == (account_id, type, object_id):
                if line.kind != ChangeKind.DESTROYED and line.audience is None:
                    return
                break
        self.record(account_id, type, object_id, ChangeKind.UPDATED)

    def index(self, id: int, row: Mapping[str, Any] | None) -> None:
        """Have a row of full-text search written, or removed, just before the commit."""
        self._indexed.append((id, row))

    @property
    def indexed(self) -> Indexed:
        """The rows of full-text search that are to be written, as they are to be in the end."""
        return dict(self._indexed)

    def wake(self, channel: int) -> None:
        """Tell those who wait for `channel`, the number of no account, once this is committed."""
        self._woken[channel] = {"": 1}

    def moved_to(self, account_id: int, type: str) -> int | None:
        """The state to which this unit has moved a type so far; None if it has not."""
        for line in reversed(self._lines):
            if line.account_id == account_id and line.type == type:
                return line.modseq
        return None

    def finish(self) -> StateChanges:
        """Write the log and the states that it leads to; what moved, for the notifier."""
        moved: StateChanges = dict(self._woken)
        if not self._lines:
            return moved
        raised: dict[tuple[int, str, int], int] = {}
        for line in self._lines:
            moved.setdefault(line.account_id, {})[line.type] = line.modseq
            raised[line.account_id, line.type, NO_CONTAINER] = line.modseq
            if line.container_id:
                raised[line.account_id, line.type, line.container_id] = line.modseq
        self.run_many(INSERT_CHANGE, [line._asdict() for line in self._lines])
        self.run_many(
            RAISE_STATE,
            [
                {"account_id": a, "type": t, "container_id": c, "modseq": m}
                for (a, t, c), m in raised.items()
            ],
        )
        return moved
