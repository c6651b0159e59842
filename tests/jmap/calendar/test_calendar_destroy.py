"""Destroying calendars, and which one is the default (JMAP Calendars, "Calendar/set")."""

from __future__ import annotations

import pytest

from cyrpy.groupware import calendars, events
from cyrpy.groupware.access import Actor
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.support.events import event


@pytest.fixture
def full(anna, server) -> str:
    """A calendar with one event."""
    id = anna.create()

    def put(unit):
        owner = find(unit, UserIds.of(server.configuration.settings), anna.client.user)
        actor = Actor(owner.id, frozenset({owner.id}))
        view = calendars.find(unit, owner.id, actor, id)
        target = events.Target(view, "lunch.ics")
        events.put(unit, actor, target, events.prepare(event("lunch")))

    server.core.database.write(put)
    return id


def test_an_empty_calendar_can_be_destroyed(anna):
    id = anna.create()
    anna.destroy(id)
    assert anna.call("get", ids=[id])["notFound"] == [id]


def test_a_calendar_with_events_stays(anna, full):
    error = anna.refused_destroy(full)
    assert error["type"] == "calendarHasEvent"
    assert "onDestroyRemoveEvents" in error["description"]
    assert full in anna.all()


def test_a_calendar_goes_with_its_events_when_told_so(anna, full):
    anna.destroy(full, onDestroyRemoveEvents=True)
    assert full not in anna.all()


def test_classic_calendars_go_with_their_events(anna, full):
    answer = anna.client.classic_call("setCalendars", destroy=[full])
    assert answer["destroyed"] == [full]


def test_the_id_of_a_destroyed_calendar_is_not_given_again(anna):
    first = anna.create()
    anna.destroy(first)
    assert anna.create() != first


def test_destroying_twice_is_not_found(anna):
    id = anna.create()
    anna.destroy(id)
    assert anna.refused_destroy(id)["type"] == "notFound"


def test_one_id_given_twice_is_destroyed_once(anna):
    id = anna.create()
    answer = anna.set(destroy=[id, id])
    assert (answer["destroyed"], answer["notDestroyed"]) == ([id], None)


def test_updating_what_the_same_call_destroys_is_refused(anna):
    id = anna.create()
    answer = anna.set(update={id: {"name": "x"}}, destroy=[id])
    assert (answer["notUpdated"][id]["type"], answer["destroyed"]) == ("willDestroy", [id])


def test_the_default_calendar_stays(anna):
    error = anna.refused_destroy("Default")
    assert error["type"] == "isDefault"
    assert "default" in error["description"]


def test_the_old_default_can_be_destroyed_once_there_is_another(anna):
    made = anna.create()
    anna.set(onSuccessSetIsDefault=made)
    anna.destroy("Default")
    assert list(anna.all()) == [made]


def test_another_calendar_becomes_the_default(anna):
    made = anna.create()
    answer = anna.set(onSuccessSetIsDefault=made)
    assert answer["updated"] == {made: {"isDefault": True}, "Default": {"isDefault": False}}
    assert {id for id, record in anna.all().items() if record["isDefault"]} == {made}


def test_a_calendar_can_be_the_default_from_its_creation(anna):
    answer = anna.set(create={"k": {"name": "x"}}, onSuccessSetIsDefault="#k")
    created = answer["created"]["k"]
    assert (created["isDefault"], anna.one(created["id"])["isDefault"]) == (True, True)


def test_what_is_the_default_already_is_not_told_again(anna):
    answer = anna.set(onSuccessSetIsDefault="Default")
    assert (answer["updated"], answer["oldState"]) == (None, answer["newState"])


@pytest.mark.parametrize("id", ["nothing", "#nothing", "a\0b"])
def test_a_default_that_there_is_not_changes_nothing(anna, id):
    answer = anna.set(onSuccessSetIsDefault=id)
    assert (answer["updated"], answer["oldState"]) == (None, answer["newState"])


def test_the_default_stays_where_something_failed(anna):
    made = anna.create()
    anna.set(create={"k": {}}, onSuccessSetIsDefault=made)
    assert anna.one("Default")["isDefault"] is True
