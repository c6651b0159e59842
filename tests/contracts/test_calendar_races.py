"""Requests side by side: the same on both databases, one of which has writers side by side."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from tests.support.jmap import CALENDARS, CORE, Calendars
from tests.support.server import JSON, ask
from tests.support.servers import new_client

MANY = 12


@pytest.fixture
def calendars(server) -> Calendars:
    return Calendars(new_client(server, "anna"))


def at_once(calendars: Calendars, *sets: dict) -> list[list]:
    """The responses to calls of set, each a request of its own, all sent at once."""
    client = calendars.client
    server = client.server

    async def one(arguments: dict) -> list:
        call = ["Calendar/set", {"accountId": calendars.account, **arguments}, "c"]
        body = orjson.dumps({"using": [CORE, CALENDARS], "methodCalls": [call]})
        answer = await ask(server.site.app, "POST", "/jmap/", body, JSON | client.sign_in)
        (response,) = answer.json["methodResponses"]
        return response

    async def all_of_them() -> list[list]:
        return await asyncio.gather(*map(one, sets))

    return server.await_(all_of_them())


def test_of_many_with_one_state_one_wins(calendars):
    state = calendars.state()
    new = {"ifInState": state, "create": {"k": {"name": "x"}}}
    names = [name for name, _, _ in at_once(calendars, *[new] * MANY)]
    assert sorted(names) == ["Calendar/set", *["error"] * (MANY - 1)]
    assert len(calendars.all()) == 2


def test_states_and_ids_of_many_are_all_different(calendars):
    since = calendars.state()
    answers = [
        found for _, found, _ in at_once(calendars, *[{"create": {"k": {"name": "x"}}}] * MANY)
    ]
    assert len({found["newState"] for found in answers}) == MANY
    ids = {found["created"]["k"]["id"] for found in answers}
    assert calendars.changes(since)["created"] == sorted(ids)
    assert len(ids) == MANY


def test_each_state_is_where_the_next_one_began(calendars):
    answers = [
        found for _, found, _ in at_once(calendars, *[{"create": {"k": {"name": "x"}}}] * MANY)
    ]
    steps = sorted((int(found["oldState"]), int(found["newState"])) for found in answers)
    assert [old for old, _ in steps[1:]] == [new for _, new in steps[:-1]]


def test_a_calendar_is_destroyed_once(calendars):
    id = calendars.create()
    answers = [found for _, found, _ in at_once(calendars, *[{"destroy": [id]}] * MANY)]
    assert sum(found["destroyed"] == [id] for found in answers) == 1
    assert sum(found["notDestroyed"] is not None for found in answers) == MANY - 1


def test_one_alert_id_is_given_once(calendars):
    alert = {"trigger": {"offset": "PT0S"}}
    new = {"create": {"k": {"name": "x", "defaultAlertsWithTime": {"a": alert}}}}
    answers = [found for _, found, _ in at_once(calendars, *[new] * MANY)]
    assert sum(found["created"] is not None for found in answers) == 1


def test_patches_of_different_properties_all_stay(calendars):
    patches = [{"name": "x"}, {"color": "red"}, {"sortOrder": 7}, {"description": "y"}]
    at_once(calendars, *({"update": {"Default": patch}} for patch in patches))
    found = calendars.one("Default")
    assert {name: found[name] for patch in patches for name in patch} == {
        name: value for patch in patches for name, value in patch.items()
    }


def test_shares_with_different_users_all_stay(server, calendars):
    guests = [new_client(server, f"guest{n}") for n in range(4)]
    read = {"mayReadItems": True}
    calendars.share("Default", **{guests[0].account: read})
    patches = [{f"shareWith/{guest.account}": read} for guest in guests[1:]]
    at_once(calendars, *({"update": {"Default": patch}} for patch in patches))
    assert set(calendars.one("Default")["shareWith"]) == {guest.account for guest in guests}
