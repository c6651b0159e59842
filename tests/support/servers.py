"""Servers that many tests share, one on each database; their users are the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.jmap import Jmap
from tests.support.postgresql import Postgresql
from tests.support.server import Server, add_user, bearer

NUMBERS = count(1)


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in this process, on a file."""
    yield from running(tmp_path_factory.mktemp("sqlite"), "")


@pytest.fixture(scope="session")
def postgresql_server(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same on PostgreSQL."""
    url = postgresql.new_database()
    yield from running(tmp_path_factory.mktemp("postgresql"), f"database_url: {url}\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found


def new_client(server: Server, name: str) -> Jmap:
    """A client of a new user, whose name begins as given."""
    userid = f"{name}{next(NUMBERS)}"
    add_user(server.configuration, server.core.database, userid)
    return Jmap(server, userid, bearer(server.issue(userid).secret))


def running(folder: Path, options: str) -> Iterator[Server]:
    made = Server(folder, options)
    yield made
    made.close()
