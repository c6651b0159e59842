"""Phases of recurrences: no instance is ever outside of the phases that its time touches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.phases import ANYTIME, touched
from cyrpy.formats.ical.rule import WEEKDAYS
from cyrpy.formats.ical.series import Window
from cyrpy.formats.ical.spans import bounds, instances
from cyrpy.formats.timespan import DAY

WEEK = 7 * DAY
ZONES = ("Z", "", "Pacific/Kiritimati", "America/New_York", "Asia/Kolkata")


def event(*lines: str) -> bytes:
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "BEGIN:VEVENT", "UID:u"]
    return "\r\n".join([*parts, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def phase_of(*lines: str) -> int:
    return bounds(parse(event(*lines))).phase


@pytest.mark.parametrize(
    ("rule", "near", "far"),
    [
        ("FREQ=YEARLY", (2031, 6, 3), (2031, 7, 3)),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=6;BYDAY=1WE", (2031, 6, 3), (2031, 9, 1)),
        ("FREQ=MONTHLY", (2031, 2, 3), (2031, 2, 13)),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=1WE", (2031, 9, 3), (2031, 9, 22)),
        ("FREQ=WEEKLY;INTERVAL=4", (2026, 7, 1), (2026, 7, 15)),
        ("FREQ=DAILY;INTERVAL=28", (2026, 7, 1), (2026, 7, 15)),
    ],
)
def test_a_cycle_has_a_phase_that_only_some_weeks_touch(rule, near, far):
    phase = phase_of("DTSTART:20260603T100000Z", "DURATION:PT1H", f"RRULE:{rule}")
    assert phase != ANYTIME
    assert phase in touched(at(*near), at(*near) + WEEK)
    assert phase not in touched(at(*far), at(*far) + WEEK)


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=WEEKLY",),
        ("RRULE:FREQ=DAILY;INTERVAL=3",),
        ("RRULE:FREQ=YEARLY;BYDAY=20MO",),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=20",),
        ("RRULE:FREQ=YEARLY;BYMONTH=1,12",),
        ("RRULE:FREQ=YEARLY", "RDATE:20270101T100000Z"),
        ("RRULE:FREQ=YEARLY", "RRULE:FREQ=MONTHLY"),
        ("RRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD",),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=20",),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYMONTHDAY=1",),
    ],
)
def test_what_has_no_good_phase_is_looked_at_always(lines):
    assert phase_of("DTSTART:20260603T100000Z", "DURATION:PT1H", *lines) == ANYTIME
    assert ANYTIME in touched(0, DAY)


def test_what_is_long_is_looked_at_always():
    assert phase_of("DTSTART:20260603T100000Z", "DURATION:P20D", "RRULE:FREQ=YEARLY") == ANYTIME


def test_a_span_without_ends_touches_every_phase():
    rules = ("FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY;INTERVAL=5")
    found = {phase_of("DTSTART:20260603T100000Z", f"RRULE:{rule}") for rule in rules}
    assert found < set(touched(-(10**12), 10**12))


numbers = st.integers(1, 31) | st.integers(-5, -1)
days = st.sampled_from(WEEKDAYS)
nth = st.tuples(st.sampled_from(["", "1", "2", "4", "5", "-1", "-2"]), days).map("".join)
parts = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"])},
    optional={
        "INTERVAL": st.sampled_from([2, 3, 4, 5, 7, 12, 14, 21]).map(str),
        "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=2).map(
            lambda found: ",".join(map(str, found))
        ),
        "BYMONTHDAY": st.lists(numbers, min_size=1, max_size=2).map(
            lambda found: ",".join(map(str, found))
        ),
        "BYDAY": st.lists(nth, min_size=1, max_size=3).map(",".join),
        "WKST": days,
    },
)


starts = st.tuples(
    st.datetimes(datetime(2019, 12, 20), datetime(2025, 3, 10)).map(
        lambda at: at.replace(minute=0)
    ),
    st.sampled_from(ZONES),
    st.sampled_from(["PT0S", "PT1H", "PT30H", "P1D", "P6D"]),
)


@settings(max_examples=400, deadline=None)
@given(parts, starts, st.integers(0, 300), st.integers(0, 14), st.integers(0, 14))
def test_what_overlaps_a_span_has_a_phase_that_it_touches(rule, start, which, before, after):
    begin, zone, length = start
    if rule["FREQ"] in {"WEEKLY", "DAILY"} and "BYDAY" in rule:
        rule = rule | {"BYDAY": ",".join(day[-2:] for day in rule["BYDAY"].split(","))}
    value = f"{begin:%Y%m%dT%H0000}"
    line = f"DTSTART:{value}{zone}" if zone in {"Z", ""} else f"DTSTART;TZID={zone}:{value}"
    text = ";".join(f"{name}={value}" for name, value in rule.items())
    calendar = parse(event(line, f"DURATION:{length}", f"RRULE:{text}"))
    first = at(begin.year, begin.month, begin.day)
    found = instances(calendar, Window(first - DAY, first + 20 * 366 * DAY), UTC)
    instance = found[which % len(found)]
    # A span that meets it at its very ends, or around it.
    span = Window(
        instance.start - before * DAY, max(instance.end, instance.start + 1) + after * DAY
    )
    assert bounds(calendar).phase in touched(*span)
    late = Window(max(instance.start, instance.end - 1), instance.end + 1)
    assert bounds(calendar).phase in touched(*late)
