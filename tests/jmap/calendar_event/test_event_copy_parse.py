"""CalendarEvent/copy and /parse (JMAP Calendars)."""

from __future__ import annotations

import pytest

from tests.jmap.calendar_event.dav import event, get, put
from tests.support.icalendar import octets

PARSE = "urn:ietf:params:jmap:calendars:parse"
CORE = "urn:ietf:params:jmap:core"


def upload(events, body, type="text/calendar"):
    headers = {"content-type": type, **events.client.sign_in}
    path = f"/jmap/upload/{events.client.account}/"
    return events.client.server.request("POST", path, body, headers).json["blobId"]


def copy(events, source, cid, **arguments):
    return events.call("copy", fromAccountId=source, create=cid, **arguments)


def test_an_event_is_copied_whole(anna, bert, share):
    put(anna, "a.ics", event("one", "SUMMARY:Lunch", "X-COFFEE:black"))
    (id,) = anna.all()
    share()
    wanted = {"k": {"id": id, "calendarIds": {"Default": True}}}
    answer = copy(bert, anna.account, wanted)
    made = answer["created"]["k"]["id"]
    assert bert.one(made)["title"] == "Lunch"
    assert "X-COFFEE:black" in get(bert, "one.ics")
    again = copy(bert, anna.account, wanted)["notCreated"]["k"]
    assert (again["type"], again["existingId"]) == ("alreadyExists", made)


def test_a_copy_may_differ_and_take_its_originals_place(anna, bert, share):
    id = anna.create("Lunch")
    share("mayWriteAll")
    wanted = {"k": {"id": id, "calendarIds": {"Default": True}, "title": "Dinner"}}
    answer = copy(bert, anna.account, {"x": {"id": "E0"}, **wanted})
    assert answer["notCreated"]["x"]["type"] == "notFound"
    assert bert.one(answer["created"]["k"]["id"])["title"] == "Dinner"


def test_what_is_private_is_copied_as_it_is_seen(anna, bert, share):
    id = anna.create("Doctor", privacy="private")
    share()
    answer = copy(bert, anna.account, {"k": {"id": id, "calendarIds": {"Default": True}}})
    made = bert.one(answer["created"]["k"]["id"])
    assert "title" not in made
    assert "Doctor" not in str(made)


def test_a_file_is_shown_as_events(anna):
    body = octets(
        "VEVENT\nUID:one\nDTSTAMP:20260101T000000Z\nDTSTART:20260105T100000Z\nSUMMARY:Lunch",
        "VEVENT\nUID:two\nDTSTAMP:20260101T000000Z\nDTSTART:20260106T100000Z\nSUMMARY:Dinner",
        "VTODO\nUID:three\nDTSTAMP:20260101T000000Z",
    )
    good, bad = upload(anna, body), upload(anna, b"nothing")
    answer = anna.call("parse", blobIds=[good, bad, "G0"])
    assert [one["title"] for one in answer["parsed"][good]] == ["Lunch", "Dinner"]
    assert (answer["notParsable"], answer["notFound"]) == ([bad], ["G0"])
    assert anna.all() == {}


def test_properties_of_parsed_events_are_cut(anna):
    blob = upload(anna, event("one", "SUMMARY:Lunch"))
    answer = anna.call("parse", blobIds=[blob], properties=["id", "title", "status", "utcStart"])
    assert answer["parsed"][blob] == [
        {"title": "Lunch", "status": "confirmed", "utcStart": "2026-01-05T10:00:00Z", "id": None}
    ]
    assert (answer["notParsable"], answer["notFound"]) == (None, None)


@pytest.mark.parametrize("using", [(CORE, PARSE), (CORE, "urn:ietf:params:jmap:calendars")])
def test_either_capability_is_enough_to_parse(anna, using):
    blob = upload(anna, event())
    arguments = {"accountId": anna.account, "blobIds": [blob]}
    ((name, answer, _),) = anna.client.run(["CalendarEvent/parse", arguments], using=using)
    assert name == "CalendarEvent/parse", answer


def test_too_many_blobs_are_refused(anna):
    error = anna.client.fail("CalendarEvent/parse", blobIds=[f"G{n}" for n in range(60)])
    assert error["type"] == "requestTooLarge"
    error = anna.client.fail("CalendarEvent/parse", blobIds=[], properties=["no such"])
    assert error["arguments"] == ["properties"]


def test_the_session_tells_of_calendars(anna):
    account = anna.client.session()["accounts"][anna.account]["accountCapabilities"]
    assert account[PARSE] == {}
    assert account["urn:ietf:params:jmap:calendars"]["maxCalendarsPerEvent"] == 1
    availability = account["urn:ietf:params:jmap:principals:availability"]
    assert availability == {"maxAvailabilityDuration": "P1Y"}
