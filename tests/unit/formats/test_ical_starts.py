"""Starts of plain series: the same instances as the long way finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.moments import EPOCH, to_local_seconds
from cyrpy.formats.ical.overlap import overlaps
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.series import Window, series
from cyrpy.formats.ical.starts import Starts, starts
from cyrpy.formats.timespan import DAY

VIENNA = ZoneInfo("Europe/Vienna")
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=40",
    "FREQ=DAILY;UNTIL=20260401T080000Z",
    "FREQ=WEEKLY;BYDAY=MO,WE,SU;WKST=SU;INTERVAL=2",
    "FREQ=MONTHLY;BYMONTHDAY=31,-1",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "FREQ=HOURLY;INTERVAL=7;COUNT=500",
)
FORMS = ("TZID=Europe/Vienna:{0}", "TZID=America/New_York:{0}", "{0}Z", "{0}", "VALUE=DATE:{1}")
LENGTHS = ("DURATION:PT1H", "DURATION:P1D", "DURATION:P1DT2H", "DURATION:PT0S", "X-NONE:1")
FIRST = datetime(2026, 1, 1)


def one_of(start: str, *lines: str, also: str = "") -> list[Starts | None]:
    event = "\r\n".join((f"DTSTART{start}", "UID:1", *lines))
    text = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n{also}END:VCALENDAR\r\n"
    return [starts(one) for one in series(parse(text.encode()), VIENNA)]


@given(
    rule=st.sampled_from(RULES),
    form=st.sampled_from(FORMS),
    length=st.sampled_from(LENGTHS),
    begins=st.integers(0, 120 * 48).map(lambda n: FIRST + timedelta(minutes=30 * n)),
    excluded=st.lists(st.integers(0, 60), max_size=3),
    span=st.tuples(st.integers(-20, 200), st.integers(1, 60)),
)
def test_they_are_those_of_the_instances_that_overlap(rule, form, length, begins, excluded, span):
    after, days = span
    if "DATE:" in form:
        rule = rule.replace("20260401T080000Z", "20260401").replace("HOURLY", "WEEKLY")
        length = length.replace("PT1H", "P2D").replace("DT2H", "D").replace("PT0S", "P0D")
    times = [begins + timedelta(days=n) for n in (0, *excluded)]
    stamps = [form.format(f"{at:%Y%m%dT%H%M%S}", f"{at:%Y%m%d}") for at in times]
    head, *gone = [f";{text}" if "=" in text else f":{text}" for text in stamps]
    lines = "\r\n".join(
        (f"DTSTART{head}", "UID:1", f"RRULE:{rule}", length, *(f"EXDATE{text}" for text in gone))
    )
    text = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    (one,) = series(parse(text.encode()), VIENNA)
    begin = to_local_seconds(FIRST) - EPOCH + after * DAY
    window = Window(begin, begin + days * DAY)
    expected = [
        (found.start, found.recurrence_id.local)
        for found in one.instances(window, Budget())
        if overlaps(found, window)
    ]
    known = starts(one)
    if known is not None:
        assert list(known.within(window, Budget())) == expected
    else:
        assert "UNTIL" in rule  # before the start, which is there all the same


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("RRULE:FREQ=DAILY", "RDATE:20260301T100000Z"),
        ("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"),
        ("RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"),
        ("RRULE:FREQ=DAILY;UNTIL=20250101T000000Z",),
    ],
)
def test_a_series_that_is_more_than_its_rule_has_none(lines):
    assert one_of(":20260101T100000Z", *lines) == [None]


def test_a_series_with_an_override_has_none():
    override = (
        "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260102T100000Z\r\n"
        "DTSTART:20260102T110000Z\r\nEND:VEVENT\r\n"
    )
    assert one_of(":20260101T100000Z", "RRULE:FREQ=DAILY", also=override) == [None]
