"""Servers with calendars over JMAP and CalDAV, shared by the tests; each has its own users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.support.jmap import CalendarEvents, Calendars, Jmap
from tests.support.postgresql import Postgresql
from tests.support.server import Server
from tests.support.servers import new_client

MODULES = "httpmodules: jmap caldav\n"


@pytest.fixture(scope="session")
def sqlite_calendars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """On a file."""
    made = Server(tmp_path_factory.mktemp("sqlite-events"), MODULES)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_calendars(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same on PostgreSQL."""
    url = postgresql.new_database()
    options = f"{MODULES}database_url: {url}\n"
    made = Server(tmp_path_factory.mktemp("postgresql-events"), options)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_calendars")
    return found


@pytest.fixture
def user(server: Server) -> Callable[[str], Jmap]:
    """Adds a user, whose name begins as given."""
    return partial(new_client, server)


@pytest.fixture
def anna(user: Callable[[str], Jmap]) -> CalendarEvents:
    """The events of one user."""
    return CalendarEvents(user("anna"))


@pytest.fixture
def bert(user: Callable[[str], Jmap]) -> CalendarEvents:
    """Those of another."""
    return CalendarEvents(user("bert"))


RIGHTS = ("mayReadFreeBusy", "mayReadItems")


@pytest.fixture
def share(anna: CalendarEvents, bert: CalendarEvents) -> Callable[..., CalendarEvents]:
    """Shares anna's calendar with bert, who may read it, and more; bert's view of it."""

    def work(*more: str) -> CalendarEvents:
        rights = dict.fromkeys((*RIGHTS, *more), True)
        Calendars(anna.client).share("Default", **{bert.account: rights})
        return CalendarEvents(bert.client, anna.account)

    return work
