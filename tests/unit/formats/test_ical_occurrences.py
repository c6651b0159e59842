"""Recurrence rules within a span (RFC 5545 §3.3.10, RFC 7529), with dateutil as the oracle."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import islice
from unittest.mock import patch

import pytest
from dateutil.rrule import datetime as dateutil_datetime
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.moments import to_datetime, to_local_seconds
from cyrpy.formats.ical.occurrences import END, last, occurrences
from cyrpy.formats.ical.rule import parse_rule

START = datetime(2026, 1, 5, 10)  # a Monday


def expand(rule: str, start: datetime, lower: datetime, upper: datetime) -> list[datetime]:
    found = occurrences(
        parse_rule(rule),
        to_local_seconds(start),
        to_local_seconds(lower),
        to_local_seconds(upper),
        Budget(1_000_000),
    )
    return [to_datetime(local) for local in found]


def days(rule: str, start: str, many: int = 50) -> list[str]:
    """The first days of a rule that begins on a day at 09:00, as the RFC's examples do."""
    local = to_local_seconds(datetime.fromisoformat(start + "T09:00:00"))
    found = occurrences(parse_rule(rule), local, 0, END, Budget())
    return [f"{to_datetime(at):%Y-%m-%d}" for at in islice(found, many)]


def sets(minimum: int, maximum: int, size: int = 3, *, negative: bool = False):
    numbers = st.integers(minimum, maximum)
    if negative:
        numbers |= st.integers(-maximum, -minimum)
    return st.sets(numbers, min_size=1, max_size=size).map(
        lambda chosen: ",".join(map(str, sorted(chosen)))
    )


WEEKDAYS = st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1).map(
    lambda chosen: ",".join(sorted(chosen))
)
NTH = st.sets(
    st.tuples(st.integers(1, 5) | st.integers(-5, -1), st.sampled_from(["MO", "WE", "SU"])),
    min_size=1,
    max_size=3,
).map(lambda chosen: ",".join(f"{n}{day}" for n, day in sorted(chosen)))

PARTS = {
    "YEARLY": {
        "BYMONTH": sets(1, 12),
        "BYYEARDAY": sets(1, 366, negative=True),
        "BYMONTHDAY": sets(1, 31, negative=True),
        "BYDAY": WEEKDAYS | NTH,
        "BYHOUR": sets(0, 23),
    },
    "MONTHLY": {
        "BYMONTH": sets(1, 12, 8),
        "BYMONTHDAY": sets(1, 31, negative=True),
        "BYDAY": WEEKDAYS | NTH,
        "BYHOUR": sets(0, 23),
    },
    "WEEKLY": {"BYMONTH": sets(1, 12, 8), "BYDAY": WEEKDAYS, "BYHOUR": sets(0, 23)},
    "DAILY": {
        "BYMONTH": sets(1, 12, 8),
        "BYMONTHDAY": sets(1, 31, 20, negative=True),
        "BYDAY": WEEKDAYS,
        "BYMINUTE": sets(0, 59),
    },
    "HOURLY": {
        "BYMONTH": sets(1, 12, 8),
        "BYDAY": WEEKDAYS,
        "BYHOUR": sets(0, 23, 8),
        "BYMINUTE": sets(0, 59),
    },
    "MINUTELY": {"BYHOUR": sets(0, 23, 8), "BYMINUTE": sets(0, 59, 20), "BYSECOND": sets(0, 59)},
}
SPANS = {"YEARLY": 3000, "MONTHLY": 900, "WEEKLY": 300, "DAILY": 90, "HOURLY": 12, "MINUTELY": 1}


@st.composite
def cases(draw) -> tuple[str, datetime, datetime, datetime]:
    freq = draw(st.sampled_from(sorted(PARTS)))
    chosen = draw(st.sets(st.sampled_from(sorted(PARTS[freq])), max_size=3))
    parts = {name: draw(PARTS[freq][name]) for name in sorted(chosen)}
    if draw(st.booleans()):
        parts["INTERVAL"] = str(draw(st.integers(1, 7)))
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(["SU", "MO", "WE"]))
    if chosen and freq != "WEEKLY" and draw(st.integers(0, 3)) == 0:  # dateutil cuts week 1
        parts["BYSETPOS"] = draw(sets(1, 5, 2, negative=True))
    start = datetime(2020, 1, 1) + timedelta(
        days=draw(st.integers(0, 2000)), minutes=draw(st.integers(0, 1439))
    )
    lower = start + timedelta(days=draw(st.integers(-5, SPANS[freq])))
    upper = lower + timedelta(days=draw(st.integers(0, SPANS[freq])))
    rule = ";".join([f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items())])
    return rule, start, lower, upper


