"""What all tests share: both databases, an injected clock, and servers made of imapd.conf text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from cyrpy.data.database import Database, Location
from cyrpy.data.migrate import core_history, upgrade
from cyrpy.data.notifier import Notifier
from tests.support.clock import Clock
from tests.support.postgresql import Postgresql

# How long an example takes says more of the machine than of the code; benchmarks are in bench/.
settings.register_profile("cyrpy", deadline=None)
settings.load_profile("cyrpy")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "cyrpy.db"
    upgrade(Location(file=path), [core_history()])
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server of its own for the test run."""
    with Postgresql.started() as server:
        upgrade(Location(url=server.template_url), [core_history()])
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A fresh database, of each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "cyrpy.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return Location(file=path)
    server: Postgresql = request.getfixturevalue("postgresql")
    return Location(url=server.new_database())


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock()


@pytest.fixture
def notifier() -> Notifier:
    """Receives what committed units publish."""
    return Notifier()


@pytest.fixture
def database(location: Location, clock: Clock, notifier: Notifier) -> Iterator[Database]:
    """An open database of each kind."""
    opened = Database(location, publisher=notifier, clock=clock)
    yield opened
    opened.close()
