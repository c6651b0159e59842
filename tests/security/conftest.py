"""Anna, who has something to lose, and mallory; on both databases."""

from __future__ import annotations

import pytest

from tests.support.jmap import Calendars, Jmap
from tests.support.server import Server
from tests.support.servers import new_client, postgresql_server, server, sqlite_server

__all__ = ["postgresql_server", "server", "sqlite_server"]


@pytest.fixture
def anna(server: Server) -> Calendars:
    """Somebody with data."""
    return Calendars(new_client(server, "anna"))


@pytest.fixture
def mallory(server: Server) -> Jmap:
    """Somebody else."""
    return new_client(server, "mallory")
