"""Held connections: SQLite's and PostgreSQL's, alike to a unit and to the writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import orjson

from cyrpy.data.statement import Compiled, DialectName
from cyrpy.data.unit import Cursor
from cyrpy.errors import StorageFull, Unavailable

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
MOST_KEPT: Final = 1000  # values that a connection remembers
BUSY_TIMEOUT_MS: Final = 10_000  # only for writers that are not ours: we queue on a lock file
CACHE_KIB: Final = 16_384
PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",  # what was deleted, such as keys for push, is overwritten
)


class SqliteConnection:
    """One thread's connection to the database file."""

    dialect: DialectName = "sqlite"

    def __init__(self, path: Path, *, synchronous: str = "full", read_only: bool = False) -> None:
        self.raw = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        for pragma in PRAGMAS:
            self.raw.execute(pragma)
        self.raw.execute(f"PRAGMA synchronous = {synchronous}")
        self._kept: dict[Hashable, Any] | None = None
        self._version = 0
        if read_only:
            self.raw.execute("PRAGMA query_only = ON")
            self._kept = {}
        self.execute: Callable[..., Cursor] = self.raw.execute  # no frame of our own between
        self.begin: Callable[[str], object] = self.raw.execute

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` reads; of a snapshot, remembered until anybody writes into the database."""
        if self._kept is None:
            return make()
        (version,) = self.raw.execute("PRAGMA data_version").fetchone()  # of this very snapshot
        if version != self._version or len(self._kept) >= MOST_KEPT:
            self._kept, self._version = {}, version
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def executemany(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement for each of `rows`."""
        self.raw.executemany(sql, rows)

    def bind(self, compiled: Compiled, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters as this driver takes them: lists go in as JSON."""
        bound = {**compiled.constants, **parameters}
        for name in compiled.lists:
            bound[name] = orjson.dumps(bound[name]).decode()
        return bound

    @property
    def is_open(self) -> bool:
        """Whether it can be used: a file does not hang up."""
        return True

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; full disks and I/O errors end it unasked."""
        return self.raw.in_transaction

    def close(self) -> None:
        """Release file and locks."""
        self.raw.close()


class PostgresqlConnection:
    """One thread's connection to a PostgreSQL server, opened again if the server went away."""

    dialect: DialectName = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self.raw: psycopg.Connection[tuple[Any, ...]] = self._connect()

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        try:
            return psycopg.connect(self._url, autocommit=True, prepare_threshold=2)
        except psycopg.OperationalError as exc:
            raise Unavailable("the database server cannot be reached") from exc

    @property
    def is_open(self) -> bool:
        """Whether it can be used, as far as is known before its next use."""
        return not (self.raw.closed or self.raw.broken)

    def ensure_open(self) -> None:
        """Connect again after the server closed the connection."""
        if not self.is_open:
            self.raw = self._connect()

    def begin(self, sql: str) -> None:
        """Begin a transaction; anew, if the server has hung up since the one before."""
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        try:
            self.raw.execute(sql.encode())
        except psycopg.OperationalError:
            if self.is_open:
                raise
            self.raw = self._connect()
            self.raw.execute(sql.encode())

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Cursor:
        """Run one statement."""
        return self.raw.execute(sql, parameters or None)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` reads: a server does not say whether anybody has written."""
        del key
        return make()

    def executemany(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement for each of `rows`."""
        with self.raw.cursor() as cursor:
            cursor.executemany(sql, rows)

    def bind(self, compiled: Compiled, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters as this driver takes them: lists as they are."""
        return {**compiled.constants, **parameters}

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.raw.info.transaction_status.value != 0

    def close(self) -> None:
        """Hang up."""
        self.raw.close()


FULL_CODES: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


def storage_error(exc: BaseException) -> BaseException:
    """The domain error for what the database says of its disk or its locks; else `exc` itself."""
    if isinstance(exc, sqlite3.OperationalError):
        code = exc.sqlite_errorcode & 0xFF  # the rest tells kinds of one code apart
        if code in FULL_CODES:
            return StorageFull("the disk of the database is full or failing; nothing was written")
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN}:
            return Unavailable("the database is held by another program; try again")
    return _postgresql_error(exc)


def _postgresql_error(exc: BaseException) -> BaseException:
    state = getattr(exc, "sqlstate", None)
    if type(exc).__module__.partition(".")[0] != "psycopg":
        return exc
    if state in {"53100", "58030"}:  # disk_full, io_error
        return StorageFull("the disk of the database is full or failing; nothing was written")
    if state is None or state[:2] in {"08", "57", "53"}:
        return Unavailable("the database server cannot be reached; try again")
    return exc
