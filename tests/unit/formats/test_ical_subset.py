"""Parts of calendar data (RFC 4791 §9.6)."""

from __future__ import annotations

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.subset import CalendarData, Selection, calendar_data
from tests.support.icalendar import VIENNA, calendar, event, window

ZONE = "VTIMEZONE\nTZID:Europe/Vienna\nBEGIN:STANDARD\nDTSTART:19700101T000000\nEND:STANDARD"
MASTER = """VEVENT
UID:one
DTSTART;TZID=Europe/Vienna:20260325T100000
DTEND;TZID=Europe/Vienna:20260325T110000
RRULE:FREQ=WEEKLY
EXDATE;TZID=Europe/Vienna:20260408T100000
SUMMARY:plain
X-WHEN;TZID=Europe/Vienna;X-KEEP=1:20260325T120000
BEGIN:VALARM
TRIGGER:-PT5M
END:VALARM"""
MOVED = """VEVENT
UID:one
RECURRENCE-ID;TZID=Europe/Vienna:20260401T100000
DTSTART;TZID=Europe/Vienna:20260401T150000
DURATION:PT2H
SUMMARY:moved"""
SPAN = window("2026-03-20", "2026-04-20")


def lines(object_: Component, asked: CalendarData) -> list[str]:
    """What stands between VERSION and PRODID, and END:VCALENDAR."""
    return calendar_data(object_, asked, VIENNA).decode().split("\r\n")[3:-2]


def expanded(object_: Component, span=SPAN) -> list[str]:
    return lines(object_, CalendarData(expand=span))


def test_expand_gives_instances_in_utc_with_overrides_applied():
    assert (
        expanded(calendar(ZONE, MASTER, MOVED))
        == """BEGIN:VEVENT
UID:one
DTSTART:20260325T090000Z
DTEND:20260325T100000Z
SUMMARY:plain
X-WHEN;X-KEEP=1:20260325T110000Z
RECURRENCE-ID:20260325T090000Z
BEGIN:VALARM
TRIGGER:-PT5M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:one
RECURRENCE-ID:20260401T080000Z
DTSTART:20260401T130000Z
DURATION:PT2H
SUMMARY:moved
END:VEVENT
BEGIN:VEVENT
UID:one
DTSTART:20260415T080000Z
DTEND:20260415T090000Z
SUMMARY:plain
X-WHEN;X-KEEP=1:20260325T110000Z
RECURRENCE-ID:20260415T080000Z
BEGIN:VALARM
TRIGGER:-PT5M
END:VALARM
END:VEVENT""".splitlines()
    )


def test_expand_gives_nothing_outside_the_range():
    assert expanded(calendar(MASTER, MOVED), window("2026-03-26", "2026-03-30")) == []


def test_expand_of_what_does_not_recur_has_no_recurrence_id():
    assert expanded(event("DTSTART;TZID=Europe/Vienna:20260325T100000")) == [
        "BEGIN:VEVENT", "UID:one", "DTSTART:20260325T090000Z", "END:VEVENT"
    ]  # fmt: skip


def test_expand_leaves_days_and_floating_times_as_they_are():
    days = expanded(
        event("DTSTART;VALUE=DATE:20260325", "DTEND;VALUE=DATE:20260327", "RRULE:FREQ=MONTHLY")
    )
    assert days[2:5] == [
        "DTSTART;VALUE=DATE:20260325",
        "DTEND;VALUE=DATE:20260327",
        "RECURRENCE-ID;VALUE=DATE:20260325",
    ]
    floating = expanded(event("DTSTART:20260325T100000", "RRULE:FREQ=MONTHLY"))
    assert floating[2:4] == ["DTSTART:20260325T100000", "RECURRENCE-ID:20260325T100000"]


def test_expand_keeps_the_length_of_a_day_of_the_clock():
    day = expanded(event("DTSTART;TZID=Europe/Vienna:20260328T120000", "DURATION:P1D"))
    assert day[2:4] == ["DTSTART:20260328T110000Z", "DURATION:PT23H"]


def test_expand_says_how_long_a_period_is():
    found = expanded(event("DTSTART:20260101T000000Z", "RDATE;VALUE=PERIOD:20260401T000000Z/PT3H"))
    assert found[2:5] == [
        "DTSTART:20260401T000000Z",
        "RECURRENCE-ID:20260401T000000Z",
        "DTEND:20260401T030000Z",
    ]


def test_expand_drops_the_range_of_this_and_future():
    split = MOVED.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    found = expanded(calendar(MASTER, split), window("2026-04-10", "2026-04-20"))
    assert [line for line in found if "RECURRENCE" in line or "DT" in line] == [
        "RECURRENCE-ID:20260415T080000Z",
        "DTSTART:20260415T130000Z",
    ]


def test_expand_keeps_a_task_without_dates():
    assert expanded(calendar("VTODO\nUID:1\nSUMMARY:x"))[:2] == ["BEGIN:VTODO", "UID:1"]


def limited(span) -> list[str]:
    found = lines(calendar(ZONE, MASTER, MOVED), CalendarData(limit_recurrence_set=span))
    return [line for line in found if line.startswith(("RRULE", "RECURRENCE-ID"))]


def test_limit_recurrence_set_keeps_the_master_and_the_overrides_in_the_range():
    both = ["RRULE:FREQ=WEEKLY", "RECURRENCE-ID;TZID=Europe/Vienna:20260401T100000"]
    assert limited(window("2026-04-01 13:30", "2026-04-01 13:40")) == both
    assert limited(window("2026-04-01 08:30", "2026-04-01 08:40")) == both  # where it was
    assert limited(window("2026-05-01", "2026-06-01")) == both[:1]


def test_limit_recurrence_set_keeps_this_and_future_for_what_follows():
    split = MOVED.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    asked = CalendarData(limit_recurrence_set=window("2026-05-01", "2026-06-01"))
    assert "SUMMARY:moved" in lines(calendar(MASTER, split), asked)


def test_limit_freebusy_set_keeps_the_periods_in_the_range():
    busy = calendar(
        "VFREEBUSY\nUID:1\n"
        "FREEBUSY:20260325T100000Z/PT1H,20260101T000000Z/PT1H\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260501T000000Z/20260501T010000Z"
    )
    assert lines(busy, CalendarData(limit_freebusy_set=SPAN)) == [
        "BEGIN:VFREEBUSY", "UID:1", "FREEBUSY:20260325T100000Z/PT1H", "END:VFREEBUSY"
    ]  # fmt: skip


def test_selects_components_and_properties():
    asked = Selection(
        {"VERSION": True},
        {"VEVENT": Selection({"UID": True, "SUMMARY": False}, {}), "VTIMEZONE": Selection()},
    )
    octets = calendar_data(calendar(ZONE, MASTER), CalendarData(asked), VIENNA)
    assert octets.decode().split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VTIMEZONE", *ZONE.split("\n")[1:],
        "END:VTIMEZONE", "BEGIN:VEVENT", "UID:one", "SUMMARY:", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_the_tree_is_not_changed():
    object_ = calendar(ZONE, MASTER, MOVED)
    before = calendar_data(object_, CalendarData(), VIENNA)
    asked = CalendarData(
        Selection({}, {}), expand=SPAN, limit_recurrence_set=SPAN, limit_freebusy_set=SPAN
    )
    calendar_data(object_, asked, VIENNA)
    assert calendar_data(object_, CalendarData(), VIENNA) == before
