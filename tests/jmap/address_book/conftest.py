"""Users of the shared servers; each test has its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.jmap import AddressBooks, Jmap
from tests.support.server import Server
from tests.support.servers import new_client, postgresql_server, server, sqlite_server

__all__ = ["postgresql_server", "server", "sqlite_server"]


@pytest.fixture
def user(server: Server) -> Callable[[str], Jmap]:
    """Adds a user, whose name begins as given."""
    return partial(new_client, server)


@pytest.fixture
def anna(user: Callable[[str], Jmap]) -> AddressBooks:
    """The address books of one user."""
    return AddressBooks(user("anna"))


@pytest.fixture
def bert(user: Callable[[str], Jmap]) -> Jmap:
    """Another user."""
    return user("bert")


@pytest.fixture
def shared(anna: AddressBooks, bert: Jmap) -> AddressBooks:
    """Bert's view of anna's account."""
    return AddressBooks(bert, anna.account)
