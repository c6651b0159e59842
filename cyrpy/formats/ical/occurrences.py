"""The times that one recurrence rule gives within a span (RFC 5545 §3.3.10, RFC 7529).

A local time is a number here: seconds, of which the quotient by 86,400 is the day's ordinal. No
zone is involved, and UNTIL is the caller's to turn into a span.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.days import DaySets, month_length
from cyrpy.formats.ical.rule import Rule
from cyrpy.formats.timespan import DAY

END = (date.max.toordinal() + 1) * DAY  # of the calendar
MAX_CLOCK_TIMES = 96  # of a day, up to which days take the place of hours, minutes or seconds
_SIXTY = tuple(range(60))
UNITS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}  # seconds


def occurrences(rule: Rule, start: int, lower: int, upper: int, budget: Budget) -> Iterator[int]:
    """Local times of at least `lower` and below `upper`, in order.

    The first of all is always `start`, which COUNT counts (RFC 5545 §3.8.5.3).

    Raises:
        RecurrenceTooComplex: The budget is spent.
    """
    upper = min(upper, END)
    if lower <= start < upper:
        yield start
    if start < upper and not is_impossible(rule):
        expansion = _expansion(rule, start, budget)
        if rule.count is None:
            yield from expansion.between(max(lower, start + 1), upper)
        else:
            yield from expansion.counted(rule.count, max(lower, start + 1), upper)


def last(rule: Rule, start: int, budget: Budget) -> int | None:
    """The last time by COUNT; None if the rule has none.

    Raises:
        RecurrenceTooComplex: The budget is spent.
    """
    if rule.count is None:
        return None
    if is_impossible(rule):
        return start
    return _expansion(rule, start, budget).last(rule.count)


def is_impossible(rule: Rule) -> bool:
    """Whether no month of BYMONTH has a day of BYMONTHDAY, as in 30 February."""
    if not rule.by_month_day or not rule.by_month or rule.skip != "OMIT":
        return False
    longest = max(month_length(2024, month) for month in rule.by_month)
    return all(abs(day) > longest for day in rule.by_month_day)


def _expansion(rule: Rule, start: int, budget: Budget) -> _Expansion:
    rule = simplified(rule, start)
    return (_Short if rule.freq in UNITS else _Expansion)(rule, start, budget)


def simplified(rule: Rule, start: int) -> Rule:
    """The same rule by longer periods, which are fewer, where there is one."""
    if rule.interval != 1 or rule.by_set_pos or rule.freq in ("WEEKLY", "MONTHLY", "YEARLY"):
        return rule
    if rule.freq in UNITS:
        _, minute, second = _clock(start)
        hours = rule.by_hour or tuple(range(24))
        minutes = rule.by_minute or ((minute,) if rule.freq == "HOURLY" else _SIXTY)
        seconds = rule.by_second or (_SIXTY if rule.freq == "SECONDLY" else (second,))
        if len(hours) * len(minutes) * len(seconds) > MAX_CLOCK_TIMES:
            return rule
        rule = replace(rule, freq="DAILY", by_hour=hours, by_minute=minutes, by_second=seconds)
    return replace(rule, freq="WEEKLY") if rule.by_day else rule


class _Expansion:
    """A rule of whole days: DAILY to YEARLY. Periods are numbered as in `days`."""

    def __init__(self, rule: Rule, start: int, budget: Budget) -> None:
        self.rule = rule
        self.start = start
        self.budget = budget
        self.days = DaySets(rule, date.fromordinal(start // DAY))
        self.times = self.clock_times()
        self.first = self.period_of(start)

    def clock_times(self) -> list[int]:
        """Seconds of the day; what the rule leaves open is the start's."""
        hour, minute, second = _clock(self.start)
        rule = self.rule
        if not (rule.by_hour or rule.by_minute or rule.by_second):
            return [self.start % DAY]
        parts = (rule.by_hour or (hour,), rule.by_minute or (minute,), _seconds(rule, second))
        return [h * 3600 + m * 60 + s for h, m, s in product(*parts)]

    def period_of(self, local: int) -> int:
        """The period that a time is in."""
        ordinal = local // DAY
        freq = self.rule.freq
        if freq == "DAILY":
            return ordinal
        if freq == "WEEKLY":
            return (ordinal - 1 - self.rule.week_start) // 7
        day = date.fromordinal(ordinal)
        return day.year if freq == "YEARLY" else day.year * 12 + day.month - 1

    def values(self, period: int) -> list[int]:
        """The times of one period, in order."""
        days = self.days.of(period)
        times = self.times
        size = len(days) * len(times)
        if self.rule.by_set_pos:
            self.budget.spend(1 + len(self.rule.by_set_pos))
            found = [divmod(at, len(times)) for at in self.picked(size)]
            return [days[day] * DAY + times[time] for day, time in found]
        self.budget.spend(1 + size)
        return [day * DAY + time for day in days for time in times]

    def picked(self, size: int) -> list[int]:
        """The places that BYSETPOS picks from a set of that size."""
        places = {at - 1 if at > 0 else size + at for at in self.rule.by_set_pos}
        return sorted(place for place in places if 0 <= place < size)

    def constant(self) -> int | None:
        """How many times each period gives, where they are as many in all of them."""
        days = self.days.constant()
        if days is None:
            return None
        size = days * len(self.times)
        return len(self.picked(size)) if self.rule.by_set_pos else size

    def periods(self, lower: int, upper: int) -> Iterator[int]:
        """Those that may hold times in the span."""
        interval = self.rule.interval
        ahead = max(0, (self.period_of(lower) - self.first) // interval)
        if ahead and self.rule.skip == "FORWARD":  # 31 February has become 1 March
            ahead -= 1
        return iter(range(self.first + ahead * interval, self.period_of(upper - 1) + 1, interval))

    @property
    def is_every_day(self) -> bool:
        """Whether each period is a day that has one time."""
        rule = self.rule
        is_plain = not self.days.limits and not rule.by_set_pos and len(self.times) == 1
        return rule.freq == "DAILY" and is_plain

    def steps(self, lower: int, upper: int) -> range:
        """The times in the span, where `is_every_day`."""
        step, at = self.rule.interval * DAY, self.first * DAY + self.times[0]
        found = range(at + max(0, -((at - lower) // step)) * step, upper, step)
        self.budget.spend(2 * len(found))
        return found

    def between(self, lower: int, upper: int) -> Iterator[int]:
        """Without COUNT."""
        if lower >= upper:
            return
        if self.is_every_day:
            yield from self.steps(lower, upper)
            return
        for period in self.periods(lower, upper):
            for value in self.values(period):
                if value >= upper:
                    return
                if value >= lower:
                    yield value
                    lower = value + 1  # SKIP may give it to the next period too

    def counted(self, count: int, lower: int, upper: int) -> Iterator[int]:
        """With COUNT: counts from the start, in one step where periods are alike."""
        seen, begin = self.skipped(lower)
        if seen >= count:
            return
        before = self.start
        for period in self.periods(max(begin, self.start), upper):
            for value in self.values(period):
                if value <= before:
                    continue
                if value >= upper:
                    return
                seen += 1
                before = value
                if value >= lower:
                    yield value
                if seen == count:
                    return

    def skipped(self, lower: int) -> tuple[int, int]:
        """How many times there are before a period that can be begun with, and where it is."""
        constant = self.constant()
        if constant is None or lower >= END:
            return 1, self.start
        ahead = (self.period_of(lower) - self.first) // self.rule.interval
        if ahead < 1:
            return 1, self.start
        return 1 + self.in_first() + (ahead - 1) * constant, lower

    def in_first(self) -> int:
        """How many times the first period gives after the start."""
        return sum(value > self.start for value in self.values(self.first))

    def last(self, count: int) -> int:
        """The last of `count` times, or the last that the calendar reaches."""
        constant = self.constant()
        rest = count - 2 - self.in_first()
        if constant and rest >= 0:
            period = self.first + (1 + rest // constant) * self.rule.interval
            if period <= self.period_of(END - 1):
                return self.values(period)[rest % constant]
            return END - 1
        final = self.start
        for value in self.counted(count, self.start, END):
            final = value
        return final


class _Short(_Expansion):
    """A rule of parts of a day; its periods are hours, minutes or seconds since the day 0."""

    def clock_times(self) -> list[int]:
        """Seconds from the beginning of a period."""
        _, minute, second = _clock(self.start)
        rule = self.rule
        minutes = (rule.by_minute or (minute,)) if rule.freq == "HOURLY" else (0,)
        seconds = (0,) if rule.freq == "SECONDLY" else _seconds(rule, second)
        times = [m * 60 + s for m, s in product(minutes, seconds)]
        return [times[at] for at in self.picked(len(times))] if rule.by_set_pos else times

    def period_of(self, local: int) -> int:
        """The period that a time is in."""
        return local // UNITS[self.rule.freq]

    def values(self, period: int) -> list[int]:
        """The times of one period that `periods` gave."""
        self.budget.spend(len(self.times))
        begin = period * UNITS[self.rule.freq]
        return [begin + time for time in self.times]

    def constant(self) -> int | None:
        """How many times each period gives, where no part excludes any."""
        return None if self.days.limits or self.tests() else len(self.times)

    def tests(self) -> list[tuple[int, int, tuple[int, ...]]]:
        """Parts that exclude periods: the unit in seconds, how many there are, the wanted ones."""
        rule = self.rule
        unit = UNITS[rule.freq]
        parts = ((3600, 24, rule.by_hour), (60, 60, rule.by_minute), (1, 60, rule.by_second))
        return [(size, many, of) for size, many, of in parts if of and size >= unit]

    def periods(self, lower: int, upper: int) -> Iterator[int]:
        """Those in the span that no part excludes; excluded days and hours cost one step."""
        unit, interval = UNITS[self.rule.freq], self.rule.interval
        tests = self.tests()
        ahead = max(0, (self.period_of(lower) - self.first) // interval)
        period = self.first + ahead * interval
        end = self.period_of(upper - 1)
        while period <= end:
            self.budget.spend(1)
            next_allowed = self.next_allowed(period * unit, tests)
            if next_allowed is None:
                yield period
                period += interval
            else:
                period += -((period - next_allowed // unit) // interval) * interval

    def next_allowed(self, local: int, tests: list[tuple[int, int, tuple[int, ...]]]) -> int | None:
        """Where to go on if the time is excluded; None if it is not."""
        ordinal = local // DAY
        if self.days.limits and not self.days.day(ordinal):
            return (ordinal + 1) * DAY
        for size, many, wanted in tests:
            if local // size % many not in wanted:
                return (local // size + 1) * size
        return None


def _clock(local: int) -> tuple[int, int, int]:
    return local // 3600 % 24, local // 60 % 60, local % 60


def _seconds(rule: Rule, second: int) -> tuple[int, ...]:
    """BYSECOND without the leap second, which no clock here has."""
    return tuple(s for s in rule.by_second if s < 60) or (second,)