def oracle(rule: str, start: datetime, upper: datetime) -> list[datetime]:
    """What dateutil gives, which leaves a start that the rule does not give out."""
    until = f"{rule};UNTIL={upper:%Y%m%dT%H%M%S}"
    with patch.object(dateutil_datetime, "MAXYEAR", upper.year + 1):  # else it runs for minutes
        try:
            return sorted({start, *rrulestr(until, dtstart=start)})
        except ValueError:  # an interval that never meets a part
            return [start]


@given(cases())
@settings(max_examples=400, deadline=None)
def test_agrees_with_dateutil(case):
    rule, start, lower, upper = case
    expected = [at for at in oracle(rule, start, upper) if lower <= at < upper]
    assert expand(rule, start, lower, upper) == expected


@given(cases(), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_count_counts_from_the_start_whatever_the_window(case, count):
    rule, start, lower, _ = case
    upper = start + timedelta(days=20 * SPANS[rule.split(";")[0][5:]])
    everything = expand(rule, start, start, upper)
    first = everything[:count]
    assert expand(f"{rule};COUNT={count}", start, lower, upper) == [
        at for at in first if at >= lower
    ]
    if len(everything) > count:
        final = last(parse_rule(f"{rule};COUNT={count}"), to_local_seconds(start), Budget())
        assert to_datetime(final or 0) == first[-1]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [  # examples of RFC 5545 §3.8.5.3 and RFC 7529 §7
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "1997-05-12 1998-05-11 1999-05-17"),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1997-05-19 1998-05-18 1999-05-17"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2024-01-01", "2024-01-01 2024-12-30 2025-12-29"),
        ("FREQ=YEARLY;BYWEEKNO=53", "2020-12-30", "2020-12-30 2026-12-30 2032-12-29"),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR", "2024-12-27", "2024-12-27 2025-12-26 2027-01-01"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05",
         "1997-08-05 1997-08-10 1997-08-19 1997-08-24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05",
         "1997-08-05 1997-08-17 1997-08-19 1997-08-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15",
         "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04",
         "1997-09-04 1997-10-07 1997-11-06"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29",
         "1997-09-29 1997-10-30 1997-11-27"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05",
         "1996-11-05 2000-11-07 2004-11-02"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "2012-02-29", "2012-02-29 2013-03-01"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4", "2014-01-31",
         "2014-01-31 2014-02-28 2014-03-31 2014-04-30"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT", "2014-01-31", "2014-01-31 2014-03-31"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;COUNT=5", "2014-01-31",
         "2014-01-31 2014-02-01 2014-03-01 2014-03-31 2014-04-01"),
    ],
)  # fmt: skip
def test_gives_what_the_rfcs_print(rule, start, expected):
    wanted = expected.split()
    assert days(rule, start, len(wanted)) == wanted


def test_week_numbers_may_reach_into_the_neighbouring_year():
    found = days("FREQ=YEARLY;BYWEEKNO=53;BYDAY=SA,SU,MO", "2020-12-28", 3)
    assert found == ["2020-12-28", "2021-01-02", "2021-01-03"]


def test_a_window_long_after_skipped_days_begins_where_it_should():
    rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD"
    found = expand(rule, datetime(2014, 1, 31), datetime(2026, 3, 1), datetime(2026, 3, 2))
    assert found == [datetime(2026, 3, 1)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;BYHOUR=3;BYMINUTE=1;BYSECOND=1",
        "FREQ=SECONDLY;INTERVAL=7;COUNT=1000000000",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYYEARDAY=1;BYMONTH=2",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;BYSETPOS=2",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=" + ",".join(map(str, range(24)))
        + ";BYMINUTE=" + ",".join(map(str, range(60))),
    ],
)  # fmt: skip
@pytest.mark.parametrize("years", [100, 7973])
def test_hostile_rules_end_soon(rule, years):
    began = time.perf_counter()
    local = to_local_seconds(START)
    try:
        for _ in occurrences(parse_rule(rule), local, local, local + years * 31_556_952, Budget()):
            pass
        last(parse_rule(rule), local, Budget())
    except RecurrenceTooComplex as exc:
        assert "100000 steps" in str(exc)  # noqa: PT017  # it may as well come to an end
    assert time.perf_counter() - began < 2


def test_a_far_window_costs_no_more_than_a_near_one():
    budget = Budget(20)
    far = to_local_seconds(datetime(2036, 1, 1))
    rule = parse_rule("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=100000")
    found = list(occurrences(rule, to_local_seconds(START), far, far + 31 * 86_400, budget))
    assert len(found) == 9
