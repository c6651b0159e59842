"""When the instances of a plain series begin: one rule, and nothing that changes an instance.

That is how nearly all recurring events are. What is kept here of one is small, needs no component
and no parsing, and finds its instances in a span by a few additions for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from functools import lru_cache
from typing import NamedTuple

from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.item import Length
from cyrpy.formats.ical.moments import FIRST, to_local, to_utc
from cyrpy.formats.ical.occurrences import END, occurrences
from cyrpy.formats.ical.rule import Rule
from cyrpy.formats.ical.series import NEVER, Series, Window
from cyrpy.formats.timespan import DAY

_utc = lru_cache(maxsize=4096)(to_utc)  # the same hours of the same days, in few zones


class Starts(NamedTuple):
    """The begin of a VEVENT, its rule, what EXDATE takes away, and its length."""

    rule: Rule
    start: int  # local, as all but what says otherwise
    until: int
    excluded: frozenset[int]
    excluded_days: frozenset[int]
    zone: tzinfo
    length: Length
    margin: int

    def within(self, window: Window, budget: Budget) -> Iterator[tuple[int, int]]:
        """Of each instance that overlaps the window, the local start and that in UTC.

        Raises:
            RecurrenceTooComplex: The budget is spent.
        """
        zone, length, (begin, end) = self.zone, self.length, window
        for local in self._near(window, budget):
            at = _utc(local, zone)
            finish = length.end(local, at, zone) if length.local else at + length.exact
            if at < end and (finish > begin if finish > at else at >= begin):
                yield at, local

    def _near(self, window: Window, budget: Budget) -> Iterator[int]:
        """Local starts whose instances may overlap the window."""
        lower, upper = FIRST, min(self.until, END)
        if window.start > -NEVER:
            lower = to_local(window.start, self.zone) - self.length.longest - self.margin
        if window.end < NEVER:
            upper = min(upper, to_local(window.end, self.zone) + self.margin)
        found = occurrences(self.rule, self.start, max(lower, FIRST), upper, budget)
        if not self.excluded and not self.excluded_days:
            return found
        return (
            local
            for local in found
            if local not in self.excluded and local // DAY not in self.excluded_days
        )


def starts(one: Series) -> Starts | None:
    """The starts of a series; None if it is not a plain one."""
    master, recurrence = one.master, one.recurrence
    if master is None or recurrence is None or one.overrides or recurrence.added:
        return None
    if len(recurrence.rules) != 1 or recurrence.exclusions or master.component.name != "VEVENT":
        return None
    (rule,) = recurrence.rules
    until = recurrence.until(rule)
    if until <= recurrence.start.local:  # which is there all the same
        return None
    return Starts(
        rule,
        recurrence.start.local,
        until,
        frozenset(recurrence.excluded),
        frozenset(recurrence.excluded_days),
        master.zone,
        master.length,
        recurrence.margin(),
    )
