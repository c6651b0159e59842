"""One event in both dialects, and copies across accounts by the classic one."""

from __future__ import annotations

from tests.jmap.calendar_event.dav import event, get, put

NEW = {
    "calendarId": "Default",
    "summary": "Lunch",
    "start": "2026-01-05T10:00:00",
    "end": "2026-01-05T11:00:00",
    "startTimeZone": "Europe/Vienna",
    "endTimeZone": "Europe/Vienna",
}


def test_both_dialects_show_the_same_event(anna):
    id = anna.create("Lunch")
    (shown,) = anna.client.classic_call("getCalendarEvents", ids=[id])["list"]
    assert shown | NEW == shown
    anna.client.classic_call("setCalendarEvents", update={id: {"summary": "Dinner"}})
    assert anna.one(id)["title"] == "Dinner"


def test_a_classic_change_keeps_what_only_caldav_knows(anna):
    put(anna, "a.ics", event("one", "SUMMARY:Lunch", "X-COFFEE:black"))
    (id,) = anna.all()
    anna.client.classic_call("setCalendarEvents", update={id: {"summary": "Dinner"}})
    text = get(anna, "a.ics")
    assert "X-COFFEE:black" in text
    assert "SUMMARY:Dinner" in text


def test_events_are_copied_from_others(anna, bert, share):
    share()
    id = anna.create("Lunch")
    copies = {"k": {"calendarEventId": id, "calendarId": "Default"}, "x": {"calendarId": "y"}}
    answer = bert.client.classic_call(
        "copyCalendarEvents", fromAccountId=anna.client.name, calendarEvents=copies
    )
    made = answer["created"]["k"]["id"]
    assert answer["notCreated"]["x"]["properties"] == ["calendarEventId"]
    assert bert.one(made)["title"] == "Lunch"


def test_the_account_of_another_is_named_by_its_user(anna, bert, share):
    share("mayWriteAll")
    name = anna.client.name
    answer = bert.client.classic_call("setCalendarEvents", accountId=name, create={"k": NEW})
    id = answer["created"]["k"]["id"]
    assert anna.one(id)["title"] == "Lunch"
    found = bert.client.classic_call("getCalendarEventList", accountId=name)
    assert found["calendarEventIds"] == [id]


def test_a_hundred_are_made_in_one_call(anna):
    create = {f"k{n}": {**NEW, "summary": str(n)} for n in range(100)}
    answer = anna.client.classic_call("setCalendarEvents", create=create)
    assert len(answer["created"]) == 100
    assert len(anna.query()) == 100


def test_whom_an_event_concerns_is_told(anna, bert):
    people = {
        "organizer": {"name": "Anna", "email": anna.client.name, "isYou": True, "rsvp": "yes"},
        "attendees": [{"name": "Bert", "email": bert.client.name, "isYou": False, "rsvp": ""}],
    }
    new = {**NEW, **people, "start": "2999-01-05T10:00:00", "end": "2999-01-05T11:00:00"}
    made = anna.client.classic_call("setCalendarEvents", create={"k": new})
    mine = made["created"]["k"]["id"]
    (theirs,) = bert.all()
    (shown,) = bert.client.classic_call("getCalendarEvents", ids=[theirs])["list"]
    assert [one["isYou"] for one in shown["attendees"]] == [True]
    assert shown["organizer"]["isYou"] is False
    yes = [{**shown["attendees"][0], "rsvp": "yes"}]
    bert.client.classic_call("setCalendarEvents", update={theirs: {"attendees": yes}})
    (back,) = anna.client.classic_call("getCalendarEvents", ids=[mine])["list"]
    assert [one["rsvp"] for one in back["attendees"]] == ["yes"]
