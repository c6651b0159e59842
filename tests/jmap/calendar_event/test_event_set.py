"""CalendarEvent/set: creating, changing and destroying (JMAP Calendars)."""

from __future__ import annotations

import re

import pytest

from tests.jmap.calendar_event.dav import event, get, put, url
from tests.support.jmap import Calendars


def test_the_server_sets_what_is_left_out(anna):
    made = anna.made()
    assert made["uid"]
    assert made["created"] == made["updated"]
    assert (made["isOrigin"], made["version"]) == (True, "2.0")
    shown = anna.one(made["id"])
    assert {name: shown[name] for name in ("uid", "created", "updated")} == {
        name: made[name] for name in ("uid", "created", "updated")
    }


def test_a_time_of_creation_that_is_to_come_is_now(anna):
    made = anna.made(created="2999-01-01T00:00:00Z")
    assert made["created"] == made["updated"] < "2999"
    assert anna.one(anna.create(created="2020-01-01T00:00:00Z"))["created"][:4] == "2020"


def test_every_wrong_property_is_told_with_its_path(anna):
    error = anna.refused_create(
        calendarIds={"nowhere": 1},
        start="tomorrow",
        duration="1 hour",
        timeZone="Mars/Olympus",
        participants={"p": {"calendarAddress": "none", "roles": {"owner": 1}}},
        recurrenceOverrides={"2026-01-05T10:00:00": {"title": 5}},
        alerts={"a": {"trigger": {"offset": "x"}}},
        id="E1",
        method="request",
    )
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == {
        "calendarIds/nowhere",
        "start",
        "duration",
        "timeZone",
        "participants/p/calendarAddress",
        "participants/p/roles/owner",
        "recurrenceOverrides/2026-01-05T10:00:00/title",
        "alerts/a/trigger/offset",
        "id",
        "method",
    }
    for path in error["properties"]:
        assert f"{path}: " in error["description"]


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"calendarIds": None}, "calendarIds"),
        ({"calendarIds": {}}, "calendarIds"),
        ({"calendarIds": {"a": True, "b": True}}, "calendarIds"),
        ({"calendarIds": {"nowhere": True}}, "calendarIds/nowhere"),
        ({"start": None}, "start"),
        ({"isDraft": "yes"}, "isDraft"),
        ({"utcStart": "2026-01-05T09:00:00Z"}, "utcStart"),
        ({"utcEnd": "2026-01-05T09:00:00Z"}, "utcEnd"),
        ({"duration": None, "utcEnd": "2026-01-01T00:00:00Z"}, "utcEnd"),
        ({"start": None, "utcStart": "yesterday"}, "utcStart"),
        ({"isOrigin": True}, "isOrigin"),
        ({"replyTo": {"imip": "mailto:a@example.org"}}, "replyTo"),
        ({"links": {"a": {"blobId": "nothing"}}}, "links/a/blobId"),
        ({"@type": "Task"}, "@type"),
    ],
)
def test_an_event_that_cannot_be_is_refused(anna, properties, path):
    error = anna.refused_create(**anna.event(**properties))
    assert error["type"] == "invalidProperties"
    assert path in error["properties"]


def test_times_in_utc_become_those_of_the_zone(anna):
    id = anna.create(
        start=None,
        duration=None,
        utcStart="2026-07-01T08:00:00Z",
        utcEnd="2026-07-01T09:30:00Z",
    )
    shown = anna.one(id)
    assert (shown["start"], shown["duration"]) == ("2026-07-01T10:00:00", "PT1H30M")
    anna.update(id, utcStart="2026-01-01T08:00:00Z")
    assert anna.one(id)["start"] == "2026-01-01T09:00:00"


def test_patches_go_into_maps_that_are_not_there_yet(anna):
    id = anna.create()
    anna.update(id, **{"keywords/work": True, "locations/a": {"name": "Room"}})
    shown = anna.one(id)
    assert shown["keywords"] == {"work": True}
    assert shown["locations"]["a"]["name"] == "Room"
    anna.update(id, **{"keywords/work": None, "locations": None})
    assert not {"keywords", "locations"} & anna.one(id).keys()


@pytest.mark.parametrize(
    ("patch", "type", "properties"),
    [
        ({"uid": "other"}, "invalidProperties", ["uid"]),
        ({"@type": "Task"}, "invalidProperties", ["@type"]),
        ({"calendarIds": None}, "invalidProperties", ["calendarIds"]),
        ({"calendarIds": {"nowhere": True}}, "invalidProperties", ["calendarIds/nowhere"]),
        ({"isDraft": True}, "invalidProperties", ["isDraft"]),
        ({"isOrigin": False}, "invalidProperties", ["isOrigin"]),
        ({"title": 5, "duration": "x"}, "invalidProperties", ["title", "duration"]),
        ({"start": None}, "invalidProperties", ["start"]),
        ({"participants/a/name": "x"}, "invalidPatch", ["participants/a/name"]),
        ({"title/x": "y"}, "invalidPatch", ["title/x"]),
    ],
)
def test_a_change_that_cannot_be_is_refused(anna, patch, type, properties):
    id = anna.create()
    before = anna.one(id)
    error = anna.refused_update(id, **patch)
    assert error["type"] == type
    assert set(error["properties"]) == set(properties)
    assert anna.one(id) == before


def test_a_property_that_only_the_server_sets_may_be_repeated(anna):
    id = anna.create()
    anna.update(id, id=id, isOrigin=True, uid=anna.one(id)["uid"], title="Dinner")
    assert anna.one(id)["title"] == "Dinner"


