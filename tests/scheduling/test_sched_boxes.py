"""The scheduling inbox and outbox as resources (RFC 6638 §2)."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, prop
from tests.support.meetings import BERT, event, meeting, parts

START = "DTSTART:20990105T090000Z"
AVAILABILITY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VAVAILABILITY\r\nUID:a\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20990105T000000Z\r\nDTEND:20990106T000000Z\r\n"
    "BEGIN:AVAILABLE\r\nUID:b\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20990105T080000Z\r\n"
    "DTEND:20990105T160000Z\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR"
)


@pytest.fixture
def box(bert) -> str:
    return f"{bert.calendars}Inbox/"


@pytest.fixture
def invited(anna, bert, put, box) -> str:
    """An invitation in bert's inbox."""
    put(anna, meeting(event(START, "SUMMARY:Lunch", to=[BERT])))
    (url,) = set(bert.propfind(box, "D:getetag", depth="1").responses) - {box}
    return url


def test_principal_tells_its_owner_where_the_boxes_are(anna, bert, box):
    assert bert.get(bert.principal, "C:schedule-inbox-URL") == [box]
    assert bert.get(bert.principal, "C:schedule-outbox-URL") == [f"{bert.calendars}Outbox/"]
    found = anna.propfind(bert.principal, "C:schedule-inbox-URL").one
    assert found.status_of("C:schedule-inbox-URL") == 404


def test_boxes_are_in_ones_own_home(anna, bert, box):
    found = bert.propfind(bert.calendars, "D:resourcetype", depth="1").responses
    assert found[box]["D:resourcetype"] == [clark("D:collection"), clark("C:schedule-inbox")]
    outbox = found[f"{bert.calendars}Outbox/"]["D:resourcetype"]
    assert outbox == [clark("D:collection"), clark("C:schedule-outbox")]


@pytest.mark.parametrize("name", ["Inbox/", "Outbox/"])
def test_nobody_sees_the_boxes_of_another(anna, bert, invited, name):
    url = f"{bert.calendars}{name}"
    assert anna.propfind(url, "D:owner").status == 404
    assert anna.sync(url).status == 404
    assert anna.request("GET", invited).status == 404
    assert anna.request("DELETE", invited).status == 404
    assert anna.request("POST", url, b"x").status == 404


def test_name_is_found_in_any_case(bert, box):
    assert bert.propfind(f"{bert.calendars}inbox/", "D:owner").status == 207


@pytest.mark.parametrize("method", ["PUT", "MKCOL", "MKCALENDAR"])
@pytest.mark.parametrize("at", ["Inbox/new.ics", "Outbox/new.ics"])
def test_nothing_can_be_put_into_the_boxes(bert, method, at):
    answered = bert.request(method, f"{bert.calendars}{at}", b"")
    assert answered.status in {403, 405, 409}


@pytest.mark.parametrize("name", ["Inbox/", "Outbox/"])
def test_boxes_cannot_be_removed_or_made(bert, name):
    assert bert.request("DELETE", f"{bert.calendars}{name}").status in {403, 405}
    assert bert.request("MKCALENDAR", f"{bert.calendars}{name}").status in {403, 405}


def test_owner_has_the_privileges_of_scheduling(bert, box):
    def names(url: str) -> str:
        return str(bert.get(url, "D:current-user-privilege-set"))

    for name in ("schedule-deliver", "schedule-deliver-invite", "schedule-query-freebusy"):
        assert clark(f"C:{name}") in names(box)
    assert clark("C:schedule-send-freebusy") in names(f"{bert.calendars}Outbox/")
    assert "schedule-deliver" in str(bert.get(box, "D:supported-privilege-set"))


def test_options_tell_of_scheduling(bert, box):
    for url in (bert.calendars, box):
        words = bert.request("OPTIONS", url).headers["dav"].split(", ")
        assert {"calendar-access", "calendar-auto-schedule"} <= set(words)


def test_message_is_read_and_removed(bert, box, invited):
    answered = bert.request("GET", invited)
    assert answered.headers["content-type"].endswith("component=vevent; method=REQUEST")
    assert b"METHOD:REQUEST" in answered.body
    assert answered.headers["etag"] == bert.get(invited, "D:getetag")
    assert bert.request("DELETE", invited).status == 204
    assert bert.request("GET", invited).status == 404


def test_removing_a_message_tells_nobody(anna, bert, invited, holds):
    bert.request("DELETE", invited)
    assert "DECLINED" not in str(parts(holds(anna))[None].every("ATTENDEE"))


def test_inbox_is_synchronized(anna, bert, put, box, invited):
    first = bert.sync(box)
    assert list(first.responses) == [invited]
    bert.request("DELETE", invited)
    put(anna, meeting(event(START, "SUMMARY:Brunch", to=[BERT])))
    second = bert.sync(box, first.token)
    assert second.responses[invited].status == 404
    assert len(second.responses) == 2
    assert bert.sync(box, second.token).responses == {}
    assert bert.get(box, "CS:getctag") != ""


def test_messages_are_reported(bert, box, invited):
    wanted = prop("D:getetag", "C:calendar-data") + f"<D:href>{invited}</D:href>"
    found = bert.report(box, "C:calendar-multiget", wanted).responses
    assert "METHOD:REQUEST" in found[invited]["C:calendar-data"]
    inner = '<C:comp-filter name="VCALENDAR"><C:comp-filter name="{}"/></C:comp-filter>'
    query = f"<C:filter>{inner}</C:filter>"
    for name, count in (("VEVENT", 1), ("VTODO", 0)):
        body = prop("C:calendar-data") + query.format(name)
        assert len(bert.report(box, "C:calendar-query", body, depth="1").responses) == count


def test_default_calendar_can_be_chosen_among_ones_own(anna, bert, box):
    name = "C:schedule-default-calendar-URL"
    assert bert.get(box, name) == [f"{bert.calendars}Default/"]
    for wrong in (anna.calendars + "Default/", box, "/nowhere/", ""):
        assert bert.set(box, name, f"<D:href>{wrong}</D:href>") == 403
    assert bert.remove(box, name) == 403
    assert bert.get(box, name) == [f"{bert.calendars}Default/"]


def test_calendars_that_make_busy_are_told(bert, box):
    assert bert.get(box, "C:calendar-free-busy-set") == [f"{bert.calendars}Default/"]
    bert.set(f"{bert.calendars}Default/", "C:schedule-calendar-transp", "<C:transparent/>")
    assert bert.propfind(box, "C:calendar-free-busy-set").status == 207
    assert f"{bert.calendars}Default/" not in str(bert.get(box, "C:calendar-free-busy-set"))


def test_availability_is_kept_and_judged(bert, box):
    name = "C:calendar-availability"
    assert bert.propfind(box, name).one.status_of(name) == 404
    assert bert.set(box, name, AVAILABILITY) == 200
    assert "BEGIN:AVAILABLE" in bert.get(box, name)
    assert "BEGIN:AVAILABLE" in bert.get(box, "CS:calendar-availability")
    for wrong in ("nonsense", AVAILABILITY.replace("VAVAILABILITY", "VEVENT")):
        assert bert.set(box, name, wrong) == 403
    assert bert.remove(box, name) == 200
    assert bert.propfind(box, name).one.status_of(name) == 404
