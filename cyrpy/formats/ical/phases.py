"""Phases: the part of a cycle in which a recurrence has its instances, as one number.

Of ten thousand series without an end, an index has to give those few that may have an instance in
some week. Bounds do not tell; but what recurs each year does so at one time of the year, and what
recurs every second week in one of two. A series has one phase, a span of time touches some; a
series whose phase it does not touch has no instance in it. Those of no good phase have ANYTIME.

Nothing is cut off: a phase holds for all instances of a series, however far ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from cyrpy.formats.ical.moments import EPOCH
from cyrpy.formats.ical.rule import Rule
from cyrpy.formats.ical.series import Series
from cyrpy.formats.timespan import DAY

ANYTIME: Final = 0
_YEAR, _MONTH, _WEEKS = 1000, 2000, 3000  # plus the day of the year, the month or the weeks
# Days that instances may begin after the day of the phase, their length included -> what is added.
_WIDTHS: Final = ((3, 0), (16, 1))
_WIDE: Final = {_YEAR: 400, _MONTH: 40, _WEEKS: 50}
_CYCLES: Final = (4, 3, 2)  # of weeks; longer ones count as a part of theirs
_MARGIN: Final = 1  # days; a local day may be the one before or after in UTC
_KINDS: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_PLAIN_YEAR: Final = 2023
_LEAP_YEAR: Final = 2024


def phase(found: Sequence[Series]) -> int:
    """Of an object's series; what is no single one with one rule, or has overrides, is ANYTIME."""
    if len(found) != 1 or found[0].overrides:
        return ANYTIME
    master, recurrence = found[0].master, found[0].recurrence
    if master is None or recurrence is None or master.component.name not in _KINDS:
        return ANYTIME
    if len(recurrence.rules) != 1 or recurrence.added:
        return ANYTIME
    begin = date.fromordinal(max(1, recurrence.start.local // DAY))
    base, number, spread = _place(recurrence.rules[0], begin)
    width = spread - (-master.length.longest // DAY)
    for most, is_wide in _WIDTHS:
        if base and width <= most:
            return base + number + is_wide * _WIDE[base - base % 1000]
    return ANYTIME


@lru_cache(maxsize=256)
def touched(start: int, end: int) -> tuple[int, ...]:
    """The phases of series that may have an instance in a span of UTC, in seconds since 1970."""
    found = {ANYTIME}
    for width, is_wide in _WIDTHS:
        first = (start + EPOCH) // DAY - _MARGIN - width
        last = (end + EPOCH) // DAY + _MARGIN
        found.update(_numbers(first, last, is_wide))
    return tuple(sorted(found))


def _numbers(first: int, last: int, is_wide: int) -> Iterable[int]:
    """Of all days from one to another, by their ordinals."""
    year, month, weeks = (base + is_wide * _WIDE[base] for base in (_YEAR, _MONTH, _WEEKS))
    if last - first >= 366 or first < 1 or last > date.max.toordinal():
        yield from range(year + 1, year + 367)
        yield from range(month + 1, month + 32)
    else:
        for day in map(date.fromordinal, range(first, last + 1)):
            yield year + day.timetuple().tm_yday
            yield month + day.day
    for cycle in _CYCLES:
        these = range(first, min(last, first + 7 * cycle - 1) + 1)
        yield from (weeks + 100 * cycle + day % (7 * cycle) for day in these)


Place = tuple[int, int, int]  # base and number of a phase; days over which a cycle is spread
_NOWHERE: Final[Place] = (ANYTIME, 0, 0)


def _place(rule: Rule, begin: date) -> Place:
    if rule.skip != "OMIT" or rule.by_week_no or rule.by_year_day:
        return _NOWHERE
    if rule.freq in {"DAILY", "WEEKLY"}:
        return _of_weeks(rule, begin)
    if rule.freq in {"MONTHLY", "YEARLY"}:
        return _of_months(rule, begin)
    return _NOWHERE


def _of_months(rule: Rule, begin: date) -> Place:
    is_yearly = rule.freq == "YEARLY"
    days = _days(rule, begin)
    # The start is an instance too, wherever it is; and some days are counted in the year.
    if not days[0] <= begin.day <= days[1] or (is_yearly and rule.by_day and not rule.by_month):
        return _NOWHERE
    if is_yearly and (rule.by_month or not rule.by_month_day):
        return _of_year(rule.by_month or (begin.month,), days, begin)
    return _MONTH, days[0], days[1] - days[0]


def _of_weeks(rule: Rule, begin: date) -> Place:
    """What recurs every so many weeks, or days that make weeks."""
    interval, rest = (rule.interval, 0) if rule.freq == "WEEKLY" else divmod(rule.interval, 7)
    cycle = next((n for n in _CYCLES if interval % n == 0), 0)
    # BYMONTHDAY is not for weeks (RFC 5545 §3.3.10); where it is written, any weekday may be one.
    if rest or not interval or not cycle or (rule.freq == "WEEKLY" and rule.by_month_day):
        return _NOWHERE
    first = last = begin.toordinal()
    if rule.freq == "WEEKLY" and rule.by_day:
        opens = first - (begin.weekday() - rule.week_start) % 7
        days = [opens + (weekday - rule.week_start) % 7 for _, weekday in rule.by_day]
        first, last = min(first, *days), max(last, *days)
    return _WEEKS + 100 * cycle, first % (7 * cycle), last - first


def _of_year(months: Sequence[int], days: tuple[int, int], begin: date) -> Place:
    if begin.month not in months:
        return _NOWHERE
    first = _day_of_year(_PLAIN_YEAR, min(months), days[0])
    last = _day_of_year(_LEAP_YEAR, max(months), days[1])
    return _YEAR, first, last - first


def _day_of_year(year: int, month: int, day: int) -> int:
    while day > 28:
        try:
            return date(year, month, day).timetuple().tm_yday
        except ValueError:
            day -= 1
    return date(year, month, day).timetuple().tm_yday


def _days(rule: Rule, begin: date) -> tuple[int, int]:
    """The first and the last day of a month that the rule may give."""
    if rule.by_month_day:
        ranges = [(n, n) if n > 0 else (29 + n, 32 + n) for n in rule.by_month_day]
    elif rule.by_day:
        ranges = [_nth(n) for n, _ in rule.by_day]
    else:
        ranges = [(begin.day, begin.day)]
    return max(1, min(low for low, _ in ranges)), min(31, max(high for _, high in ranges))


def _nth(n: int) -> tuple[int, int]:
    """The days of a month on which the n-th of a weekday may be; 0: each of them."""
    if n == 0:
        return 1, 31
    return (7 * n - 6, 7 * n) if n > 0 else (29 + 7 * n, 38 + 7 * n)
