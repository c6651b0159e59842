"""Bounds for the index, and what overlaps a time range (RFC 4791 §9.9)."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.alarms import alarms
from cyrpy.formats.ical.spans import bounds, instances, matches
from tests.support.icalendar import VIENNA, at, calendar, event, utc, window


def overlaps(component: str, start: str, end: str) -> bool:
    return matches(calendar(component), window(start, end), VIENNA)


EVENT = "VEVENT\nUID:1\nDTSTART:20260110T100000Z\n"
TODO = "VTODO\nUID:1\n"
BOTH = "COMPLETED:20260120T000000Z\nCREATED:20260110T000000Z"


@pytest.mark.parametrize(
    ("component", "start", "end", "expected"),
    [
        # Events by their end, their duration, neither; then days.
        (EVENT + "DTEND:20260110T110000Z", "2026-01-10 11:00", "2026-01-11", False),
        (EVENT + "DTEND:20260110T110000Z", "2026-01-10 10:59", "2026-01-11", True),
        (EVENT + "DTEND:20260110T110000Z", "2026-01-09", "2026-01-10 10:00", False),
        (EVENT + "DURATION:PT1H", "2026-01-10 10:59", "2026-01-11", True),
        (EVENT + "DURATION:PT0S", "2026-01-10 10:00", "2026-01-11", True),
        (EVENT + "DURATION:PT0S", "2026-01-10 10:01", "2026-01-11", False),
        (EVENT, "2026-01-10 10:00", "2026-01-10 10:01", True),
        (EVENT, "2026-01-10 09:00", "2026-01-10 10:00", False),
        ("VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260110", "2026-01-10 22:59", "2026-01-11", True),
        ("VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260110", "2026-01-10 23:00", "2026-01-11", False),
        ("VEVENT\nUID:1", "2026-01-01", "2027-01-01", False),
        # VTODO: DTSTART + DURATION; DTSTART + DUE; DTSTART; DUE; the others
        (TODO + "DTSTART:20260110T100000Z\nDURATION:PT1H", "2026-01-10 11:00", "2026-01-11", True),
        (TODO + "DTSTART:20260110T100000Z\nDURATION:PT1H", "2026-01-10 11:01", "2026-01-11", False),
        (TODO + "DTSTART:20260110T100000Z\nDUE:20260110T110000Z", "2026-01-10 11:00", "2026-01-11",
         False),
        (TODO + "DTSTART:20260110T100000Z\nDUE:20260110T110000Z", "2026-01-10 10:30", "2026-01-11",
         True),
        (TODO + "DTSTART:20260110T100000Z\nDUE:20260110T110000Z", "2026-01-09", "2026-01-10 10:00",
         False),
        (TODO + "DTSTART:20260110T100000Z", "2026-01-10 10:00", "2026-01-11", True),
        (TODO + "DTSTART:20260110T100000Z", "2026-01-10 10:01", "2026-01-11", False),
        (TODO + "DUE:20260110T100000Z", "2026-01-09", "2026-01-10 10:00", True),
        (TODO + "DUE:20260110T100000Z", "2026-01-10 10:00", "2026-01-11", False),
        (TODO + BOTH, "2026-01-15", "2026-01-16", True),
        (TODO + BOTH, "2026-01-21", "2026-01-22", False),
        (TODO + BOTH, "2026-01-01", "2026-01-02", False),
        (TODO + "COMPLETED:20260120T000000Z", "2026-01-20", "2026-01-21", True),
        (TODO + "COMPLETED:20260120T000000Z", "2026-01-21", "2026-01-22", False),
        (TODO + "CREATED:20260110T000000Z", "2030-01-01", "2030-01-02", True),
        (TODO + "CREATED:20260110T000000Z", "2026-01-01", "2026-01-10", False),
        (TODO + "CREATED:00001231T000000Z", "2026-01-01", "2026-01-10", True),
        (TODO, "2026-01-01", "2026-01-02", True),
        # VJOURNAL
        ("VJOURNAL\nUID:1\nDTSTART:20260110T100000Z", "2026-01-10 10:00", "2026-01-11", True),
        ("VJOURNAL\nUID:1\nDTSTART;VALUE=DATE:20260110", "2026-01-10 12:00", "2026-01-11", True),
        ("VJOURNAL\nUID:1", "2026-01-01", "2027-01-01", False),
        # VFREEBUSY
        ("VFREEBUSY\nUID:1\nDTSTART:20260110T100000Z\nDTEND:20260111T100000Z", "2026-01-11 10:00",
         "2026-01-12", True),
        ("VFREEBUSY\nUID:1\nFREEBUSY:20260110T100000Z/PT1H", "2026-01-10 11:00", "2026-01-12",
         False),
        ("VFREEBUSY\nUID:1\nFREEBUSY:20260110T100000Z/20260110T120000Z", "2026-01-10 11:00",
         "2026-01-12", True),
        ("VFREEBUSY\nUID:1", "2026-01-01", "2027-01-01", False),
        # VAVAILABILITY (RFC 7953)
        ("VAVAILABILITY\nUID:1", "2026-01-01", "2027-01-01", True),
        ("VAVAILABILITY\nUID:1\nDTSTART:20260110T100000Z", "2030-01-01", "2030-01-02", True),
        ("VAVAILABILITY\nUID:1\nDTSTART:20260110T100000Z", "2026-01-01", "2026-01-02", False),
    ],
)  # fmt: skip
def test_overlaps_as_the_tables_say(component, start, end, expected):
    assert overlaps(component, start, end) is expected


def test_a_recurring_task_with_due_alone_recurs():
    tasks = calendar(TODO + "DUE:20260110T100000Z\nRRULE:FREQ=DAILY;COUNT=3")
    assert len(instances(tasks, window("2026-01-11", "2026-01-14"), VIENNA)) == 2


def alarm(*lines: str) -> str:
    return "\n".join(["BEGIN:VALARM", "ACTION:DISPLAY", *lines, "END:VALARM"])


@pytest.mark.parametrize(
    ("trigger", "goes_off"),
    [
        (("TRIGGER:-PT15M",), "2026-01-10 09:45"),
        (("TRIGGER;RELATED=END:PT5M",), "2026-01-10 11:05"),
        (("TRIGGER;VALUE=DATE-TIME:20260301T080000Z",), "2026-03-01 08:00"),
        (("TRIGGER:-PT15M", "REPEAT:3", "DURATION:PT10M"), "2026-01-10 10:15"),
        (("TRIGGER:-P40D",), "2025-12-01 10:00"),
    ],
)
def test_alarms_are_found_when_they_go_off(trigger, goes_off):
    object_ = calendar(EVENT + "DTEND:20260110T110000Z\n" + alarm(*trigger))
    moment = at(goes_off)
    assert list(
        alarms(object_, window(goes_off, "2026-03-01 08:01")._replace(end=moment + 1), VIENNA)
    )
    before = window("2025-01-01", "2025-01-02")._replace(start=moment - 60, end=moment)
    assert not list(alarms(object_, before, VIENNA))


def test_alarms_of_a_recurrence_go_off_for_each_instance():
    object_ = calendar(EVENT + "RRULE:FREQ=DAILY\n" + alarm("TRIGGER:-P2D"))
    found = list(alarms(object_, window("2026-06-01", "2026-06-04"), VIENNA))
    assert [utc(instance.start) for instance, _ in found] == [
        "2026-06-03 10:00",
        "2026-06-04 10:00",
        "2026-06-05 10:00",
    ]


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (("DTSTART:20260110T100000Z", "DTEND:20260110T110000Z"), "2026-01-10 10:00",
         "2026-01-10 11:00"),
        (("DTSTART:20260110T100000Z",), "2026-01-10 10:00", "2026-01-10 10:00"),
        (("DTSTART;VALUE=DATE:20260110",), "2026-01-09 10:00", "2026-01-11 14:00"),
        (("DTSTART:20260110T100000Z", "RRULE:FREQ=DAILY"), "2026-01-10 10:00", None),
        (("DTSTART:20260110T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=10"),
         "2026-01-10 10:00", "2026-01-19 11:00"),
        (("DTSTART:20260110T100000Z", "RRULE:FREQ=DAILY;COUNT=3", "RDATE:20270101T000000Z"),
         "2026-01-10 10:00", "2027-01-01 00:00"),
        (("DTSTART:20260110T100000Z", "RDATE:20250101T000000Z"), "2025-01-01 00:00",
         "2026-01-10 10:00"),
    ],
)  # fmt: skip
def test_bounds_hold_every_instance(lines, start, end):
    found = bounds(event(*lines))
    assert (utc(found.start), utc(found.end)) == (start, end)


def test_bounds_say_what_the_index_keeps():
    found = bounds(
        event("DTSTART:20260110T100000", "TRANSP:transparent", "STATUS:Cancelled", uid=r"a\,b")
    )
    assert found[:2] == ("VEVENT", "a,b")
    assert found[4:8] == (False, True, True, "CANCELLED")


def test_a_task_without_dates_has_no_bounds():
    found = bounds(calendar(TODO + BOTH))
    assert (found.start, found.end) == (None, None)


def test_a_moved_instance_widens_the_bounds():
    object_ = calendar(
        EVENT + "RRULE:FREQ=DAILY;COUNT=2",
        "VEVENT\nUID:1\nRECURRENCE-ID:20260111T100000Z\nDTSTART:20270101T000000Z",
    )
    assert utc(bounds(object_).end) == "2027-01-01 00:00"


def test_an_object_of_time_zones_alone_has_no_bounds():
    with pytest.raises(FormatError, match="no component"):
        bounds(calendar("VTIMEZONE\nTZID:x"))
