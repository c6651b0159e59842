"""The days that one period of a recurrence rule holds (the table of RFC 5545 §3.3.10).

A day is its proleptic Gregorian ordinal (1 is Monday, 1 January of the year 1). A period is a
number: the year, twelve times the year plus the month, the week since ordinal 1, or the ordinal.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Iterable
from datetime import date

from cyrpy.formats.ical.rule import Rule

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WHOLE_YEAR = tuple(range(1, 13))

Days = list[int]


class DaySets:
    """The day sets of one rule; what the rule leaves open comes from the start (§3.3.10)."""

    def __init__(self, rule: Rule, start: date) -> None:
        self.rule = rule
        self.start = start
        self.first_day = rule.week_start + 1
        self.weekdays = frozenset(weekday for _, weekday in rule.by_day)
        self.is_counted = rule.freq in ("YEARLY", "MONTHLY") and any(n for n, _ in rule.by_day)
        self.offsets = self._week_offsets()
        self.limits = self._limits()
        self.of = {
            "YEARLY": self.year,
            "MONTHLY": self.month,
            "WEEKLY": self.week,
        }.get(rule.freq, self.day)

    def _limits(self) -> tuple[Callable[[int], bool], ...]:
        """Tests for the parts that limit; those that make the days are left out."""
        tests = {
            "by_month": self._in_month,
            "by_month_day": self._has_month_day,
            "by_year_day": self._has_year_day,
            "by_week_no": self._in_week_no,
            "by_day": self._has_weekday,
        }
        makers = _makers(self.rule)
        return tuple(
            test for part, test in tests.items() if getattr(self.rule, part) and part not in makers
        )

    def _week_offsets(self) -> Days:
        """The days of a week that a WEEKLY rule asks for, counted from its first."""
        rule = self.rule
        if rule.by_day:
            weekdays: Iterable[int] = self.weekdays
        elif rule.by_month_day or rule.by_year_day or rule.by_week_no:
            weekdays = range(7)
        else:
            weekdays = (self.start.weekday(),)
        return sorted((weekday - rule.week_start) % 7 for weekday in weekdays)

    def year(self, year: int) -> Days:
        """YEARLY: expanded by the first part that is there, limited by the others."""
        rule = self.rule
        if rule.by_year_day:
            first = _january_first(year)
            days = _numbered(first, first + 364 + isleap(year), rule.by_year_day, rule.skip)
        elif rule.by_month_day:
            days = self._in_months(year, rule.by_month_day, rule.by_month or _WHOLE_YEAR)
        elif rule.by_week_no:
            days = self._in_weeks(year)
        elif rule.by_day:
            days = self._weekdays(year)
        else:
            months = rule.by_month or (self.start.month,)
            days = self._in_months(year, (self.start.day,), months)
        return self._limited(days)

    def month(self, month: int) -> Days:
        """MONTHLY: its days by number, else by weekday, else that of the start."""
        rule = self.rule
        year, index = divmod(month, 12)
        if rule.by_month and index + 1 not in rule.by_month:
            return []
        first, last = _month_bounds(year, index + 1)
        if rule.by_month_day:
            days = _numbered(first, last, rule.by_month_day, rule.skip)
        elif rule.by_day:
            days = _nth(first, last, rule.by_day)
        elif rule.by_year_day or rule.by_week_no:
            days = list(range(first, last + 1))
        else:
            days = _numbered(first, last, (self.start.day,), rule.skip)
        return self._limited(days)

    def week(self, week: int) -> Days:
        """WEEKLY: its weekdays, in the order that WKST gives them."""
        first = week * 7 + self.first_day
        return self._limited([first + offset for offset in self.offsets])

    def day(self, ordinal: int) -> Days:
        """DAILY and more often: the day itself, if no part excludes it."""
        return self._limited([ordinal])

    def constant(self) -> int | None:
        """How many days each period has, where all have as many; None where that is not plain."""
        rule = self.rule
        if self.limits or rule.by_week_no or rule.skip != "OMIT":
            return None
        if rule.freq in ("YEARLY", "MONTHLY"):
            return self._constant_of_month()
        return len(self.offsets) if rule.freq == "WEEKLY" else 1

    def _constant_of_month(self) -> int | None:
        rule = self.rule
        if rule.freq == "MONTHLY" and rule.by_month:
            return None
        if rule.by_year_day:
            return _distinct(rule.by_year_day, 365) if rule.freq == "YEARLY" else None
        months = len(rule.by_month) or 1
        if rule.by_month_day:
            months = months if rule.by_month or rule.freq == "MONTHLY" else 12
            numbers, greatest = rule.by_month_day, 28
        elif rule.by_day:
            numbers = tuple(n for n, _ in rule.by_day)
            greatest = 4 if rule.by_month or rule.freq == "MONTHLY" else 52
        else:
            numbers, greatest = (self.start.day,), 28
        each = _distinct(numbers, greatest)
        return None if each is None else each * months

    def _limited(self, days: Days) -> Days:
        for test in self.limits:
            days = [day for day in days if test(day)]
        return days

    def _in_months(self, year: int, numbers: tuple[int, ...], months: tuple[int, ...]) -> Days:
        days: Days = []
        for month in months:
            days += _numbered(*_month_bounds(year, month), numbers, self.rule.skip)
        return days if self.rule.skip == "OMIT" else sorted(set(days))

    def _weekdays(self, year: int) -> Days:
        """BYDAY of YEARLY: counted in each month of BYMONTH, or in the year."""
        rule = self.rule
        if not rule.by_month:
            first = _january_first(year)
            return _nth(first, first + 364 + isleap(year), rule.by_day)
        return [
            day for month in rule.by_month for day in _nth(*_month_bounds(year, month), rule.by_day)
        ]

    def _in_weeks(self, year: int) -> Days:
        """Days of the calendar year in the weeks of BYWEEKNO, on BYDAY or the start's weekday.

        The first and last days of a calendar year may be in a week of its neighbours.
        """
        weekdays = self.weekdays or {self.start.weekday()}
        first = _january_first(year)
        last = first + 364 + isleap(year)
        days: set[int] = set()
        for of in (year - 1, year, year + 1):
            begin, weeks = _weeks(of, self.rule.week_start)
            for number in self.rule.by_week_no:
                week = begin + 7 * (number - 1 if number > 0 else weeks + number)
                if week < begin + 7 * weeks:
                    days.update(range(max(week, first), min(week + 6, last) + 1))
        return [day for day in sorted(days) if (day - 1) % 7 in weekdays]

    def _in_month(self, ordinal: int) -> bool:
        return date.fromordinal(ordinal).month in self.rule.by_month

    def _has_month_day(self, ordinal: int) -> bool:
        day = date.fromordinal(ordinal)
        from_end = day.day - month_length(day.year, day.month) - 1
        return day.day in self.rule.by_month_day or from_end in self.rule.by_month_day

    def _has_year_day(self, ordinal: int) -> bool:
        year = date.fromordinal(ordinal).year
        number = ordinal - _january_first(year) + 1
        from_end = number - 366 - isleap(year)
        return number in self.rule.by_year_day or from_end in self.rule.by_year_day

    def _in_week_no(self, ordinal: int) -> bool:
        number, weeks = _week_number(ordinal, self.rule.week_start)
        return number in self.rule.by_week_no or number - weeks - 1 in self.rule.by_week_no

    def _has_weekday(self, ordinal: int) -> bool:
        """A number before the weekday is void beside BYWEEKNO and in short periods (§3.3.10)."""
        if not self.is_counted or self.rule.by_week_no:
            return (ordinal - 1) % 7 in self.weekdays
        day = date.fromordinal(ordinal)
        if self.rule.freq == "MONTHLY" or self.rule.by_month:
            return ordinal in _nth(*_month_bounds(day.year, day.month), self.rule.by_day)
        first = _january_first(day.year)
        return ordinal in _nth(first, first + 364 + isleap(day.year), self.rule.by_day)


def _makers(rule: Rule) -> frozenset[str]:
    """The parts that make the days of a period ("expand" in the table of RFC 5545 §3.3.10)."""
    if rule.freq == "YEARLY":
        if rule.by_year_day:
            return frozenset(("by_year_day",))
        if rule.by_week_no and not rule.by_month_day:
            return frozenset(("by_week_no", "by_day"))
    if rule.freq in ("YEARLY", "MONTHLY"):
        return frozenset(("by_month", "by_month_day" if rule.by_month_day else "by_day"))
    return frozenset(("by_day",) if rule.freq == "WEEKLY" else ())


def _distinct(numbers: tuple[int, ...], greatest: int) -> int | None:
    """How many numbers there are, if each names one place in every period, and no two the same."""
    if all(0 < n <= greatest for n in numbers) or all(-greatest <= n < 0 for n in numbers):
        return len(numbers)
    return None


def month_length(year: int, month: int) -> int:
    """The number of days in a month."""
    return 29 if month == 2 and isleap(year) else _LENGTHS[month - 1]


def _month_bounds(year: int, month: int) -> tuple[int, int]:
    first = date(year, month, 1).toordinal()
    return first, first + month_length(year, month) - 1


def _numbered(first: int, last: int, numbers: tuple[int, ...], skip: str) -> Days:
    """Days of a month or year by number; one that it lacks as SKIP says (RFC 7529 §4.1)."""
    days = set()
    for number in numbers:
        day = first + number - 1 if number > 0 else last + number + 1
        if first <= day <= last:
            days.add(day)
        elif number > 0 and skip != "OMIT":
            days.add(last if skip == "BACKWARD" else last + 1)
    return sorted(days)


def _nth(first: int, last: int, by_day: tuple[tuple[int, int], ...]) -> Days:
    """Weekdays between two days: each, or the nth from the beginning or the end."""
    days: set[int] = set()
    for n, weekday in by_day:
        if n >= 0:
            day = first + (weekday + 1 - first) % 7
            if n == 0:
                days.update(range(day, last + 1, 7))
                continue
            day += 7 * (n - 1)
        else:
            day = last - (last - 1 - weekday) % 7 + 7 * (n + 1)
        if first <= day <= last:
            days.add(day)
    return sorted(days)


def _weeks(year: int, week_start: int) -> tuple[int, int]:
    """The first day of week 1, the first that has four days in the year; how many there are."""
    first, after = (_first_week(_january_first(of), week_start) for of in (year, year + 1))
    return first, (after - first) // 7


def _first_week(january_first: int, week_start: int) -> int:
    into_week = (january_first - 1 - week_start) % 7
    return january_first - into_week + (7 if into_week > 3 else 0)


def _week_number(ordinal: int, week_start: int) -> tuple[int, int]:
    """The number of a day's week, and how many weeks the year has that the week belongs to."""
    year = date.fromordinal(ordinal).year
    first, weeks = _weeks(year, week_start)
    if ordinal < first:
        first, weeks = _weeks(year - 1, week_start)
    elif ordinal >= first + 7 * weeks:
        first, weeks = _weeks(year + 1, week_start)
    return (ordinal - first) // 7 + 1, weeks


def _january_first(year: int) -> int:
    """Also of years that `date` does not reach."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + 1
