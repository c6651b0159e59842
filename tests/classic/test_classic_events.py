"""Events in the classic dialect, profile A: as Cyrus 3.0 beta had them."""

from __future__ import annotations

import pytest

EVENT = {
    "calendarId": "Default",
    "summary": "Lunch",
    "description": "Bring food",
    "location": "Room 1",
    "showAsFree": False,
    "isAllDay": False,
    "start": "2026-01-05T10:00:00",
    "end": "2026-01-05T11:30:00",
    "startTimeZone": "Europe/Vienna",
    "endTimeZone": "Europe/London",
    "recurrence": {"frequency": "monthly", "interval": 2, "byDay": [8, -10], "byMonth": [0, 11],
                   "firstDayOfWeek": 0, "count": 9, "byDate": [1, 2]},
    "inclusions": ["2026-01-06T10:00:00"],
    "exceptions": {
        "2026-01-12T10:00:00": None,
        "2026-01-19T10:00:00": {"summary": "Dinner", "location": "Room 2",
                                "start": "2026-01-19T18:00:00", "end": "2026-01-19T19:00:00"},
    },
    "alerts": [{"minutesBefore": 5, "type": "alert"}, {"minutesBefore": -10, "type": "email"}],
    "organizer": {"name": "Test", "email": "test@localhost", "isYou": True, "rsvp": ""},
    "attendees": [{"name": "Bo", "email": "bo@example.org", "isYou": False, "rsvp": "maybe"}],
    "attachments": None,
}  # fmt: skip


def create(server, **properties):
    answer = server.call("setCalendarEvents", create={"k": {**EVENT, **properties}})
    assert answer["notCreated"] == {}, answer
    return answer["created"]["k"]["id"]


def one(server, id, **how):
    (found,) = server.call("getCalendarEvents", ids=[id], **how)["list"]
    return found


def update(server, id, **change):
    answer = server.call("setCalendarEvents", update={id: change})
    assert answer["updated"] == [id], answer
    return one(server, id)


def refused(server, **properties):
    answer = server.call("setCalendarEvents", create={"k": properties})
    return answer["notCreated"]["k"]


def test_an_event_comes_back_as_it_was_sent(server):
    id = create(server)
    found = one(server, id)
    assert found.pop("id") == id
    assert found.pop("x-href").startswith("/dav/calendars/user/test@localhost/Default/")
    assert found.pop("end") == "2026-01-05T11:30:00"
    assert found == {name: value for name, value in EVENT.items() if name != "end"} | {
        "recurrence": {**EVENT["recurrence"], "byDay": [-10, 8], "byMonth": [0, 11]}
    }


def test_the_answer_to_a_creation_has_the_id_and_the_path(server):
    answer = server.call("setCalendarEvents", create={"k": EVENT})
    assert answer["created"]["k"].keys() == {"id", "x-href"}


CHANGES = [
    {"summary": "Supper"},
    {"description": ""},
    {"location": ""},
    {"location": "Elsewhere"},
    {"showAsFree": True},
    {"start": "2026-01-05T09:00:00", "end": "2026-01-05T12:00:00"},
    {"recurrence": {"frequency": "daily", "until": "2026-02-01T00:00:00"}},
    {"recurrence": None, "inclusions": None, "exceptions": None},
    {"exceptions": None},
    {"inclusions": None},
    {"exceptions": {"2026-01-26T10:00:00": {"summary": "Breakfast"}}},
    {"alerts": None},
    {"alerts": [{"minutesBefore": 60, "type": "email"}]},
    {"organizer": None, "attendees": None},
    {"attendees": [{"name": "Cy", "email": "cy@example.org", "isYou": False, "rsvp": ""}]},
    {"isAllDay": True, "start": "2026-01-05T00:00:00", "end": "2026-01-07T00:00:00",
     "startTimeZone": None, "endTimeZone": None, "recurrence": None, "inclusions": None,
     "exceptions": None},
    {"attachments": [{"url": "https://example.org/a.pdf", "name": "a.pdf",
                      "type": "application/pdf"}]},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids="-".join)
def test_a_change_changes_that_and_nothing_else(server, change):
    id = create(server)
    before = one(server, id)
    after = update(server, id, **change)
    for name, value in after.items():
        expected = change.get(name, before[name])
        if name == "attendees" and name not in change:  # asked anew when times change
            continue
        assert value == expected, name


