"""When alerts are triggered, however often one looks."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar.from_ical import objects
from cyrpy.formats.jscalendar.triggers import Defaults, Span, look

HOUR = 3600
DAY = 24 * HOUR
START = int(datetime(2026, 1, 5, 10, tzinfo=UTC).timestamp())
NONE = Defaults({}, {})


def event(*lines: str, alarms: tuple[int, ...] = (0,)) -> bytes:
    """A series that begins at START, with alerts so many hours from it."""
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z"]
    parts += ["DTSTART:20260105T100000Z", "DURATION:PT1H", *lines]
    for hours in alarms:
        sign = "-" if hours < 0 else ""
        parts += ["BEGIN:VALARM", f"UID:{hours}", "ACTION:DISPLAY", "DESCRIPTION:x"]
        parts += [f"TRIGGER:{sign}PT{abs(hours)}H", "END:VALARM"]
    return "\r\n".join([*parts, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def seen(octets: bytes, steps: list[int]) -> list[tuple[int, str]]:
    """What is triggered by one who looks after START, once after each number of seconds."""
    calendar = parse(octets)
    (value,) = objects(calendar)
    at, found = START - 30 * DAY, []
    for step in steps:
        one = look(calendar, value, NONE, UTC, Span(at, at + step))
        found += [(alarm.at, alarm.recurrence_id or "") for alarm in one.triggered]
        at += step
    return sorted(found)


@given(
    st.lists(st.integers(1, 5 * DAY), min_size=1, max_size=30),
    st.sets(st.integers(-100, 100), min_size=1, max_size=4),
    st.integers(1, 3),
    st.integers(1, 12),
)
@settings(max_examples=60)
def test_each_alert_is_triggered_once_however_one_looks(steps, hours, interval, count):
    octets = event(
        f"RRULE:FREQ=DAILY;INTERVAL={interval};COUNT={count}", alarms=tuple(sorted(hours))
    )
    until = START - 30 * DAY + sum(steps)
    expected = [START + n * interval * DAY + hour * HOUR for n in range(count) for hour in hours]
    found = [at for at, _ in seen(octets, steps)]
    assert found == sorted(at for at in expected if at <= until)


@given(st.integers(-60 * DAY, 60 * DAY), st.sets(st.integers(-100, 100), min_size=1, max_size=4))
@settings(max_examples=60)
def test_the_next_look_is_when_the_next_alert_is(after, hours):
    calendar = parse(event("RRULE:FREQ=WEEKLY;COUNT=4", alarms=tuple(sorted(hours))))
    (value,) = objects(calendar)
    now = START + after
    times = [START + n * 7 * DAY + hour * HOUR for n in range(4) for hour in hours]
    found = look(calendar, value, NONE, UTC, Span(now, now))
    assert found.next_at == min((at for at in times if at > now), default=None)


def test_what_never_comes_is_looked_for_no_further_than_it_may_cost():
    calendar = parse(event("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))
    (value,) = objects(calendar)
    found = look(calendar, value, NONE, UTC, Span(START + DAY, START + 2 * DAY))
    assert found.triggered == []


def test_what_cannot_be_read_alerts_nobody():
    calendar = parse(event().replace(b"20260105T100000Z", b"tomorrow"))
    value = {"@type": "Event", "alerts": {"a": {"trigger": {"offset": "soon"}}}}
    assert look(calendar, value, NONE, UTC, Span(0, START)).triggered == []


def test_what_comes_in_years_is_looked_for_again_before_then():
    calendar = parse(event("RRULE:FREQ=YEARLY;INTERVAL=4"))
    (value,) = objects(calendar)
    now, at = START + DAY, START
    for _ in range(100):
        found = look(calendar, value, NONE, UTC, Span(at, now))
        assert found.triggered == []
        assert found.next_at is not None
        at, now = now, found.next_at
        if now > START + 3 * 366 * DAY:
            break
    assert now <= int(datetime(2030, 1, 5, 10, tzinfo=UTC).timestamp())


def test_a_series_that_is_over_is_not_looked_at_again():
    calendar = parse(event("RRULE:FREQ=YEARLY;INTERVAL=4;COUNT=2"))
    (value,) = objects(calendar)
    later = START + 5 * 366 * DAY
    assert look(calendar, value, NONE, UTC, Span(later, later)).next_at is None
