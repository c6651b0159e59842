"""One calendar by two protocols: each sees the other's changes, and once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jmap.calendar_event.dav import delete, event, get, put, sync
from tests.support.jmap import Calendars, Replica


def test_what_caldav_writes_jmap_reads(anna):
    state = anna.state()
    put(anna, "a.ics", event("one", "SUMMARY:Lunch", "LOCATION:Here"))
    (id,) = anna.all()
    assert anna.changes(state) == {"created": [id], "updated": [], "destroyed": []}
    state = anna.state()
    put(anna, "a.ics", event("one", "SUMMARY:Dinner"))
    assert anna.changes(state) == {"created": [], "updated": [id], "destroyed": []}
    assert anna.one(id)["title"] == "Dinner"
    state = anna.state()
    delete(anna, "a.ics")
    assert anna.changes(state) == {"created": [], "updated": [], "destroyed": [id]}


def test_what_jmap_writes_caldav_reads(anna):
    _, token = sync(anna)
    id = anna.create("Lunch", uid="one")
    assert "SUMMARY:Lunch" in get(anna, "one.ics")
    found, token = sync(anna, token)
    assert found == {"one.ics": True}
    anna.update(id, title="Dinner")
    found, token = sync(anna, token)
    assert found == {"one.ics": True}
    assert "SUMMARY:Dinner" in get(anna, "one.ics")
    anna.destroy(id)
    found, token = sync(anna, token)
    assert found == {"one.ics": False}
    assert sync(anna, token)[0] == {}


def test_ones_own_writes_are_in_ones_own_changes_once(anna):
    state = anna.state()
    id = anna.create("Lunch")
    anna.update(id, title="Dinner")
    assert anna.changes(state) == {"created": [id], "updated": [], "destroyed": []}


def test_an_event_that_moves_leaves_one_collection_and_enters_the_other(anna):
    other = Calendars(anna.client).create("Other")
    id = anna.create(uid="one")
    _, token = sync(anna)
    state = anna.state()
    anna.update(id, calendarIds={other: True})
    assert sync(anna, token)[0] == {"one.ics": False}
    assert anna.changes(state) == {"created": [], "updated": [id], "destroyed": []}


def test_alarms_recurrence_and_zones_agree(anna):
    id = anna.create(
        uid="one",
        recurrenceRule={"frequency": "weekly", "byDay": [{"day": "mo"}], "count": 3},
        recurrenceOverrides={"2026-01-12T10:00:00": {"excluded": True}},
        alerts={"a": {"trigger": {"offset": "-PT10M"}, "action": "display"}},
    )
    text = get(anna, "one.ics")
    for line in (
        "DTSTART;TZID=Europe/Vienna:20260105T100000",
        "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO",
        "EXDATE;TZID=Europe/Vienna:20260112T100000",
        "TRIGGER:-PT10M",
        "BEGIN:VTIMEZONE",
    ):
        assert line in text, line
    put(anna, "one.ics", text.encode())
    assert anna.one(id)["recurrenceOverrides"] == {"2026-01-12T10:00:00": {"excluded": True}}


NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.sampled_from(["one", "two", "drei, vier", "fünf\nsechs"])
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, TEXTS),
        st.tuples(st.just("delete"), NAMES, TEXTS),
        st.tuples(st.just("create"), NAMES, TEXTS),
        st.tuples(st.just("update"), NAMES, TEXTS),
        st.tuples(st.just("destroy"), NAMES, TEXTS),
        st.tuples(st.just("move"), NAMES, TEXTS),
        st.tuples(st.just("sync"), NAMES, TEXTS),
    ),
    max_size=25,
)


@pytest.mark.parametrize("seed", [0])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(operations=OPERATIONS)
def test_who_follows_either_protocol_has_what_there_is(user, seed, operations):
    del seed
    world = World(user)
    for what, name, text in operations:
        getattr(world, what)(name, text)
    world.sync("", "")


class World:
    """An account that is changed by both protocols, and followers of each."""

    def __init__(self, user):
        from tests.support.jmap import CalendarEvents  # noqa: PLC0415 - of this test alone

        self.events = CalendarEvents(user("w"))
        self.other = Calendars(self.events.client).create("Other")
        self.replica = Replica(self.events, limit=2)
        self.known, self.token = set(), ""

    def _id(self, name):
        found = self.events.query({"uid": name})
        return found[0] if found else None

    def _is_here(self, name):
        id = self._id(name)
        return id is not None and "Default" in self.events.one(id)["calendarIds"]

    def put(self, name, text):
        if self._id(name) is None or self._is_here(name):
            title = text.replace(",", "\\,").replace("\n", "\\n")
            put(self.events, f"{name}.ics", event(name, f"SUMMARY:{title}"))

    def delete(self, name, text):
        if self._is_here(name):
            delete(self.events, f"{name}.ics")

    def create(self, name, text):
        answer = self.events.set(create={"k": self.events.event(text, uid=name)})
        assert bool(answer["created"]) != bool(answer["notCreated"])

    def update(self, name, text):
        id = self._id(name)
        if id is not None:
            self.events.update(id, title=text)
            assert self.events.one(id)["title"] == text

    def destroy(self, name, text):
        id = self._id(name)
        if id is not None:
            self.events.destroy(id)

    def move(self, name, text):
        id = self._id(name)
        if id is not None:
            calendar = self.other if self._is_here(name) else "Default"
            self.events.update(id, calendarIds={calendar: True})

    def sync(self, name, text):
        self.replica.sync()
        now = self.events.all()
        assert self.replica.records == now
        found, self.token = sync(self.events, self.token)
        for href, is_there in found.items():
            (self.known.add if is_there else self.known.discard)(href)
        here = {f"{one['uid']}.ics" for one in now.values() if "Default" in one["calendarIds"]}
        assert self.known == here