def test_what_classic_has_no_word_for_stays(server):
    id = create(server)
    patch = {"color": "red", "locations/x": {"name": "Annex"}, "priority": 5}
    _modern(server, "CalendarEvent/set", update={id: patch})
    update(server, id, summary="Dinner", location="Hall", alerts=None)
    (modern,) = _modern(server, "CalendarEvent/get", ids=[id])["list"]
    assert (modern["color"], modern["priority"], modern["title"]) == ("red", 5, "Dinner")
    assert {place["name"] for place in modern["locations"].values()} == {"Hall", "Annex"}


def _modern(server, method, **arguments):
    call = [method, {"accountId": "test_40localhost", **arguments}, "0"]
    using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:calendars"]
    answer = server.post({"using": using, "methodCalls": [call]}).json
    ((name, found, _),) = answer["methodResponses"]
    assert name == method, found
    return found


def test_every_wrong_property_is_told(server):
    error = refused(
        server,
        calendarId="nowhere",
        summary=5,
        start="now",
        end="then",
        colour="red",
        startTimeZone="Mars/Olympus",
        recurrence={"frequency": "often", "byDay": "monday", "count": "x"},
        exceptions={"x": None, "2026-01-05T10:00:00": {"summary": 5, "uid": "x"}},
        inclusions=["y"],
        alerts=[{"minutesBefore": "5"}],
        organizer={"name": "x"},
        attendees=[{"email": "a@example.org", "rsvp": "perhaps"}],
        attachments=[{}],
        showAsFree="no",
        description=None,
    )
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) >= {
        "summary", "start", "end", "colour", "startTimeZone", "recurrence/byDay",
        "recurrence/count", "recurrence/frequency", "exceptions/x",
        "exceptions/2026-01-05T10:00:00/summary", "exceptions/2026-01-05T10:00:00/uid",
        "inclusions/0", "alerts/0/minutesBefore", "organizer/email", "attendees/0/rsvp",
        "attachments/0/blobId", "showAsFree", "description",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"end": "2026-01-04T10:00:00"}, "end"),
        ({"isAllDay": True}, "start"),
        ({"organizer": None}, "organizer"),
        ({"attendees": None}, "attendees"),
        ({"calendarId": "nowhere"}, "calendarId"),
        ({"alerts": []}, "alerts"),
        ({"id": "E5"}, "id"),
        ({"recurrence": {"frequency": "daily", "count": 2, "until": "2026-02-01T00:00:00"}},
         "recurrence/until"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_refused(server, properties, wrong):
    error = refused(server, **{**EVENT, **properties})
    assert any(path.startswith(wrong) for path in error["properties"]), error


def test_an_event_goes_into_a_calendar_of_the_same_request(server):
    answers = server.calls(
        ["setCalendars", {"create": {"new one": {"name": "Work"}}}],
        ["setCalendarEvents", {"create": {"e": {**EVENT, "calendarId": "#new one"}}}],
    )
    id = answers[1][1]["created"]["e"]["id"]
    calendar = answers[0][1]["created"]["new one"]["id"]
    assert one(server, id, properties=["calendarId"]) == {"id": id, "calendarId": calendar}
    assert update(server, id, calendarId="Default")["calendarId"] == "Default"


FILTERS = [
    ({"inCalendars": ["Default"]}, True),
    ({"inCalendars": ["nowhere"]}, False),
    ({"after": "2026-01-05T08:00:00Z", "before": "2026-01-05T10:00:00Z"}, True),
    ({"before": "2026-01-01T00:00:00Z"}, False),
    ({"text": "food"}, True),
    ({"summary": "lunch"}, True),
    ({"summary": "dinner"}, True),
    ({"summary": "food"}, False),
    ({"description": "food"}, True),
    ({"location": "room"}, True),
    ({"organizer": "test@localhost"}, True),
    ({"attendee": "bo"}, True),
    ({"operator": "NOT", "conditions": [{"text": "food"}]}, False),
]


@pytest.mark.parametrize(("filter", "matches"), FILTERS)
def test_lists_are_filtered(server, filter, matches):
    id = create(server)
    answer = server.call("getCalendarEventList", filter=filter)
    assert answer["calendarEventIds"] == ([id] if matches else [])
    assert answer["total"] == int(matches)
    assert answer["filter"] == filter


def test_a_list_fetches_its_events(server):
    late = create(server, start="2026-03-01T10:00:00", end="2026-03-01T11:00:00")
    early = create(server)
    names = {"fetchCalendarEvents": True, "fetchCalendarEventProperties": ["summary"]}
    found, events = server.calls(["getCalendarEventList", {"limit": 1, **names}])
    assert found[1]["calendarEventIds"] == [early]
    assert events[1]["list"] == [{"id": early, "summary": "Lunch"}]
    (again,) = server.calls(["getCalendarEventList", {"position": 1}])
    assert again[1]["calendarEventIds"] == [late]


def test_updates_tell_what_changed_and_what_is_gone(server):
    since = server.call("getCalendarEvents", ids=[])["state"]
    first, second = create(server), create(server)
    found, events = server.calls(
        ["getCalendarEventUpdates", {"sinceState": since, "fetchRecords": True}]
    )
    assert sorted(found[1]["changed"]) == sorted([first, second])
    assert len(events[1]["list"]) == 2
    state = found[1]["newState"]
    server.call("setCalendarEvents", update={first: {"summary": "x"}}, destroy=[second])
    answer = server.call("getCalendarEventUpdates", sinceState=state, maxChanges=5)
    assert (answer["changed"], answer["removed"]) == ([first], [second])
    assert answer["hasMoreUpdates"] is False


def test_the_calls_of_the_first_web_client_are_answered(server):
    answers = server.calls(
        ["getCalendarPreferences", {}],
        ["getPreferences", {}],
        ["getPersonalities", {}],
        ["getSavedSearches", {}],
    )
    assert [name for name, *_ in answers] == [
        "calendarPreferences", "preferences", "personalities", "savedSearches",
    ]  # fmt: skip
    assert answers[0][1]["defaultCalendarId"] == "Default"
    assert answers[2][1]["list"][0]["email"] == "test@localhost"


LATER = {
    "calendarId": "Default",
    "title": "Lunch",
    "start": "2026-01-05T10:00:00",
    "timeZone": "Europe/Vienna",
    "duration": "PT1H",
    "isAllDay": False,
    "showAsFree": True,
    "status": "tentative",
    "recurrenceRule": {"frequency": "weekly", "byDay": [{"day": "mo"}], "count": 5},
    "recurrenceOverrides": {"2026-01-12T10:00:00": None, "2026-01-19T10:00:00": {"title": "x"}},
    "locations": {"a": {"name": "Room", "rel": "start"},
                  "v": {"name": "Meet", "rel": "virtual", "uri": "https://example.org/"}},
    "links": {"l": {"href": "https://example.org/a.pdf", "type": "application/pdf",
                    "rel": "enclosure"}},
    "alerts": {"a": {"relativeTo": "before-start", "offset": "PT5M",
                     "action": {"type": "display"}}},
    "relatedTo": {"first": "other-uid"},
    "participants": {"p": {"name": "Bo", "email": "bo@example.org", "roles": ["attendee"],
                           "kind": "individual", "scheduleStatus": "accepted",
                           "schedulePriority": "optional", "scheduleRSVP": True}},
}  # fmt: skip


@pytest.mark.parametrize("profile", ["B", "C"])
def test_later_events_come_back_as_they_were_sent(start, profile):
    server = start(jmap_classic_profile=profile)
    answer = server.call("setCalendarEvents", create={"k": LATER})
    assert answer["notCreated"] == {}, answer
    id = answer["created"]["k"]["id"]
    found = one(server, id)
    people = found["participants"]
    assert people.pop("p") == LATER["participants"]["p"]
    assert [one["roles"] for one in people.values()] == [["owner"]]  # who organizes it
    for name in LATER.keys() - {"participants"}:
        assert found[name] == LATER[name], name
    assert found["replyTo"] == {"imip": "mailto:test@localhost"}
    update = {"title": "Dinner", "alerts": None, "locations": {"a": {"name": "Hall"}}}
    answer = server.call("setCalendarEvents", update={id: update})
    assert id in answer["updated"], answer
    found = one(server, id)
    assert (found["title"], found["alerts"]) == ("Dinner", None)
    assert found["locations"] == {"a": {"name": "Hall", "rel": "unknown"}}
    assert server.call("getCalendarEventList", filter={"title": "dinner"})["total"] == 1


def test_later_changes_may_go_into_properties(start):
    server = start(jmap_classic_profile="C")
    answer = server.call("setCalendarEvents", create={"k": LATER})
    id = answer["created"]["k"]["id"]
    change = {"participants/p/scheduleStatus": "declined", "locations/a/name": "Hall"}
    assert id in server.call("setCalendarEvents", update={id: change})["updated"]
    found = one(server, id)
    assert found["participants"]["p"]["scheduleStatus"] == "declined"
    assert found["locations"]["a"]["name"] == "Hall"
    error = server.call("setCalendarEvents", update={id: {"nothing/x": 1}})["notUpdated"][id]
    assert error["type"] == "invalidProperties"
