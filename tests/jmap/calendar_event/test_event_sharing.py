"""Events in calendars of others: rights, privacy, and what each user has for itself."""

from __future__ import annotations

import pytest

from tests.jmap.calendar_event.dav import get
from tests.support.jmap import CalendarEvents, Calendars

SPAN = {"after": "2026-01-01T00:00:00", "before": "2026-02-01T00:00:00"}
SHOWN = {
    "id", "calendarIds", "isDraft", "isOrigin", "@type", "version", "uid", "created", "updated",
    "start", "timeZone", "duration", "privacy", "sequence", "freeBusyStatus",
}  # fmt: skip


def test_who_may_read_reads_and_no_more(anna, share):
    id = anna.create()
    seen = share()
    assert seen.one(id)["title"] == "Lunch"
    assert seen.query({"text": "lunch"}) == [id]
    assert seen.refused_update(id, title="x")["type"] == "forbidden"
    assert seen.refused_update(id, color="red")["type"] == "forbidden"
    assert seen.refused_destroy(id)["type"] == "forbidden"
    assert seen.refused_create(**seen.event())["type"] == "forbidden"


def test_who_may_write_all_writes(anna, share):
    id = anna.create()
    seen = share("mayWriteAll")
    seen.update(id, title="Dinner")
    made = seen.create("Mine")
    assert {one["title"] for one in anna.all().values()} == {"Dinner", "Mine"}
    seen.destroy(made)
    assert list(anna.all()) == [id]


def test_who_may_write_own_writes_what_it_organizes(anna, bert, share):
    hers = anna.create(
        participants={"a": {"calendarAddress": f"mailto:{anna.client.name}"}},
        organizerCalendarAddress=f"mailto:{anna.client.name}",
    )
    seen = share("mayWriteOwn")
    mine = seen.create(
        "Mine",
        participants={"b": {"calendarAddress": f"mailto:{bert.client.name}",
                            "roles": {"owner": True}}},
        organizerCalendarAddress=f"mailto:{bert.client.name}",
    )  # fmt: skip
    seen.update(mine, title="Still mine")
    assert seen.refused_update(hers, title="x")["type"] == "forbidden"


def test_a_private_event_shows_when_it_is_and_no_more(anna, share):
    id = anna.create("Doctor", privacy="private", locations={"a": {"name": "Clinic"}})
    seen = share("mayWriteAll")
    shown = seen.one(id)
    assert shown.keys() <= SHOWN
    assert shown["start"] == "2026-01-05T10:00:00"
    for filter in ({"text": "doctor"}, {"title": "doctor"}, {"location": "clinic"}):
        assert seen.query(filter) == []
        assert anna.query(filter) == [id]
    assert seen.query(SPAN) == seen.query(SPAN, expandRecurrences=True) == [id]
    (named,) = seen.show(id, properties=["title", "locations"])
    assert named == {"id": id}
    assert seen.refused_update(id, title="x")["type"] == "forbidden"
    assert seen.refused_update(id, color="red")["type"] == "forbidden"
    assert seen.refused_destroy(id)["type"] == "forbidden"


def test_a_secret_event_is_not_there(anna, share):
    secret = anna.create("Secret", privacy="secret", uid="secret")
    seen = share("mayWriteAll")
    assert seen.call("get", ids=[secret])["notFound"] == [secret]
    assert list(seen.all()) == []
    for filter in (None, {"text": "secret"}, {"uid": "secret"}, SPAN):
        assert seen.query(filter) == [], filter
    assert seen.query(SPAN, expandRecurrences=True) == []
    assert seen.refused_destroy(secret)["type"] == "notFound"
    assert seen.refused_update(secret, title="x")["type"] == "notFound"


def test_what_becomes_secret_is_destroyed_for_others(anna, share):
    id = anna.create()
    seen = share()
    state = seen.state()
    anna.update(id, privacy="secret")
    assert seen.changes(state) == {"created": [], "updated": [], "destroyed": [id]}
    state = seen.state()
    anna.update(id, privacy="private")
    assert seen.changes(state) == {"created": [id], "updated": [], "destroyed": []}


def test_nobody_makes_private_events_in_anothers_calendar(anna, share):
    seen = share("mayWriteAll")
    error = seen.refused_create(**seen.event(privacy="private"))
    assert (error["type"], error["properties"]) == ("invalidProperties", ["privacy"])
    id = anna.create()
    error = seen.refused_update(id, privacy="secret")
    assert (error["type"], error["properties"]) == ("invalidProperties", ["privacy"])


