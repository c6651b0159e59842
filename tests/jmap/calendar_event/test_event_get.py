"""CalendarEvent/get (JMAP Calendars)."""

from __future__ import annotations

import pytest

from tests.jmap.calendar_event.dav import event, put

WEEKLY = {"frequency": "weekly", "count": 4}


def test_gives_what_jmap_adds_before_the_event(anna):
    id = anna.create("Lunch")
    shown = anna.one(id)
    assert list(shown)[:4] == ["id", "calendarIds", "isDraft", "isOrigin"]
    assert shown["calendarIds"] == {"Default": True}
    assert (shown["isDraft"], shown["isOrigin"]) == (False, True)
    assert (shown["title"], shown["duration"], shown["version"]) == ("Lunch", "PT1H", "2.0")


def test_gives_times_in_utc_only_to_those_who_ask(anna):
    id = anna.create(start="2026-07-01T10:00:00")
    assert "utcStart" not in anna.one(id)
    (shown,) = anna.show(id, properties=["utcStart", "utcEnd"])
    assert shown == {
        "id": id,
        "utcStart": "2026-07-01T08:00:00Z",
        "utcEnd": "2026-07-01T09:00:00Z",
    }


def test_floating_times_are_read_in_the_zone_that_is_asked_for(anna):
    id = anna.create(timeZone=None)
    asked = {"properties": ["utcStart"], "timeZone": "America/New_York"}
    assert anna.show(id, **asked)[0]["utcStart"] == "2026-01-05T15:00:00Z"
    assert anna.show(id, properties=["utcStart"])[0]["utcStart"] == "2026-01-05T10:00:00Z"


def test_overrides_cannot_be_had_beside_times_in_utc(anna):
    names = ["utcStart", "recurrenceOverrides"]
    error = anna.client.fail("CalendarEvent/get", ids=["E1"], properties=names)
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["properties"])


def test_properties_that_are_named_have_their_defaults(anna):
    id = anna.create()
    names = ["description", "status", "sequence", "freeBusyStatus", "privacy", "recurrenceRule"]
    assert anna.show(id, properties=names)[0] == {
        "id": id,
        "description": "",
        "status": "confirmed",
        "sequence": 0,
        "freeBusyStatus": "busy",
        "privacy": "public",
        "recurrenceRule": None,
    }


@pytest.mark.parametrize("name", ["replyTo", "recurrenceRules", "Title", "a b", "x-"])
def test_properties_that_no_event_has_are_refused(anna, name):
    error = anna.client.fail("CalendarEvent/get", ids=[], properties=[name])
    assert error["type"] == "invalidArguments"
    assert name in error["description"]


def test_shows_what_jscalendar_has_no_word_for_only_when_asked(anna):
    put(anna, "a.ics", event("one", "SUMMARY:Lunch", "X-COFFEE:black"))
    (id,) = anna.all()
    assert "iCalendar" not in anna.one(id)
    (shown,) = anna.show(id, properties=["iCalendar"])
    assert ["x-coffee", {}, "unknown", "black"] in shown["iCalendar"]["properties"]


def test_overrides_are_cut_to_a_span(anna):
    overrides = {f"2026-01-{day:02}T10:00:00": {"title": str(day)} for day in (5, 12, 19, 26)}
    id = anna.create(recurrenceRule=WEEKLY, recurrenceOverrides=overrides)
    asked = {
        "recurrenceOverridesAfter": "2026-01-12T09:00:00Z",
        "recurrenceOverridesBefore": "2026-01-19T09:00:01Z",
    }
    (shown,) = anna.show(id, **asked)
    assert list(shown["recurrenceOverrides"]) == ["2026-01-12T10:00:00", "2026-01-19T10:00:00"]


def test_participants_are_reduced_to_owners_and_oneself(anna):
    people = {
        "o": {"calendarAddress": "mailto:boss@example.org", "roles": {"owner": True}},
        "m": {"calendarAddress": f"mailto:{anna.client.name}", "roles": {"required": True}},
        "x": {"calendarAddress": "mailto:x@example.org", "roles": {"required": True}},
    }
    overrides = {"2026-01-12T10:00:00": {"participants/x/participationStatus": "declined"}}
    id = anna.create(
        participants=people,
        organizerCalendarAddress="mailto:boss@example.org",
        recurrenceRule=WEEKLY,
        recurrenceOverrides=overrides,
    )
    assert len(anna.one(id)["participants"]) == 3
    (shown,) = anna.show(id, reduceParticipants=True)
    found = {one["calendarAddress"] for one in shown["participants"].values()}
    assert found == {"mailto:boss@example.org", f"mailto:{anna.client.name}"}
    assert shown["recurrenceOverrides"] == {"2026-01-12T10:00:00": {}}
    assert shown["isOrigin"] is False


def test_what_is_not_there_is_not_found(anna, bert):
    id = anna.create()
    ids = [id, "E0", "E999999", f"{id}_20260105T100000", "x", f"{id}-20260105T100000"]
    answer = anna.call("get", ids=ids)
    assert [e["id"] for e in answer["list"]] == [id]
    assert answer["notFound"] == ids[1:]
    assert bert.call("get", ids=[id])["notFound"] == [id]


def test_single_instances_without_a_master_are_events_of_their_own(anna):
    parts = [
        f"VEVENT\nUID:one\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:2026010{n}T100000Z\n"
        f"DTSTART:2026010{n}T110000Z\nSUMMARY:{n}"
        for n in (5, 6)
    ]
    put(anna, "a.ics", event(parts=parts))
    found = anna.all()
    assert {id.partition("-")[2]: one["title"] for id, one in found.items()} == {
        "20260105T100000Z": "5",
        "20260106T100000Z": "6",
    }
    assert {one["recurrenceId"] for one in found.values()} == {
        "2026-01-05T10:00:00",
        "2026-01-06T10:00:00",
    }


def test_an_event_in_a_zone_and_a_task_beside_it_are_told_apart(anna):
    put(anna, "t.ics", event(parts=["VTODO\nUID:t\nDTSTAMP:20260101T000000Z\nSUMMARY:Task"]))
    id = anna.create("Event")
    assert list(anna.all()) == [id]
    assert anna.query() == [id]


def test_a_request_for_too_many_is_refused(anna):
    error = anna.client.fail("CalendarEvent/get", ids=[f"E{n}" for n in range(5000)])
    assert error["type"] == "requestTooLarge"
