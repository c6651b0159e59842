"""What RFC 4791 §4.1 asks of a calendar object."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.ical.alarms import alarms
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.spans import bounds, instances
from cyrpy.formats.ical.subset import CalendarData, calendar_data
from cyrpy.formats.ical.validate import MAX_PROBLEMS, problems, warnings
from cyrpy.formats.ical.write import write
from tests.support.icalendar import VIENNA, calendar, event, octets, window

CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "ical").glob("*.ics"))
EVENT = "VEVENT\nUID:1\nDTSTART:20260101T000000Z"
MESSAGES = {"outlook", "exchange"}  # they have METHOD
YEAR = window("2026-01-01", "2027-01-01")


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_clients_send_is_valid(path):
    found = problems(parse(path.read_bytes()))
    assert [problem for problem in found if not problem.is_mendable] == []
    assert bool(found) is (path.stem in MESSAGES)


@pytest.mark.parametrize(
    ("components", "precondition", "says"),
    [
        (["VTIMEZONE\nTZID:x"], "valid-calendar-object-resource", "no component"),
        ([EVENT, "VTODO\nUID:1"], "valid-calendar-object-resource", "VEVENT and VTODO"),
        ([EVENT, "VEVENT\nUID:2\nDTSTART:20260101T000000Z"], "valid-calendar-object-resource",
         "several UIDs"),
        ([EVENT, EVENT], "valid-calendar-object-resource", "2 VEVENT without RECURRENCE-ID"),
        (["VEVENT\nDTSTART:20260101T000000Z"], "valid-calendar-data", "no UID"),
        (["VEVENT\nUID:1"], "valid-calendar-data", "no DTSTART"),
        (["VEVENT\nUID:1\nDTSTART:soon"], "valid-calendar-data", "DTSTART: 'soon'"),
        ([EVENT + "\nDTEND:20251231T000000Z"], "valid-calendar-data", "DTEND is before DTSTART"),
        ([EVENT + "\nDURATION:-PT1H"], "valid-calendar-data", "negative"),
        ([EVENT + "\nDURATION:1h"], "valid-calendar-data", "no duration"),
        ([EVENT + "\nRRULE:FREQ=OFTEN"], "valid-calendar-data", "FREQ=OFTEN"),
        ([EVENT + "\nRRULE:RSCALE=HEBREW;FREQ=YEARLY"], "supported-rscale", "HEBREW"),
        ([EVENT + "\nEXDATE:never"], "valid-calendar-data", "never"),
        ([EVENT + "\nRECURRENCE-ID:x"], "valid-calendar-data", "RECURRENCE-ID"),
        (["VTODO\nUID:1\nRRULE:FREQ=DAILY"], "valid-calendar-data", "RRULE needs DTSTART"),
        ([EVENT + "\nBEGIN:VALARM\nTRIGGER:later\nEND:VALARM"], "valid-calendar-data", "later"),
        (["VJOURNAL\nUID:1"], "supported-calendar-component", "takes no VJOURNAL"),
    ],
)  # fmt: skip
def test_names_the_precondition_and_the_cause(components, precondition, says):
    found = problems(calendar(*components), supported={"VEVENT", "VTODO"})
    assert [one.precondition for one in found if says in one.description] == [precondition]


def test_tells_all_problems_at_once():
    found = problems(parse(octets("VEVENT\nSUMMARY:x", "VTODO\nUID:2").replace(b"2.0", b"1.0")))
    assert len(found) == 4


def test_the_list_of_problems_is_bounded():
    bad = [f"VEVENT\nUID:1\nRECURRENCE-ID:{n}" for n in range(100)]
    assert len(problems(calendar(*bad))) == MAX_PROBLEMS


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260101T000000Z",),
        ("DTSTART:20260101T000000Z", "DTEND:20260101T000000Z"),
        ("DTSTART;VALUE=DATE;TZID=Europe/Vienna:20260101", "DTEND;VALUE=DATE:20260101"),
        ("DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;UNTIL=20260105"),
        ("DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20260101T000000Z"),
        ("DTSTART:20260101T000000Z", "RECURRENCE-ID:20260101T000000Z", "RRULE:FREQ=DAILY"),
        ("DTSTART:20260101T000000Z", "CREATED:00001231T000000Z", "X-FOO_BAR:1"),
        ("DTSTART;TZID=Nowhere:20260101T000000",),
    ],
)
def test_tolerates_what_is_sloppy(lines):
    assert problems(event(*lines)) == []


def test_warns_of_what_it_tolerates():
    sloppy = event("DTSTART;TZID=Nowhere/Land:20260101T000000")
    assert warnings(sloppy) == [
        "VEVENT has no DTSTAMP",
        "VEVENT: time zone 'Nowhere/Land' is not known, its times are taken as floating",
    ]


VALUES = st.sampled_from(
    [
        "", "20260105", "20260105T100000", "20260105T100000Z", "00010101T000000",
        "99991231T235959Z",
        "PT1H", "-P1W", "P1D", "FREQ=DAILY", "FREQ=YEARLY;BYWEEKNO=-53,1", "FREQ=SECONDLY;COUNT=9",
        "FREQ=HOURLY;INTERVAL=25;UNTIL=99991231", "20260105T100000Z/PT1H,20260106T000000Z/P1D",
        "99991231T000000/P9W", "x", "5", "FREQ=MONTHLY;BYDAY=-1MO,5FR;BYSETPOS=-1",
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "DTSTART",
        "DTEND",
        "DUE",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "EXRULE",
        "RECURRENCE-ID",
        "TRIGGER",
        "REPEAT",
        "FREEBUSY",
        "COMPLETED",
        "CREATED",
        "ALARM",
    ]
)
PARAMS = st.sampled_from(
    ["", ";VALUE=DATE", ";TZID=Europe/Vienna", ";RANGE=THISANDFUTURE", ";TZID=X"]
)
LINE = st.tuples(NAMES, PARAMS, VALUES).map(
    lambda parts: (
        "".join((parts[0], parts[1], ":", parts[2]))
        if parts[0] != "ALARM"
        else f"BEGIN:VALARM\r\nTRIGGER{parts[1]}:{parts[2]}\r\nEND:VALARM"
    )
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"]),
            st.lists(LINE, max_size=7),
        ),
        max_size=3,
    )
)
@settings(max_examples=500, deadline=5000)
def test_whatever_the_properties_say_only_format_errors_come_of_it(components):
    object_ = parse(octets(*("\r\n".join([name, "UID:1", *lines]) for name, lines in components)))
    problems(object_)
    warnings(object_)
    for use in (
        lambda: bounds(object_),
        lambda: instances(object_, YEAR, VIENNA),
        lambda: list(alarms(object_, YEAR, VIENNA)),
        lambda: calendar_data(object_, CalendarData(expand=YEAR), VIENNA),
        lambda: calendar_data(
            object_, CalendarData(limit_recurrence_set=YEAR, limit_freebusy_set=YEAR), VIENNA
        ),
    ):
        try:
            use()
        except FormatError:
            continue
    write(object_)
