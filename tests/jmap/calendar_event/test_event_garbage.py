"""Whatever clients send, in either dialect, is answered; nothing breaks on the server's side."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.events import EARLY
from cyrpy_jmap.dialects.classic.events import LATER as LATER_LENS
from cyrpy_jmap.errors import SetError
from tests.classic.test_classic_events import EVENT, LATER

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "x", "2026-01-05T10:00:00", "2026-01-05T10:00:00Z", "PT1H", "P400000000D", "\0",
         "Europe/Vienna", "9999-12-31T23:59:59", "0001-01-01T00:00:00", "mailto:a@b.c", "é/~1"]
    ),
)  # fmt: skip
NAMES = st.sampled_from(
    ["a", "@type", "name", "excluded", "2026-01-12T10:00:00", "trigger", "offset", "roles",
     "calendarAddress", "frequency", "byDay", "title", "participants/a/name", "email", "x/y"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
MODERN = st.sampled_from(
    """start duration timeZone endTimeZone title description locations virtualLocations links
    mainLocationId recurrenceRule recurrenceOverrides recurrenceId participants alerts keywords
    organizerCalendarAddress privacy status freeBusyStatus showWithoutTime calendarIds isDraft
    utcStart utcEnd uid created updated sequence relatedTo iCalendar version method color
    hideAttendees useDefaultAlerts recurrenceRule/frequency participants/a
    recurrenceOverrides/2026-01-12T10:00:00 locations/a/name""".split()  # noqa: SIM905
)
RICH = {
    "recurrenceRule": {"frequency": "weekly", "count": 5},
    "recurrenceOverrides": {"2026-01-12T10:00:00": {"title": "x", "locations/a/name": "y"}},
    "locations": {"a": {"name": "Room"}},
    "participants": {"a": {"calendarAddress": "mailto:a@example.org", "roles": {"owner": True}}},
    "alerts": {"a": {"trigger": {"offset": "-PT5M"}}},
}
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FAILURES = ("serverFail", "serverError")


def check(answer):
    errors = [
        error["type"]
        for member in ("notCreated", "notUpdated", "notDestroyed")
        for error in (answer.get(member) or {}).values()
    ]
    assert not set(errors) & set(FAILURES)


@pytest.fixture(scope="module")
def kept():
    return {}


@SETTINGS
@given(changes=st.dictionaries(MODERN, VALUES, max_size=4))
def test_events(user, kept, request, changes):
    name = f"{request.node.name}"
    if name not in kept:
        from tests.support.jmap import CalendarEvents  # noqa: PLC0415 - of this test alone

        kept[name] = CalendarEvents(user("garbage"))
    events = kept[name]
    plain = {key: value for key, value in changes.items() if "/" not in key}
    made = events.set(create={"k": events.event(**RICH), "b": {**events.event(**RICH), **plain}})
    check(made)
    id = made["created"]["k"]["id"]
    check(events.set(update={id: changes, f"{id}_20260112T100000": changes}))
    ids = [record["id"] for record in made["created"].values()]
    answer = events.call("get", ids=[*ids, f"{id}_20260119T100000"])
    assert answer["list"] or answer["notFound"]
    for property in ("utcStart", "iCalendar"):
        events.call("get", ids=ids, properties=[property, "title"])
    events.client.classic_call("getCalendarEvents", ids=ids)
    span = {"after": "2026-01-01T00:00:00", "before": "2026-02-01T00:00:00"}
    for filter in (span, {**span, "title": "x"}):
        query = {"accountId": events.account, "filter": filter, "expandRecurrences": True}
        ((_, found, _),) = events.client.run(["CalendarEvent/query", query])
        assert found.get("type") not in FAILURES
    check(events.set(destroy=ids))


@SETTINGS
@given(
    changes=st.dictionaries(st.sampled_from([*EVENT, "x"]), VALUES, max_size=4),
    inside=st.dictionaries(
        st.sampled_from(["summary", "start", "end", "location", "alerts", "attendees"]),
        VALUES,
        max_size=3,
    ),
)
def test_classic_events(user, kept, request, changes, inside):
    name = f"{request.node.name}"
    if name not in kept:
        kept[name] = user("garbage")
    client = kept[name]
    exceptions = {"exceptions": {"2026-01-19T10:00:00": inside}}
    new = {"k": EVENT, "b": {**EVENT, **changes}, "c": {**EVENT, **exceptions}}
    answer = client.classic_call("setCalendarEvents", create=new)
    check(answer)
    id = answer["created"]["k"]["id"]
    check(client.classic_call("setCalendarEvents", update={id: changes}))
    check(client.classic_call("setCalendarEvents", update={id: exceptions}))
    ids = [record["id"] for record in answer["created"].values()]
    assert len(client.classic_call("getCalendarEvents", ids=ids)["list"]) == len(ids)
    client.classic_call("setCalendarEvents", destroy=ids)


LENSES = {"early": (EARLY, EVENT), "later": (LATER_LENS, LATER)}
INSIDE = st.sampled_from(
    ["summary", "start", "end", "location", "alerts", "attendees", "title", "participants/p",
     "locations/a/name", "duration"]
)  # fmt: skip


@pytest.mark.parametrize("period", LENSES)
@settings(SETTINGS, max_examples=100)
@given(data=st.data())
def test_lenses_refuse_what_they_cannot_read(period, data):
    lens, event = LENSES[period]
    names = CreationNames()
    changes = data.draw(
        st.dictionaries(st.sampled_from([*event, "replyTo", "a/b"]), VALUES, max_size=4)
    )
    inside = data.draw(st.dictionaries(INSIDE, VALUES, max_size=3))
    member = "exceptions" if period == "early" else "recurrenceOverrides"
    current = {"id": "E1", "isDraft": False, **lens.create(event, names)}
    override = {member: {"2026-01-19T10:00:00": inside}}
    for change in (changes, override, {**changes, **override}):
        with suppress(SetError):
            lens.create({**event, **change}, names)
        with suppress(SetError):
            lens.update(change, current, names)
