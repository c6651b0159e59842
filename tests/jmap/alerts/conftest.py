"""Servers with calendars, and a way to let time pass for alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from cyrpy.data import alerts, principals
from cyrpy_jmap.push.alerting import see_to
from tests.support.jmap import CalendarEvents, Calendars, Jmap
from tests.support.postgresql import Postgresql
from tests.support.server import Server
from tests.support.servers import new_client

OPTIONS = "httpmodules: jmap caldav\n"


@pytest.fixture(scope="session")
def sqlite_alerts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """On a file."""
    made = Server(tmp_path_factory.mktemp("sqlite-alerts"), OPTIONS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_alerts(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same on PostgreSQL."""
    options = f"{OPTIONS}database_url: {postgresql.new_database()}\n"
    made = Server(tmp_path_factory.mktemp("postgresql-alerts"), options)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_alerts")
    return found


@pytest.fixture
def user(server: Server) -> Callable[[str], Jmap]:
    """Adds a user, whose name begins as given."""
    return lambda name: new_client(server, name)


@pytest.fixture
def anna(user: Callable[[str], Jmap]) -> CalendarEvents:
    """The events of one user."""
    return CalendarEvents(user("anna"))


@pytest.fixture
def bert(user: Callable[[str], Jmap]) -> CalendarEvents:
    """Those of another."""
    return CalendarEvents(user("bert"))


@pytest.fixture
def calendars(anna: CalendarEvents) -> Calendars:
    """The calendars of the first."""
    return Calendars(anna.client)


@pytest.fixture
def at(server: Server) -> Callable[[str], None]:
    """Triggers what is due at a time in UTC, as the server does when it is that late."""

    def work(text: str) -> None:
        now = int(datetime.fromisoformat(text).timestamp())
        core = replace(server.core, clock=lambda: now)
        while see_to(core, now):
            pass

    return work


Told = list[tuple[str, str | None]]


@pytest.fixture
def told(server: Server) -> Callable[[CalendarEvents], Told]:
    """The alerts, and their instances, that there are to tell a user of."""

    def work(events: CalendarEvents) -> Told:
        with server.core.database.read() as unit:
            user = unit.first(principals.BY_WIRE_ID, wire_id=events.client.account)
            found = alerts.after(unit, user.id, 0, 100)
        return [(one.alert_id, one.recurrence_id) for one in found]

    return work
