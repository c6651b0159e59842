"""The instances of a calendar object: its master and what overrides it (RFC 5545 §3.8.4.4)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.item import Item, Length, item
from cyrpy.formats.ical.moments import FIRST, Moment, Resolver, Zones, moment, to_local
from cyrpy.formats.ical.occurrences import END
from cyrpy.formats.ical.recur import RecurrenceSet
from cyrpy.formats.timespan import DAY

RECURRENCE = ("RRULE", "RDATE", "EXRULE", "EXDATE")

NEVER = 10**12  # seconds; beyond any time that a calendar has


class Window(NamedTuple):
    """A span of UTC, in seconds since 1970, its end excluded."""

    start: int = -NEVER
    end: int = NEVER


class Instance(NamedTuple):
    """One instance.

    Attributes:
        start: UTC, seconds since 1970; None for a VTODO, VJOURNAL or VFREEBUSY without dates.
        end: As the component says or its absence means; may equal the start.
        at: The start in the zone of the component.
        recurrence_id: Where the recurrence puts it; None if nothing recurs.
        item: The component that describes it, with its times.
        is_override: Whether that component has a RECURRENCE-ID of its own for this instance.
    """

    start: int | None
    end: int | None
    at: Moment | None
    recurrence_id: Moment | None
    item: Item
    is_override: bool = False

    @property
    def component(self) -> Component:
        """The component that describes it."""
        return self.item.component

    @property
    def all_day(self) -> bool:
        """Whether it is of whole days."""
        return self.at is not None and self.at.is_date


class Context(NamedTuple):
    """What the components of one object share: the meaning of TZIDs, and the floating zone."""

    resolve: Resolver
    floating: tzinfo

    def item(self, component: Component) -> Item:
        """The component with its times."""
        return item(component, self.resolve, self.floating)


class Override(NamedTuple):
    """A component that has RECURRENCE-ID; `key` is that, as a local time of the master."""

    key: int
    recurrence_id: Moment
    item: Item
    is_range: bool  # RANGE=THISANDFUTURE

    @property
    def shift(self) -> int:
        """By how many seconds of the clock it was moved."""
        return self.item.start.local - self.key if self.item.start else 0

    def instance(self) -> Instance:
        """The one instance that its RECURRENCE-ID names."""
        return _single(self.item, self.recurrence_id, is_override=True)


class Series:
    """A component without RECURRENCE-ID, the master, and those of its UID that have one.

    An override whose RECURRENCE-ID the master does not give is an instance too, and without a
    master the overrides are all that there is, as of an invitation to single instances.
    """

    def __init__(
        self, master: Component | None, overrides: list[Component], context: Context
    ) -> None:
        self.context = context
        self.master = context.item(master) if master is not None else None
        self.recurrence = self._recurrence(bool(overrides))
        self.overrides: dict[int, Override] = {}
        for component in overrides:
            override = self._override(component)
            self.overrides[override.key] = override
        ranges = [one for one in self.overrides.values() if one.is_range]
        self.ranges = sorted(ranges, key=lambda one: one.key)

    @property
    def is_recurring(self) -> bool:
        """Whether it has, or could have, several instances."""
        return self.recurrence is not None or bool(self.overrides)

    def items(self) -> list[Item]:
        """The master, if there is one, then the overrides."""
        overrides = [one.item for one in self.overrides.values()]
        return [self.master, *overrides] if self.master else overrides

    def instances(self, window: Window, budget: Budget) -> Iterator[Instance]:
        """Those near the window: all that overlap it, and perhaps others beside it.

        Raises:
            RecurrenceTooComplex: The budget is spent.
        """
        for override in self.overrides.values():
            yield override.instance()
        if self.master is None:
            return
        if self.recurrence is None:
            yield _single(self.master, None)
        else:
            yield from self._recurring(self.master, self.recurrence, window, budget)

    def _recurring(
        self, master: Item, recurrence: RecurrenceSet, window: Window, budget: Budget
    ) -> Iterator[Instance]:
        start = recurrence.start
        lower, upper = self._span(master, recurrence, window)
        for local in recurrence.between(lower, upper, budget):
            if local in self.overrides:
                continue
            of, at = self._variant(local, master, start)
            given = recurrence.added.get(local) if recurrence.added else None
            begin, end = of.utc_span(at.local, Length(0, given) if given else None)
            yield Instance(begin, end, at, Moment(local, start.is_date, start.zone), of)

    def _variant(self, local: int, master: Item, start: Moment) -> tuple[Item, Moment]:
        """What describes an instance: the last THISANDFUTURE before it, else the master."""
        after = bisect_right(self.ranges, local, key=lambda one: one.key) if self.ranges else 0
        if after:
            last = self.ranges[after - 1]
            if last.item.start:
                return last.item, last.item.start._replace(local=local + last.shift)
        return master, Moment(local, start.is_date, start.zone)

    def _span(self, master: Item, recurrence: RecurrenceSet, window: Window) -> tuple[int, int]:
        """Local times whose instances may overlap the window, wherever they were moved."""
        longest, shifts, margin = master.length.longest, [0], recurrence.margin()
        for given in recurrence.added.values():
            longest = max(longest, given or 0)
        for one in self.ranges:
            longest = max(longest, one.item.length.longest)
            shifts.append(one.shift)
            margin = 2 * DAY  # it may be in another zone
        lower, upper = FIRST, END
        if window.start > -NEVER:
            lower = to_local(window.start, recurrence.zone) - longest - max(shifts) - margin
        if window.end < NEVER:
            upper = to_local(window.end, recurrence.zone) - min(shifts) + margin
        return max(lower, FIRST), min(upper, END)

    def _recurrence(self, has_overrides: bool) -> RecurrenceSet | None:
        master = self.master
        if master is None or master.start is None:
            return None
        names = {line.name for line in master.component.properties}
        if not has_overrides and names.isdisjoint(RECURRENCE):
            return None
        return RecurrenceSet(master.component, master.start, master.zone, self.context.resolve)

    def _override(self, component: Component) -> Override:
        line = component.every("RECURRENCE-ID")[0]
        recurrence_id = moment(line, self.context.resolve)
        if self.recurrence is not None:
            key = self.recurrence.align(recurrence_id)
        else:
            key = recurrence_id.utc(self.context.floating)
        is_range = (line.param("RANGE") or "").upper() == "THISANDFUTURE"
        return Override(key, recurrence_id, self.context.item(component), is_range)


def series(calendar: Component, floating: tzinfo) -> list[Series]:
    """The series of a VCALENDAR: one for a calendar object, one for each UID of an import.

    Components of different types or UIDs are series of their own.

    Raises:
        FormatError: Times or rules of a component cannot be read.
    """
    context = Context(Zones(calendar), floating)
    masters: list[tuple[tuple[str, str | None], Component]] = []
    overrides: dict[tuple[str, str | None], list[Component]] = {}
    for component in calendar.components:
        if component.name == "VTIMEZONE":
            continue
        key = (component.name, component.value("UID"))
        if component.first("RECURRENCE-ID") is None:
            masters.append((key, component))
        else:
            overrides.setdefault(key, []).append(component)
    found = [Series(master, overrides.pop(key, []), context) for key, master in masters]
    found += [Series(None, alone, context) for alone in overrides.values()]
    return found


def _single(of: Item, recurrence_id: Moment | None, *, is_override: bool = False) -> Instance:
    if of.start is None:
        return Instance(None, None, None, recurrence_id, of, is_override)
    start, end = of.utc_span(of.start.local)
    return Instance(start, end, of.start, recurrence_id, of, is_override)
