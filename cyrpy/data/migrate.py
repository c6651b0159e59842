"""Migrations: the core's history, then each module's, each with a version table of its own.

Histories are linear and know nothing of each other, so a module that is taken off the
`httpmodules` line keeps its tables and goes on from there when it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from cyrpy.data.connections import PRAGMAS
from cyrpy.data.database import Location
from cyrpy.errors import CyrpyError, Unavailable

_REVISION: Final = re.compile(r"(\d{4})_\w+\.py")
_LOCK_KEY: Final = 0x63797270  # "cyrp": of the advisory lock that lets one process migrate


class DatabaseTooNew(CyrpyError):
    """The database was written by a newer cyrpy than this one."""


class MigrationNeeded(CyrpyError):
    """The database is older than the code, and is not one that migrates by itself."""


@dataclass(frozen=True)
class History:
    """One line of migrations: the core's, or those of one module's own tables."""

    name: str  # "" for the core
    folder: Path  # holds 0001_….py, 0002_….py …

    @property
    def version_table(self) -> str:
        """Where the database notes how far this history has come."""
        return f"alembic_version_{self.name}" if self.name else "alembic_version"

    @property
    def revisions(self) -> list[str]:
        """All revisions in order; each file is named by its revision."""
        found = (_REVISION.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(match[1] for match in found if match)


@dataclass(frozen=True)
class Status:
    """How far a database has come in one history."""

    history: History
    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        """Nothing is left to do."""
        return self.current == self.head


def core_history() -> History:
    """The migrations of the tables in `cyrpy.data.tables`."""
    package = Path(str(resources.files("cyrpy")))
    installed = package / "_migrations"
    folder = installed if installed.is_dir() else package.parent / "migrations"
    return History("", folder / "versions")


def module_history(name: str, where: str) -> History:
    """The migrations of one module; `where` is `package:folder`."""
    package, _, folder = where.partition(":")
    return History(name, Path(str(resources.files(package))) / folder)


def engine(location: Location) -> Engine:
    """An engine for migrations and their like; requests use `Database`."""
    if location.file is None:
        url = (location.url or "").replace("postgresql://", "postgresql+psycopg://", 1)
        return create_engine(url, poolclass=NullPool)
    made = create_engine(f"sqlite:///{location.file}", poolclass=NullPool)

    @event.listens_for(made, "connect")
    def prepare(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined] # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(pragma)  # type: ignore[attr-defined]

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


def status(connection: Connection, histories: Iterable[History]) -> list[Status]:
    """How far the database has come in each history.

    Raises:
        DatabaseTooNew: it holds a revision that this code does not know.
    """
    found = []
    for history in histories:
        known = history.revisions
        current = _current(connection, history)
        if current is not None and current not in known:
            raise DatabaseTooNew(
                f"the database's {history.name or 'core'} tables are at revision {current}, this "
                f"cyrpy knows them up to {known[-1]}: run the newer cyrpy that wrote them"
            )
        found.append(Status(history, current, known[-1]))
    return found


def _current(connection: Connection, history: History) -> str | None:
    if not connection.dialect.has_table(connection, history.version_table):
        return None
    row = connection.execute(text(f"SELECT version_num FROM {history.version_table}")).first()  # noqa: S608
    return None if row is None else str(row[0])


def upgrade(
    location: Location,
    histories: Sequence[History],
    on_step: Callable[[Status], None] = lambda _: None,
) -> list[Status]:
    """Bring the database to the newest revision of each history; what there was to do.

    One process at a time does it: the others wait, and then find nothing left.

    Raises:
        DatabaseTooNew: the database is ahead of this code.
        Unavailable: the database cannot be reached.
    """
    made = engine(location)
    try:
        with made.begin() as connection:
            if made.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"))
            pending = [s for s in status(connection, histories) if not s.is_current]
            for step in pending:
                on_step(step)
                _run(connection, step.history)
            return pending
    except DBAPIError as exc:
        raise Unavailable(f"the database cannot be opened: {exc.orig}") from exc
    finally:
        made.dispose()


def inspect(location: Location, histories: Sequence[History]) -> list[Status]:
    """How far the database has come, without changing anything.

    Raises:
        DatabaseTooNew: the database is ahead of this code.
        Unavailable: the database cannot be reached.
    """
    made = engine(location)
    try:
        with made.connect() as connection:
            return status(connection, histories)
    except DBAPIError as exc:
        raise Unavailable(f"the database cannot be opened: {exc.orig}") from exc
    finally:
        made.dispose()


def require_current(location: Location, histories: Sequence[History]) -> None:
    """Check that there is nothing to do.

    Raises:
        MigrationNeeded: `cyrpy db upgrade` has to run first.
        DatabaseTooNew, Unavailable: as `inspect`.
    """
    behind = [s for s in inspect(location, histories) if not s.is_current]
    if behind:
        names = ", ".join(s.history.name or "core" for s in behind)
        raise MigrationNeeded(
            f"the database is older than this cyrpy ({names}): run 'cyrpy db upgrade'"
        )


def _run(connection: Connection, history: History) -> None:
    """Run what is left of one history in the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - 150 ms that few starts need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(core_history().folder.parent))
    config.set_main_option("version_locations", str(history.folder))
    config.set_main_option("path_separator", "newline")  # folders may hold spaces and colons
    config.attributes.update(connection=connection, version_table=history.version_table)
    command.upgrade(config, "head")