def test_each_revision_counts_but_no_change_of_ones_own(anna):
    id = anna.create()
    assert anna.update(id, title="Dinner")["sequence"] == 1
    assert "sequence" not in anna.update(id, color="red", keywords={"a": True})
    assert "sequence" not in anna.update(id, sequence=7, title="Supper")
    assert anna.one(id)["sequence"] == 7
    assert anna.update(id, sequence=3, title="Meal")["sequence"] == 8


def test_a_change_that_changes_nothing_is_none(anna):
    id = anna.create()
    state = anna.state()
    assert anna.update(id, title="Lunch") is None
    assert anna.state() == state


def test_what_jmap_does_not_know_survives_a_change(anna):
    lines = ("SUMMARY:Lunch", "X-COFFEE;X-SUGAR=no:black", "ATTENDEE;X-SEAT=4:mailto:a@b.example")
    put(anna, "a.ics", event("one", *lines))
    (id,) = anna.all()
    anna.update(id, title="Dinner")
    stored = get(anna, "a.ics")
    assert "SUMMARY:Dinner" in stored
    assert set(lines[1:]) <= set(stored.splitlines())


def test_an_event_moves_to_another_calendar_with_its_id(anna):
    other = Calendars(anna.client).create("Other")
    id = anna.create()
    anna.update(id, calendarIds={other: True}, title="Dinner")
    shown = anna.one(id)
    assert (shown["calendarIds"], shown["title"]) == ({other: True}, "Dinner")
    assert anna.query({"inCalendar": other}) == [id]
    assert anna.query({"inCalendar": "Default"}) == []
    anna.update(id, **{"calendarIds/Default": True, f"calendarIds/{other}": None})
    assert anna.one(id)["calendarIds"] == {"Default": True}


def test_an_event_goes_into_a_calendar_that_the_same_request_makes(anna):
    calls = [
        ["Calendar/set", {"accountId": anna.account, "create": {"c": {"name": "New"}}}],
        [
            "CalendarEvent/set",
            {
                "accountId": anna.account,
                "create": {"e": {**anna.event(), "calendarIds": {"#c": True}}},
            },
        ],
    ]
    made, stored = (answer[1]["created"] for answer in anna.client.run(*calls))
    assert anna.one(stored["e"]["id"])["calendarIds"] == {made["c"]["id"]: True}


def test_a_uid_is_in_an_account_once(anna):
    id = anna.create(uid="one")
    other = Calendars(anna.client).create("Other")
    for calendar in ("Default", other):
        error = anna.refused_create(**anna.event(uid="one", calendarIds={calendar: True}))
        assert (error["type"], error["existingId"]) == ("alreadyExists", id)


def test_a_draft_is_published_once(anna):
    id = anna.create(isDraft=True)
    assert anna.one(id)["isDraft"] is True
    anna.update(id, title="Dinner")
    assert anna.one(id)["isDraft"] is True
    anna.update(id, isDraft=False)
    assert anna.one(id)["isDraft"] is False
    assert anna.refused_update(id, isDraft=True)["properties"] == ["isDraft"]


def test_a_file_is_in_the_event_for_every_calendar_system(anna):
    sent = anna.client.server.request(
        "POST",
        f"/jmap/upload/{anna.account}/",
        b"agenda",
        {"content-type": "text/plain", **anna.client.sign_in},
    )
    blob = sent.json["blobId"]
    link = {"blobId": blob, "contentType": "text/plain", "title": "agenda.txt"}
    id = anna.create(uid="with-file", links={"f": link})
    shown = anna.one(id)["links"]["f"]
    assert shown["rel"] == "enclosure"
    assert (shown["title"], shown["size"]) == ("agenda.txt", 6)
    stored = get(anna, "with-file.ics")
    path = re.search(r"^ATTACH;.*?:https?://[^/]+(/.*?)\r$", stored, re.MULTILINE)
    assert path is not None, stored
    assert anna.client.get(path[1]).body == b"agenda"


def test_whoever_adds_participants_organizes(anna):
    id = anna.create()
    told = anna.update(id, participants={"b": {"calendarAddress": "mailto:b@example.org",
                                               "roles": {"required": True}}})  # fmt: skip
    assert told["organizerCalendarAddress"] == f"mailto:{anna.client.name}"
    assert anna.one(id)["organizerCalendarAddress"] == f"mailto:{anna.client.name}"


def test_an_event_that_is_destroyed_is_gone_over_caldav_too(anna):
    id = anna.create(uid="one")
    assert anna.client.get(url(anna, "one.ics")).status == 200
    anna.destroy(id)
    assert anna.client.get(url(anna, "one.ics")).status == 404
    assert anna.refused_destroy(id)["type"] == "notFound"
    assert anna.refused_update(id, title="x")["type"] == "notFound"


def test_of_many_each_is_judged_by_itself(anna):
    good = {f"k{n}": anna.event(str(n)) for n in range(5)}
    bad = {f"b{n}": anna.event(str(n), start="x") for n in range(5)}
    answer = anna.set(create={**good, **bad})
    assert answer["created"].keys() == good.keys()
    assert answer["notCreated"].keys() == bad.keys()
    assert len(anna.all()) == 5


def test_an_event_that_is_too_large_is_told_so(anna):
    texts = {f"x{n}": {"name": ";" * 250_000} for n in range(30)}
    assert anna.refused_create(**anna.event(locations=texts))["type"] == "tooLarge"


def test_old_spellings_are_refused_unless_an_option_takes_them(anna):
    old = {"recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "daily"}]}
    assert anna.refused_create(**anna.event(**old))["properties"] == ["recurrenceRules"]
