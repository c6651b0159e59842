"""Filters on one calendar object (RFC 4791 §9.7)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.parse import parse
from cyrpy_caldav.filter import Subject
from tests.support.icalendar import VIENNA, calendar, event
from tests.unit.caldav.filters import NOT, comp, matches, param, prop, raw, span, text

MEETING = calendar(
    """VEVENT
UID:meeting-1@example.com
DTSTART:20260105T100000Z
DTEND:20260105T110000Z
SUMMARY:Straßenbau\\, Teil 2
CATEGORIES:WORK,Road works
ATTENDEE;PARTSTAT=NEEDS-ACTION;CN="Lisa":mailto:lisa@example.com
ATTENDEE;PARTSTAT=ACCEPTED:mailto:cyrus@example.com
X-COUNT:7
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:go
TRIGGER:-PT15M
END:VALARM"""
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", True),
        (comp("VEVENT"), True),
        (comp("vevent"), True),
        (comp("VTODO"), False),
        (comp("VTODO", NOT), True),
        (comp("VEVENT", NOT), False),
        (comp("VEVENT", comp("VALARM")), True),
        (comp("VEVENT", comp("VALARM", NOT)), False),
        (comp("VEVENT", comp("VALARM", prop("ACTION", text("disp")))), True),
        (comp("VEVENT", comp("VALARM", prop("ACTION", text("audio")))), False),
        (comp("VTIMEZONE", NOT), True),
        (comp("VEVENT", prop("SUMMARY")), True),
        (comp("VEVENT", prop("summary")), True),
        (comp("VEVENT", prop("LOCATION")), False),
        (comp("VEVENT", prop("LOCATION", NOT)), True),
        (comp("VEVENT", prop("SUMMARY", NOT)), False),
        (comp("VTODO", prop("LOCATION", NOT)), False),
        (prop("PRODID", text("tests")), True),
        (prop("VERSION", text("3.0")), False),
        # the text of a value, not its spelling
        (comp("VEVENT", prop("SUMMARY", text("bau, Teil"))), True),
        (comp("VEVENT", prop("SUMMARY", text("bau\\, Teil"))), False),
        # all that is asked of a component is asked of the same one
        (comp("VEVENT", prop("SUMMARY", text("straßen")), prop("UID", text("meeting"))), True),
        (comp("VEVENT", prop("SUMMARY", text("straßen")), prop("UID", text("other"))), False),
        # and of the same property
        (comp("VEVENT", prop("ATTENDEE", text("lisa"), param("PARTSTAT", text("NEEDS")))), True),
        (comp("VEVENT", prop("ATTENDEE", text("cyrus"), param("PARTSTAT", text("NEEDS")))), False),
        (comp("VEVENT", prop("ATTENDEE", param("CN"))), True),
        (comp("VEVENT", prop("ATTENDEE", param("ROLE"))), False),
        (comp("VEVENT", prop("ATTENDEE", param("CN", NOT))), True),
        (comp("VEVENT", prop("SUMMARY", param("CN", NOT))), True),
        (comp("VEVENT", prop("ATTENDEE", param("PARTSTAT", NOT))), False),
        (comp("VEVENT", prop("ATTENDEE", text("nobody", negate_condition="yes"))), True),
        (comp("VEVENT", prop("SUMMARY", text("bau", negate_condition="yes"))), False),
        (comp("VEVENT", prop("LOCATION", text("bau", negate_condition="yes"))), False),
    ],
)
def test_components_properties_and_parameters(content, expected):
    assert matches(MEETING, content) == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (text("STRASSEN"), False),
        (text("STRAßEN"), True),
        (text("STRAßEN", collation="i;octet"), False),
        (text("Straßen", collation="i;octet"), True),
        (text("STRAßEN", collation="i;unicode-casemap"), True),
        (text("STRAßEN", collation="default"), True),
        (text("Straß", match_type="equals"), False),
        (text("straßenbau, teil 2", match_type="equals"), True),
        (text("straß", match_type="starts-with"), True),
        (text("teil", match_type="starts-with"), False),
        (text("teil 2", match_type="ends-with"), True),
        (text("", match_type="contains"), True),
    ],
)
def test_collations_and_match_types(match, expected):
    assert matches(MEETING, comp("VEVENT", prop("SUMMARY", match))) == expected


def test_member_of_a_list_equals_by_itself():
    asked = comp("VEVENT", prop("CATEGORIES", text("road works", match_type="equals")))
    assert matches(MEETING, asked)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (comp("VEVENT", prop("LOCATION"), prop("SUMMARY"), test="anyof"), True),
        (comp("VEVENT", prop("LOCATION"), prop("URL"), test="anyof"), False),
        (comp("VEVENT", span("20300101T000000Z"), prop("SUMMARY"), test="anyof"), True),
        (comp("VEVENT", span("20260101T000000Z"), prop("URL"), test="anyof"), True),
        (comp("VEVENT", span("20300101T000000Z"), prop("URL"), test="anyof"), False),
        (comp("VEVENT", prop("SUMMARY", text("x"), text("bau"), test="anyof")), True),
        (comp("VEVENT", prop("SUMMARY", text("x"), text("bau"), test="allof")), False),
        (comp("VEVENT", prop("SUMMARY", test="anyof")), True),
    ],
)
def test_anyof_needs_one_of_them(content, expected):
    assert matches(MEETING, content) == expected


def test_several_components_may_be_asked_for_at_once():
    both = comp("VEVENT") + comp("VTODO")
    within = f'<C:comp-filter name="VCALENDAR" test="anyof">{both}</C:comp-filter>'
    beside = "".join(
        f'<C:comp-filter name="VCALENDAR">{one}</C:comp-filter>'
        for one in (comp("VTODO"), comp("VEVENT"))
    )
    subject = Subject(MEETING, VIENNA)
    assert subject.matches(raw(f"<C:filter>{within}</C:filter>"))
    assert subject.matches(raw(f'<C:filter test="anyof">{beside}</C:filter>'))
    assert not subject.matches(raw(f"<C:filter>{beside}</C:filter>"))


SERIES = calendar(
    """VEVENT
