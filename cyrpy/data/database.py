"""The two doors to the database: `read()`, one snapshot, and `write()`, one committed unit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, TypeVar

from cyrpy.data.connections import PostgresqlConnection, SqliteConnection, storage_error
from cyrpy.data.indexing import write_index
from cyrpy.data.pulse import Pulse
from cyrpy.data.statement import DialectName, Query
from cyrpy.data.threads import Lane, Threads
from cyrpy.data.unit import StateChanges, Unit
from cyrpy.data.writer import Outcome, Writer
from cyrpy.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")
Held = SqliteConnection | PostgresqlConnection
SQLITE_FILE: Final = "cyrpy.db"
RETRIES: Final = 3
# serialization_failure, deadlock_detected, lock_not_available
RETRY_STATES: Final = frozenset({"40001", "40P01", "55P03"})
THREADS: Final = {
    "sqlite": {Lane.QUICK: 1, Lane.SLOW: 1, Lane.WORK: 4},
    "postgresql": {Lane.QUICK: 4, Lane.SLOW: 2, Lane.WORK: 8},
}
BEGIN_SNAPSHOT: Final = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@dataclass(frozen=True)
class Location:
    """Where the database is: a file (its lock file is beside it), or a PostgreSQL URL."""

    file: Path | None = None
    url: str | None = None
    synchronous: str = "full"

    @property
    def dialect(self) -> DialectName:
        """Which of the two kinds it is."""
        return "postgresql" if self.url else "sqlite"


class Publisher(Protocol):
    """Whoever tells others what moved, once it is committed."""

    def publish(self, moved: StateChanges) -> None:
        """Announce `moved`; never fails, for the commit has happened."""


class Snapshot:
    """`with database.read() as unit`: all reads inside belong to one moment."""

    __slots__ = ("_connection", "_unit")

    def __init__(self, connection: Held, now: int) -> None:
        self._connection = connection
        self._unit = Unit(connection, now)

    def __enter__(self) -> Unit:
        try:
            self._connection.begin(BEGIN_SNAPSHOT[self._connection.dialect])
        except Exception as exc:
            raise storage_error(exc) from exc
        return self._unit

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            self._connection.execute("ROLLBACK")  # nothing was written; cheaper than COMMIT
        except Exception as broken:
            raise storage_error(broken) from broken
        if exc is not None and (translated := storage_error(exc)) is not exc:
            raise translated from exc


class Database:
    """Connections and threads of one process; open it after the process was spawned."""

    def __init__(
        self, location: Location, *, publisher: Publisher, clock: Callable[[], float]
    ) -> None:
        self.location = location
        self.dialect: DialectName = location.dialect
        self._publisher = publisher
        self._clock = clock
        self._held = threading.local()
        self._connections: list[Held] = []
        self._lanes = {
            lane: Threads(lane.value, count) for lane, count in THREADS[self.dialect].items()
        }
        # Moves with sign-ins, where all processes are on one machine.
        self.pulse: Pulse | None = None
        self._writer: Writer | None = None
        if location.file is not None:
            self.pulse = Pulse(location.file.with_suffix(".pulse"))
            lock = location.file.with_suffix(".lock")
            self._writer = Writer(self._open_writable, lock, clock, self.pulse)

    def _open_writable(self) -> SqliteConnection:
        assert self.location.file is not None  # noqa: S101 - only SQLite has a writer
        return SqliteConnection(self.location.file, synchronous=self.location.synchronous)

    def _open_reader(self) -> Held:
        connection: Held
        if self.location.file is not None:
            connection = SqliteConnection(self.location.file, read_only=True)
        else:
            connection = PostgresqlConnection(self.location.url or "")
        self._connections.append(connection)
        return connection

    def _connection(self) -> Held:
        """This thread's connection, opened at its first use."""
        connection = getattr(self._held, "connection", None)
        if connection is None:
            connection = self._held.connection = self._open_reader()
        elif isinstance(connection, PostgresqlConnection):
            connection.ensure_open()
        return connection

    def read(self) -> Snapshot:
        """One snapshot on this thread's connection; not to be nested.

        Raises:
            Unavailable: the database cannot be reached.
        """
        return Snapshot(self._connection(), int(self._clock()))

    def peek(self, query: Query[R], **parameters: Any) -> R | None:  # noqa: ANN401 - column values
        """One row by one statement, which is a snapshot by itself.

        With SQLite a look-up by key takes microseconds and waits for nobody, so the event loop
        may do it itself (`peeks_on_loop`); a hop to a thread would cost several times that.
        """
        for attempt in range(2):  # a server that was restarted has hung up meanwhile
            connection = self._connection()
            try:
                return Unit(connection, 0).first(query, **parameters)
            except Exception as exc:
                if connection.is_open or attempt:
                    raise storage_error(exc) from exc
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    @property
    def peeks_on_loop(self) -> bool:
        """Whether `peek` is quick enough for the event loop."""
        return self.location.file is not None

    def write(self, work: Callable[[Unit], T], accounts: Sequence[int] = ()) -> T:
        """Run `work` in a transaction; return what it returned once it is committed.

        What it recorded is published after the commit; an exception undoes `work` alone.
        `accounts` are those whose rows it will judge: where writers run side by side they are
        locked first, in ascending order.

        Raises:
            StorageFull: nothing of `work` has happened; the disk is full or failing.
            Unavailable: nothing of `work` has happened, or it is unknown whether it has, and the
            text says so; the database cannot be reached.
        """
        if self._writer is not None:
            outcome = self._writer.submit(work).result()
        else:
            outcome = self._write_postgresql(work, set(accounts))
        if outcome.moved:
            self._publisher.publish(outcome.moved)
        result: T = outcome.result
        return result

    def _write_postgresql(self, work: Callable[[Unit], Any], accounts: set[int]) -> Outcome:
        """Run it, again where others stood in its way; `accounts` grows by those it met.

        Two who invite each other lock their own account first and then the other's. The one who
        is turned away begins anew by locking both, in the order in which everybody waits.
        """
        for attempt in range(RETRIES + 1):
            try:
                return self._transaction(work, accounts)
            except Exception as exc:
                retry = getattr(exc, "sqlstate", None) in RETRY_STATES and attempt < RETRIES
                if not retry:
                    raise storage_error(exc) from exc
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _transaction(self, work: Callable[[Unit], Any], accounts: set[int]) -> Outcome:
        connection = self._connection()
        unit = Unit(connection, int(self._clock()))
        connection.begin("BEGIN")
        try:
            unit.lock(accounts)
            result = work(unit)
            moved = unit.finish()
            write_index(unit, unit.indexed)
        except BaseException:
            accounts |= unit.reached
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        _commit(connection)
        return Outcome(result, moved)

    def tidy(self) -> None:
        """Statistics for the planner, and the write-ahead log put back into the file."""
        if self.location.file is None:
            self._connection().execute("ANALYZE")
            return
        connection = self._open_writable()
        try:
            connection.execute("PRAGMA analysis_limit = 400")  # rows of an index that are read
            # Not PRAGMA optimize: a connection that has asked for nothing finds nothing to do.
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()

    def run(self, lane: Lane, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # noqa: ANN401
        """Hop from the event loop to a thread of `lane` and run `work(*args)` there."""
        return self._lanes[lane].submit(work, *args)

    def close(self) -> None:
        """Finish what is queued, then close every connection."""
        for lane in self._lanes.values():
            lane.stop()
        if self._writer is not None:
            self._writer.stop()
        if self.pulse is not None:
            self.pulse.close()
        for connection in self._connections:
            connection.close()


def _commit(connection: SqliteConnection | PostgresqlConnection) -> None:
    """COMMIT, whose answer may get lost.

    Raises:
        Unavailable: the connection broke; nobody knows whether the transaction has happened.
    """
    try:
        connection.execute("COMMIT")
    except Exception as exc:
        if isinstance(storage_error(exc), Unavailable):
            raise Unavailable(
                "the database server went away while it committed: look whether the change has "
                "happened before you try again"
            ) from exc
        raise
