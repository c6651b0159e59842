"""A server with calendars on both databases, users and a room, and what a calendar holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from tests.support.dav import Client
from tests.support.dav_fixtures import anna, bert, server

__all__ = ["anna", "bert", "carl", "holds", "inbox", "put", "room", "server"]


@pytest.fixture
def carl(server) -> Client:
    return server.client("carl", display_name="Carl")


@pytest.fixture
def room(server) -> Client:
    client = server.client("aula", type="location")
    client.calendars = f"/dav/calendars/room/{client.row.name}/"
    return client


def _put(name: str, who: Client, calendar: Component | bytes, **headers: str) -> object:
    from cyrpy.formats.ical.write import write  # noqa: PLC0415

    octets = write(calendar) if isinstance(calendar, Component) else calendar
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return who.request("PUT", f"{who.calendars}Default/{name}", octets, given)


@pytest.fixture
def put() -> Callable[..., object]:
    """PUT a meeting into somebody's default calendar."""
    return partial(_put, "m.ics")


def _members(who: Client, url: str) -> list[str]:
    found = who.propfind(url, "D:getetag", depth="1").responses
    return [each for each in found if each != url]


@pytest.fixture
def holds() -> Callable[[Client], Component | None]:
    """The one object in somebody's default calendar; None if there is none."""

    def look(who: Client) -> Component | None:
        found = _members(who, f"{who.calendars}Default/")
        if not found:
            return None
        (url,) = found
        return parse(who.request("GET", url).body)

    return look


@pytest.fixture
def inbox() -> Callable[[Client], list[Component]]:
    """The messages in somebody's inbox."""

    def look(who: Client) -> list[Component]:
        found = _members(who, f"{who.calendars}Inbox/")
        return [parse(who.request("GET", url).body) for url in found]

    return look