def test_each_user_has_some_properties_for_itself(anna, share):
    id = anna.create(color="blue", keywords={"hers": True}, freeBusyStatus="free")
    seen = share("mayUpdatePrivate")
    assert not {"color", "keywords", "freeBusyStatus"} & seen.one(id).keys()
    mine = {"color": "red", "keywords": {"mine": True}, "useDefaultAlerts": True}
    before, state = anna.one(id), anna.state()
    told = seen.update(id, **mine)
    assert told.keys() == {"updated"}
    assert {name: seen.one(id)[name] for name in mine} == mine
    assert anna.one(id) == before
    assert anna.changes(state) == {"created": [], "updated": [], "destroyed": []}
    anna.update(id, title="Dinner")
    assert {name: seen.one(id)[name] for name in mine} == mine
    seen.update(id, color=None, keywords=None, useDefaultAlerts=None)
    assert not mine.keys() & seen.one(id).keys()


def test_a_change_of_ones_own_is_seen_by_oneself(anna, share):
    id = anna.create()
    seen = share("mayUpdatePrivate")
    state = seen.state()
    seen.update(id, color="red")
    assert seen.changes(state) == {"created": [], "updated": [id], "destroyed": []}


def test_ones_own_of_an_instance_is_ones_own_too(anna, share):
    anna.create(recurrenceRule={"frequency": "weekly", "count": 3})
    seen = share("mayUpdatePrivate")
    second = seen.query(SPAN, expandRecurrences=True)[1]
    seen.update(second, color="red")
    assert seen.one(second)["color"] == "red"
    (event,) = anna.all().values()
    assert "recurrenceOverrides" not in event


def test_who_writes_all_keeps_what_the_owner_has_for_itself(anna, share):
    id = anna.create(uid="one", color="blue", keywords={"hers": True})
    seen = share("mayWriteAll", "mayUpdatePrivate")
    seen.update(id, title="Dinner", color="red")
    shown = anna.one(id)
    assert (shown["title"], shown["color"], shown["keywords"]) == (
        "Dinner", "blue", {"hers": True},
    )  # fmt: skip
    assert seen.one(id)["color"] == "red"
    assert "COLOR:blue" in get(anna, "one.ics")


def test_attendees_that_are_hidden_stay(anna, bert, share):
    people = {
        "a": {"calendarAddress": f"mailto:{anna.client.name}", "roles": {"owner": True}},
        "x": {"calendarAddress": "mailto:x@example.org", "roles": {"required": True}},
        "b": {"calendarAddress": f"mailto:{bert.client.name}", "roles": {"required": True}},
    }
    id = anna.create(participants=people, hideAttendees=True)
    seen = share("mayWriteAll")
    found = {one["calendarAddress"] for one in seen.one(id)["participants"].values()}
    assert found == {f"mailto:{anna.client.name}", f"mailto:{bert.client.name}"}
    assert seen.query({"attendee": "x@example.org"}) == seen.query({"text": "x@example.org"}) == []
    assert anna.query({"attendee": "x@example.org"}) == [id]
    assert anna.query({"text": "x@example.org"}) == [id]
    seen.update(id, title="Dinner")
    assert len(anna.one(id)["participants"]) == 3


def test_who_may_answer_answers_for_the_owner(anna, share):
    people = {
        "o": {"calendarAddress": "mailto:olga@example.org", "roles": {"owner": True}},
        "a": {"calendarAddress": f"mailto:{anna.client.name}", "roles": {"required": True}},
    }
    id = anna.create(participants=people, organizerCalendarAddress="mailto:olga@example.org")
    seen = share("mayRSVP")
    key = next(k for k, one in seen.one(id)["participants"].items()
               if one["calendarAddress"] == f"mailto:{anna.client.name}")  # fmt: skip
    seen.update(id, **{f"participants/{key}/participationStatus": "accepted"})
    assert anna.one(id)["participants"][key]["participationStatus"] == "accepted"
    assert seen.refused_update(id, title="x")["type"] == "forbidden"


def test_what_is_unshared_is_destroyed(anna, bert, share):
    id = anna.create()
    seen = share()
    state = seen.state()
    other = Calendars(anna.client).create("Other")
    Calendars(anna.client).share(other, **{bert.account: {"mayReadItems": True}})
    Calendars(anna.client).share("Default", **{})
    assert seen.changes(state) == {"created": [], "updated": [], "destroyed": [id]}
    assert seen.call("get", ids=[id])["notFound"] == [id]


@pytest.mark.parametrize("method", ["get", "set", "query", "changes"])
def test_a_stranger_finds_no_account(anna, bert, method):
    wrong = CalendarEvents(bert.client, anna.account)
    arguments = {"changes": {"sinceState": "0"}}.get(method, {})
    error = wrong.client.fail(f"CalendarEvent/{method}", **{"accountId": anna.account, **arguments})
    assert error["type"] == "accountNotFound"