UID:1
DTSTART;TZID=Europe/Vienna:20260105T100000
DURATION:PT1H
RRULE:FREQ=WEEKLY
SUMMARY:weekly""",
    """VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Vienna:20260112T100000
DTSTART;TZID=Europe/Vienna:20260113T100000
DURATION:PT1H
SUMMARY:moved""",
)


@pytest.mark.parametrize(
    ("start", "end", "title", "expected"),
    [
        ("20260112T000000Z", "20260113T000000Z", "", False),
        ("20260113T000000Z", "20260114T000000Z", "", True),
        ("20260113T000000Z", "20260114T000000Z", "moved", True),
        ("20260113T000000Z", "20260114T000000Z", "weekly", False),
        ("20260105T000000Z", "20260106T000000Z", "moved", False),
        ("20400101T000000Z", "", "weekly", True),
        ("20400101T000000Z", "", "moved", False),
        ("", "20260105T090000Z", "", False),
        ("", "20260105T090001Z", "", True),
    ],
)
def test_time_range_and_the_rest_are_asked_of_the_same_component(start, end, title, expected):
    rest = prop("SUMMARY", text(title)) if title else ""
    assert matches(SERIES, comp("VEVENT", span(start, end), rest)) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("20260105T094400Z", "20260105T094600Z", True),
        ("20260105T100000Z", "20260105T110000Z", False),
        ("20260105T094501Z", "20300101T000000Z", False),
    ],
)
def test_alarms_go_off_inside_the_time_range(start, end, expected):
    assert matches(MEETING, comp("VEVENT", comp("VALARM", span(start, end)))) == expected


def test_alarm_of_one_component_does_not_count_for_another():
    other = comp("VEVENT", prop("SUMMARY", text("moved")), comp("VALARM", span("20200101T000000Z")))
    assert not matches(SERIES, other)


@pytest.mark.parametrize(
    ("zone", "expected"), [("UTC", False), ("Europe/Vienna", True), ("America/New_York", False)]
)
def test_floating_times_are_those_of_the_zone_that_is_given(zone, expected):
    floating = event("DTSTART:20260105T100000", "DURATION:PT1H")
    asked = comp("VEVENT", span("20260105T090000Z", "20260105T093000Z"))
    assert matches(floating, asked, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("line", "start", "end", "expected"),
    [
        ("COMPLETED:20260105T100000Z", "20260105T100000Z", "20260105T100001Z", True),
        ("COMPLETED:20260105T100000Z", "20260105T100001Z", "", False),
        ("COMPLETED:20260105T100000Z", "", "20260105T100000Z", False),
        ("DUE;VALUE=DATE:20260105", "20260105T220000Z", "", True),
        ("DUE;VALUE=DATE:20260105", "20260105T230000Z", "", False),  # Vienna's day is over
        ("DUE;TZID=Europe/Vienna:20260105T100000", "20260105T090000Z", "20260105T090100Z", True),
        ("RDATE;VALUE=PERIOD:20260105T100000Z/PT1H", "20260105T105900Z", "", True),
        ("EXDATE:20260105T100000Z,20270105T100000Z", "20270101T000000Z", "", True),
        ("DUE:whenever", "20000101T000000Z", "", False),
        ("X-SEEN:20260105T100000Z", "20260105T100000Z", "", True),
    ],
)
def test_properties_have_time_ranges_too(line, start, end, expected):
    name = line.partition(":")[0].partition(";")[0]
    todo = calendar(f"VTODO\nUID:1\nDTSTART:20200101T000000Z\n{line}")
    assert matches(todo, comp("VTODO", prop(name, span(start, end))), VIENNA) == expected


def test_available_times_are_asked_for_inside_availability():
    hours = calendar(
        """VAVAILABILITY
