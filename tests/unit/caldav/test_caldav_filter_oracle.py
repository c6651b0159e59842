"""Time ranges against a naive reading: every instance by python-dateutil, then one comparison."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.icalendar import calendar
from tests.unit.caldav.filters import comp, matches, prop, span, text

FIRST = datetime(2026, 1, 1)
ZONES = st.sampled_from(["Europe/Vienna", "America/New_York", "Asia/Kolkata", "UTC"])
MINUTES = st.integers(0, 200 * 24 * 4).map(lambda quarters: quarters * 15)
RULES = st.sampled_from(
    [
        "FREQ=DAILY;COUNT=9",
        "FREQ=DAILY;INTERVAL=3;COUNT=20",
        "FREQ=WEEKLY;BYDAY=MO,WE,SU;COUNT=15",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=6",
        "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=5",
        "FREQ=MONTHLY;BYDAY=2TU,-1FR;COUNT=7",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=6",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;COUNT=4",
        "FREQ=HOURLY;INTERVAL=7;COUNT=30",
    ]
)


@st.composite
def objects(draw: st.DrawFn) -> tuple[str, datetime, int, str | None, list[int], dict]:
    start = FIRST + timedelta(minutes=draw(MINUTES))
    rule = draw(st.none() | RULES)
    excluded = draw(st.lists(st.integers(0, 10), max_size=3, unique=True)) if rule else []
    moved = draw(
        st.dictionaries(st.integers(0, 10), st.integers(-5000, 5000), max_size=3) if rule
        else st.just({})
    )  # fmt: skip
    return draw(ZONES), start, draw(st.integers(0, 3000)), rule, excluded, moved


def naive(zone: str, start: datetime, rule: str | None) -> list[datetime]:
    """Local starts: the first is always DTSTART, which COUNT counts."""
    if rule is None:
        return [start]
    found = list(rrulestr(f"RRULE:{rule}", dtstart=start))
    if start in found:
        return found
    return [start, *found[:-1]]


def local(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S")


def written(at: datetime, zone: str, name: str) -> str:
    return f"{name}:{local(at)}Z" if zone == "UTC" else f"{name};TZID={zone}:{local(at)}"


def to_utc(at: datetime, zone: str) -> datetime:
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def overlaps(start: datetime, length: timedelta, lower: datetime, upper: datetime) -> bool:
    if length:
        return start + length > lower and start < upper
    return lower <= start < upper


@given(objects(), MINUTES, st.integers(1, 20_000))
@settings(max_examples=400, deadline=None)
def test_query_finds_what_a_naive_expansion_finds(made, begin, minutes):
    zone, start, length_minutes, rule, excluded, moved = made
    length = timedelta(minutes=length_minutes)
    starts = naive(zone, start, rule)
    gone = {starts[n] for n in excluded if n < len(starts)}
    overrides = {starts[n]: shift for n, shift in moved.items() if n < len(starts)}

    duration = f"DURATION:PT{length_minutes}M"
    lines = ["VEVENT", "UID:1", written(start, zone, "DTSTART"), duration, "SUMMARY:master"]
    lines += [f"RRULE:{rule}"] if rule else []
    lines += [written(at, zone, "EXDATE") for at in sorted(gone)]
    parts = ["\n".join(lines)]
    for at, shift in overrides.items():
        new = at + timedelta(minutes=shift)
        lines = ["VEVENT", "UID:1", written(at, zone, "RECURRENCE-ID")]
        lines += [written(new, zone, "DTSTART"), duration, "SUMMARY:moved"]
        parts.append("\n".join(lines))

    lower = (FIRST + timedelta(minutes=begin)).replace(tzinfo=UTC)
    upper = lower + timedelta(minutes=minutes)
    plain = [at for at in starts if at not in gone and at not in overrides]
    by_master = any(overlaps(to_utc(at, zone), length, lower, upper) for at in plain)
    by_override = any(
        overlaps(to_utc(at + timedelta(minutes=shift), zone), length, lower, upper)
        for at, shift in overrides.items()
    )

    subject = calendar(*parts)
    window = span(local(lower) + "Z", local(upper) + "Z")
    assert matches(subject, comp("VEVENT", window)) == (by_master or by_override)
    for title, expected in (("master", by_master), ("moved", by_override)):
        asked = comp("VEVENT", window, prop("SUMMARY", text(title)))
        assert matches(subject, asked) == expected
