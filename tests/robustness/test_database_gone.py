"""A PostgreSQL server that hangs up on us, as it does when it is restarted."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.jmap import Calendars
from tests.support.server import Server
from tests.support.servers import new_client

HANG_UP = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid != pg_backend_pid()
"""
THREADS = 30  # more than the server has, each with a connection of its own


@pytest.fixture
def calendars(postgresql_server: Server) -> Calendars:
    """A user's calendars, whose server has lost its connections to the database."""
    found = Calendars(new_client(postgresql_server, "anna"))
    assert list(found.all()) == ["Default"]
    with psycopg.connect(postgresql_server.core.settings.database, autocommit=True) as admin:
        admin.execute(HANG_UP)
    return found


def test_reading_goes_on(calendars):
    assert [list(calendars.all()) for _ in range(THREADS)] == [["Default"]] * THREADS


def test_writing_goes_on(calendars):
    made = {calendars.create() for _ in range(THREADS)}
    assert set(calendars.all()) == made | {"Default"}
