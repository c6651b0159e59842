"""The recurrence set of one component: DTSTART, RRULE and RDATE less EXDATE (RFC 5545 §3.8.5)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, tzinfo

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import (
    FIRST,
    Moment,
    Resolver,
    moments,
    parse_moment,
    to_local,
    to_local_seconds,
    to_utc,
)
from cyrpy.formats.ical.occurrences import END, UNITS, last, occurrences
from cyrpy.formats.ical.rule import Rule, parse_rule
from cyrpy.formats.timespan import DAY, parse_duration

# How far a local time may be from its order in UTC: a zone moves its clock by some hours, or
# (Samoa, 2011) by a day. Rules of hours and less are not stretched by a day: it would cost them.
_MARGIN = 2 * 3600


class RecurrenceSet:
    """Local times, in the zone of the start, at which instances begin.

    Attributes:
        added: Times of RDATE, each with the seconds that it lasts where it is a period.
        excluded: Times of EXDATE.
        excluded_days: Days of EXDATE, as ordinals: what begins on one of them is excluded.

    Args:
        component: The master.
        start: Its DTSTART, or DUE of a VTODO that has none.
        zone: That of the start; where floating times and days are read, if it has none.
        resolve: What TZIDs mean.

    Raises:
        FormatError: A rule or a date cannot be read.
    """

    def __init__(
        self, component: Component, start: Moment, zone: tzinfo, resolve: Resolver
    ) -> None:
        self.start = start
        self.zone = zone
        self.resolve = resolve
        self.rules = [parse_rule(line.value) for line in component.every("RRULE")]
        self.exclusions = [parse_rule(line.value) for line in component.every("EXRULE")]
        self.added: dict[int, int | None] = {}
        for line in component.every("RDATE"):
            self.added.update(self._periods(line) if "/" in line.value else self._times(line))
        self.excluded: set[int] = set()
        self.excluded_days: set[int] = set()
        for line in component.every("EXDATE"):
            self._exclude(line)

    def align(self, at: Moment) -> int:
        """The local time of the set that a time means, in whatever zone and form it is given."""
        start = self.start
        if start.is_date:
            return at.local - at.local % DAY
        if at.is_date:
            return at.local + start.local % DAY
        if at.zone is None or at.zone is start.zone:
            return at.local
        return to_local(to_utc(at.local, at.zone), self.zone)

    def between(self, lower: int, upper: int, budget: Budget) -> Iterator[int]:
        """Times of at least `lower` and below `upper`, in order, each once.

        Raises:
            RecurrenceTooComplex: The budget is spent.
        """
        sources = [self._of(rule, lower, upper, budget) for rule in self.rules]
        fixed = [at for at in (self.start.local, *self.added) if lower <= at < upper]
        if fixed:
            sources.append(iter(sorted(fixed)))
        times, days = self.excluded, self.excluded_days
        for rule in self.exclusions:
            excluded = self._of(rule, lower, upper, budget)
            times = times.union(at for at in excluded if at != self.start.local)
        previous = None
        for at in heapq.merge(*sources) if len(sources) > 1 else sources[0] if sources else ():
            if at != previous and at not in times and at // DAY not in days:
                yield at
            previous = at

    def margin(self) -> int:
        """By how much a span in UTC must be widened so that nothing inside it is missed."""
        return _MARGIN if any(rule.freq in UNITS for rule in self.rules) else DAY

    def last(self, budget: Budget) -> int | None:
        """A time after which there is none; None if there is no end."""
        ends = [self.start.local, *self.added]
        for rule in self.rules:
            end = min(self.until(rule), END)
            if rule.count is None and end == END:
                return None
            by_count = last(rule, self.start.local, budget)
            ends.append(end - 1 if by_count is None else min(by_count, end - 1))
        return max(ends)

    def _of(self, rule: Rule, lower: int, upper: int, budget: Budget) -> Iterator[int]:
        upper = min(upper, self.until(rule))
        return occurrences(rule, self.start.local, max(lower, FIRST), upper, budget)

    def until(self, rule: Rule) -> int:
        """The first local time after UNTIL, in whatever form that is given."""
        until = rule.until
        if until is None:
            return END
        at = to_local_seconds(until.at)
        if until.is_date or self.start.is_date:
            return at - at % DAY + DAY
        if until.is_utc and self.start.zone is not UTC:
            at = to_local(to_utc(at, UTC), self.zone)
        return at + 1

    def _exclude(self, line: Line) -> None:
        for at in moments(line, self.resolve):
            if at.is_date:
                self.excluded_days.add(at.local // DAY)
            else:
                self.excluded.add(self.align(at))

    def _times(self, line: Line) -> dict[int, int | None]:
        return {self.align(at): None for at in moments(line, self.resolve)}

    def _periods(self, line: Line) -> dict[int, int | None]:
        added: dict[int, int | None] = {}
        tzid = line.param("TZID")
        for value in line.value.split(","):
            begin, _, end = value.partition("/")
            start = parse_moment(begin, tzid, self.resolve)
            if end[:1] in "Pp+-":
                duration = parse_duration(end) if end else None
                length = duration.days * DAY + duration.seconds if duration else None
            else:
                finish = parse_moment(end, tzid, self.resolve)
                length = finish.utc(self.zone) - start.utc(self.zone)
            added[self.align(start)] = length
        return added
