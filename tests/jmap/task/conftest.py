"""Servers with JMAP Tasks switched on, on both databases; each has its own users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.jmap.task.client import TaskLists, Tasks
from tests.support.jmap import Jmap
from tests.support.postgresql import Postgresql
from tests.support.server import Server
from tests.support.servers import new_client

OPTIONS = "httpmodules: jmap caldav\njmap_tasks: yes\n"


@pytest.fixture(scope="session")
def sqlite_tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """On a file."""
    made = Server(tmp_path_factory.mktemp("sqlite-tasks"), OPTIONS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_tasks(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same on PostgreSQL."""
    options = f"{OPTIONS}database_url: {postgresql.new_database()}\n"
    made = Server(tmp_path_factory.mktemp("postgresql-tasks"), options)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_tasks")
    return found


@pytest.fixture
def user(server: Server) -> Callable[[str], Jmap]:
    """Adds a user, whose name begins as given."""
    return partial(new_client, server)


@pytest.fixture
def anna(user: Callable[[str], Jmap]) -> Tasks:
    """The tasks of one user."""
    return Tasks(user("anna"))


@pytest.fixture
def bert(user: Callable[[str], Jmap]) -> Tasks:
    """Those of another."""
    return Tasks(user("bert"))


@pytest.fixture
def lists(anna: Tasks) -> TaskLists:
    """The task lists of the first."""
    return TaskLists(anna.client)
