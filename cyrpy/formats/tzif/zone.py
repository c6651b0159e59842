"""What a TZif file says, as values: transitions, and the changes of a span of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from cyrpy.formats.tzif.posix import LocalType, PosixZone

UNSPECIFIED = LocalType(0, False, "-00")  # local time is not known (RFC 9636)
BIG_BANG = -(1 << 59)  # seconds since 1970, before any transition
SECONDS_PER_YEAR = 31556952  # mean Gregorian
FIRST_YEAR, LAST_YEAR = 2, 9998  # leaves room for offsets inside the years 1 to 9999


class Onset(NamedTuple):
    """A change of local time; `at` is in seconds since 1970, UT."""

    at: int
    before: LocalType
    after: LocalType


class LeapSecond(NamedTuple):
    """`at`: the first second after it, since 1970 without leap seconds; `total`: since 1972."""

    at: int
    total: int


@dataclass(frozen=True, slots=True)
class ZoneData:
    """A time zone.

    Attributes:
        initial: What holds before the first transition.
        transitions: Instant (seconds since 1970, UT) and what holds from then on; ascending.
        footer: What holds after the last transition; None: nobody knows.
        leaps: The leap seconds that the file counts in its instants; these here do not.
    """

    initial: LocalType
    transitions: tuple[tuple[int, LocalType], ...]
    footer: PosixZone | None = None
    leaps: tuple[LeapSecond, ...] = ()

    def type_at(self, at: int) -> LocalType:
        """What holds at an instant."""
        index = bisect_right(self.transitions, at, key=lambda transition: transition[0])
        held = self.transitions[index - 1][1] if index else self.initial
        if index < len(self.transitions) or self.footer is None:
            return held
        year = _year(at)
        for change, before, after in (
            change for near in (year - 1, year, year + 1) for change in self.footer.changes(near)
        ):
            if change > at:
                return before
            held = after
        return held

    def onsets(self, start: int | None, end: int) -> Iterator[Onset]:
        """The changes after `start` and before `end`, in order; None: from the beginning."""
        yield from self.explicit_onsets(start, end)
        yield from self.rule_onsets(self.rules_start(start), end)

    def rules_start(self, start: int | None) -> int:
        """From when on, but not before `start`, the rules of the footer hold."""
        last = self.transitions[-1][0] if self.transitions else BIG_BANG
        return last if start is None else max(start, last)

    def explicit_onsets(self, start: int | None, end: int | None) -> Iterator[Onset]:
        """Those of `onsets` that are transitions of the file; None: without a bound."""
        before = self.initial
        for at, after in self.transitions:
            if end is not None and at >= end:
                return
            if before != after and (start is None or at > start):
                yield Onset(at, before, after)
            before = after

    def rule_onsets(self, start: int, end: int) -> Iterator[Onset]:
        """The changes by the rules of the footer after `start` and before `end`."""
        if self.footer is None or self.footer.daylight is None:
            return
        for year in range(max(_year(start) - 1, FIRST_YEAR), min(_year(end) + 1, LAST_YEAR) + 1):
            for at, before, after in self.footer.changes(year):
                if start < at < end:
                    yield Onset(at, before, after)

    def truncated(self, start: int | None, end: int | None) -> ZoneData:
        """The same zone, but saying nothing of the time before `start` and from `end` on."""
        zone = self
        if start is not None:
            kept = tuple(t for t in self.transitions if t[0] > start)
            first = (start, self.type_at(start))
            zone = replace(zone, initial=UNSPECIFIED, transitions=(first, *kept))
        if end is not None:
            head = () if start is None else zone.transitions[:1]
            inside = tuple((onset.at, onset.after) for onset in self.onsets(start, end))
            zone = replace(zone, transitions=(*head, *inside, (end, UNSPECIFIED)), footer=None)
        return zone


def _year(at: int) -> int:
    """The year of an instant, give or take one."""
    return min(max(1970 + at // SECONDS_PER_YEAR, FIRST_YEAR), LAST_YEAR)
