"""Servers with JMAP and CardDAV, and users of theirs with an address book each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.support.cards import Cards
from tests.support.contacts import Contacts
from tests.support.jmap import Jmap
from tests.support.postgresql import Postgresql
from tests.support.server import Server
from tests.support.servers import new_client, running

MODULES = "httpmodules: jmap carddav\n"


@pytest.fixture(scope="session")
def sqlite_cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """On a file."""
    yield from running(tmp_path_factory.mktemp("sqlite"), MODULES)


@pytest.fixture(scope="session")
def postgresql_cards(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """On PostgreSQL."""
    url = postgresql.new_database()
    folder = tmp_path_factory.mktemp("postgresql")
    yield from running(folder, f"{MODULES}database_url: {url}\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_cards")
    return found


@pytest.fixture
def user(server: Server) -> Callable[[str], Jmap]:
    """Adds a user, whose name begins as given."""
    return partial(new_client, server)


@pytest.fixture
def anna(user: Callable[[str], Jmap]) -> Cards:
    """The cards of one user."""
    return Cards(user("anna"))


@pytest.fixture
def contacts(anna: Cards) -> Contacts:
    """The same by the classic dialect."""
    return Contacts(anna)


@pytest.fixture
def bert(user: Callable[[str], Jmap]) -> Jmap:
    """Another user."""
    return user("bert")