UID:1
DTSTART:20260101T000000Z
BEGIN:AVAILABLE
UID:2
DTSTART;TZID=Europe/Vienna:20260105T090000
DTEND;TZID=Europe/Vienna:20260105T170000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU
END:AVAILABLE"""
    )
    within = comp("VAVAILABILITY", comp("AVAILABLE", span("20260302T100000Z", "20260302T110000Z")))
    beside = comp("VAVAILABILITY", comp("AVAILABLE", span("20260304T100000Z", "20260304T110000Z")))
    assert matches(hours, within)
    assert not matches(hours, beside)


def test_free_busy_objects_match_by_their_periods():
    busy = calendar("VFREEBUSY\nUID:1\nFREEBUSY:20260105T100000Z/PT1H,20260106T100000Z/PT1H")
    assert matches(busy, comp("VFREEBUSY", span("20260106T103000Z", "20260106T104000Z")))
    assert not matches(busy, comp("VFREEBUSY", span("20260105T113000Z", "20260105T120000Z")))


def test_hostile_recurrence_ends_with_its_budget():
    rule = "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYSECOND=59"
    hostile = event("DTSTART:20260101T000000Z", rule)
    budget = Budget(1000)
    with pytest.raises(RecurrenceTooComplex):
        matches(hostile, comp("VEVENT", span("21000101T000000Z")), budget=budget)
    assert budget.left < 0


def test_what_an_override_says_needs_no_expansion_of_the_master():
    series = parse(
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T000000Z\r\n"
        b"RRULE:FREQ=SECONDLY\r\nSUMMARY:master\r\nEND:VEVENT\r\n"
        b"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260101T000100Z\r\nDTSTART:20270101T000000Z\r\n"
        b"SUMMARY:override\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    budget = Budget(10)
    asked = comp("VEVENT", span("20280101T000000Z"), prop("SUMMARY", text("override")))
    assert not matches(series, asked, budget=budget)
    assert budget.left == 10
