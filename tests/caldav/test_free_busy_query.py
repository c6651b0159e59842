"""free-busy-query (RFC 4791 §7.10)."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware.busy_answers import window_of_url
from tests.caldav.test_caldav_query import event
from tests.support.dav import clark
from tests.support.icalendar import at, octets

WEEK = '<C:time-range start="20260105T000000Z" end="20260112T000000Z"/>'
OBJECTS = {
    "busy": event("busy", "DTSTART:20260106T100000Z", "DURATION:PT1H"),
    "beside": event("beside", "DTSTART:20260106T110000Z", "DURATION:PT1H"),
    "maybe": event(
        "maybe", "DTSTART:20260106T113000Z", "DTEND:20260106T130000Z", "STATUS:TENTATIVE"
    ),
    "free": event("free", "DTSTART:20260107T100000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"),
    "off": event("off", "DTSTART:20260107T100000Z", "DURATION:PT1H", "STATUS:CANCELLED"),
    "weekly": event("weekly", "DTSTART:20200103T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
    "todo": octets("VTODO\nUID:todo\nDTSTAMP:20260101T000000Z\nDUE:20260107T120000Z"),
    "told": octets(
        "VFREEBUSY\nUID:told\nDTSTAMP:20260101T000000Z\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260108T100000Z/PT1H"
    ),
    "private": event(
        "private", "DTSTART:20260110T100000Z", "DURATION:PT1H", "CLASS:PRIVATE", "SUMMARY:doctor"
    ),
    "secret": event(
        "secret", "DTSTART:20260111T100000Z", "DURATION:PT1H", "CLASS:CONFIDENTIAL"
    ),
}  # fmt: skip
FOR_ALL = {
    ("BUSY", "20260106T100000Z/20260106T120000Z"),
    ("BUSY-TENTATIVE", "20260106T120000Z/20260106T130000Z"),
    ("BUSY-UNAVAILABLE", "20260108T100000Z/20260108T110000Z"),
    ("BUSY", "20260109T100000Z/20260109T110000Z"),
    ("BUSY", "20260110T100000Z/20260110T110000Z"),
}
SECRET = ("BUSY", "20260111T100000Z/20260111T110000Z")


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}Default/"
    for name, body in OBJECTS.items():
        assert anna.request("PUT", f"{url}{name}.ics", body).status == 201, name
    return url


def asked(client, url: str, content: str = WEEK):
    return client.report(url, "C:free-busy-query", content, depth="1")


def vfreebusy(answer) -> Component:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = parse(answer.body)
    (component,) = calendar.components
    assert component.name == "VFREEBUSY"
    assert calendar.value("METHOD") is None
    return component


def told(answer) -> set[tuple[str, str]]:
    return {
        (line.param("FBTYPE") or "BUSY", period)
        for line in vfreebusy(answer).every("FREEBUSY")
        for period in line.value.split(",")
    }


def test_the_time_that_is_taken_is_told_merged(anna, work):
    answer = asked(anna, work)
    assert told(answer) == FOR_ALL | {SECRET}
    component = vfreebusy(answer)
    assert component.value("DTSTART") == "20260105T000000Z"
    assert component.value("DTEND") == "20260112T000000Z"
    assert component.value("DTSTAMP")


def test_what_lies_outside_of_the_range_is_cut_off(anna, work):
    span = '<C:time-range start="20260106T103000Z" end="20260106T110000Z"/>'
    assert told(asked(anna, work, span)) == {("BUSY", "20260106T103000Z/20260106T110000Z")}


def test_nothing_but_times_is_told_of_events(anna, work):
    assert b"doctor" not in asked(anna, work).body


def test_who_reads_the_calendar_learns_when_but_not_of_what_is_secret(anna, bert, work):
    anna.share(work, **{bert.principal: "D:read"})
    assert told(asked(bert, work)) == FOR_ALL


def test_who_may_know_busy_time_alone_learns_that_and_no_more(anna, bert, work):
    assert asked(bert, work).status == 404
    anna.share(work, **{bert.principal: "C:read-free-busy"})
    assert told(asked(bert, work)) == FOR_ALL
    assert bert.propfind(work, "D:displayname").status == 404
    assert bert.request("GET", f"{work}busy.ics").status == 404
    query = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
    refused = bert.report(work, "C:calendar-query", query, "1")
    assert (refused.status, refused.condition) == (403, clark("D:supported-report"))


def test_a_home_tells_when_its_owner_is_busy(anna, work):
    assert told(asked(anna, anna.calendars)) == FOR_ALL | {SECRET}
    anna.set(work, "C:schedule-calendar-transp", "<C:transparent/>")
    assert told(asked(anna, anna.calendars)) == set()
    assert told(asked(anna, work)) == FOR_ALL | {SECRET}  # which was asked for by name


def test_availability_in_the_calendar_counts(anna, work):
    away = octets(
        "VAVAILABILITY\nUID:away\nDTSTAMP:20260101T000000Z\n"
        "DTSTART:20260105T000000Z\nDTEND:20260105T120000Z"
    )
    assert anna.request("PUT", f"{work}away.ics", away).status == 201
    found = told(asked(anna, work))
    assert ("BUSY-UNAVAILABLE", "20260105T000000Z/20260105T120000Z") in found


def test_of_two_availabilities_the_better_priority_has_the_say(anna, work):
    span = "DTSTART:20260105T000000Z\nDTEND:20260106T000000Z"
    head = "VAVAILABILITY\nUID:{0}\nDTSTAMP:20260101T000000Z\nPRIORITY:{0}\n" + span
    hours = "\nBEGIN:AVAILABLE\nUID:h\nDTSTAMP:20260101T000000Z\n" + span + "\nEND:AVAILABLE"
    for number, more in ((1, hours), (5, "")):
        body = octets(head.format(number) + more)
        assert anna.request("PUT", f"{work}away{number}.ics", body).status == 201
    assert told(asked(anna, work)) == FOR_ALL | {SECRET}


@pytest.mark.parametrize(
    "content",
    [
        "",
        WEEK * 2,
        '<C:time-range start="20260105T000000Z"/>',
        '<C:time-range end="20260105T000000Z"/>',
        '<C:time-range start="20260105" end="20260106"/>',
        '<C:time-range start="20260107T000000Z" end="20260106T000000Z"/>',
    ],
)
def test_what_has_no_time_range_is_refused(anna, work, content):
    assert asked(anna, work, content).status == 400


def test_what_takes_too_long_to_find_out_is_said(anna, work):
    hostile = event("hostile", "DTSTART:20200101T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")
    assert anna.request("PUT", f"{work}hostile.ics", hostile).status == 201
    span = '<C:time-range start="20200101T000000Z" end="20300101T000000Z"/>'
    answer = asked(anna, work, span)
    assert (answer.status, answer.condition) == (507, clark("D:number-of-matches-within-limits"))


def test_busy_time_is_no_question_for_a_single_object(anna, work):
    assert asked(anna, f"{work}busy.ics").condition == clark("D:supported-report")


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ({}, "2026-01-05", "2026-02-16"),
        ({"start": "20260110T100000Z"}, "2026-01-10 10:00", "2026-02-21 10:00"),
        (
            {"start": "2026-01-10T10:00:00Z", "period": "P1D"},
            "2026-01-10 10:00",
            "2026-01-11 10:00",
        ),
        ({"start": "2026-01-10", "end": "2026-01-12"}, "2026-01-10", "2026-01-12"),
    ],
)
def test_url_says_which_time_it_is_about(query, start, end):
    assert window_of_url(query, at("2026-01-05 13:00")) == (at(start), at(end))


@pytest.mark.parametrize(
    "query",
    [
        {"start": "soon"},
        {"start": "20260110T100000"},
        {"start": "20260110", "end": "20260110"},
        {"end": "20200101"},
        {"period": "-P1D"},
        {"period": "P20Y"},
        {"period": "P9999D"},
        {"start": "20260110", "end": "20260112", "period": "P1D"},
    ],
)
def test_url_that_says_nothing_sensible_is_refused(query):
    with pytest.raises(FormatError):
        window_of_url(query, at("2026-01-05 13:00"))
