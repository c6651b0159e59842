"""The times of a calendar object: bounds for the index, instances for queries and free/busy."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.item import Item, Length
from cyrpy.formats.ical.overlap import overlaps
from cyrpy.formats.ical.phases import phase
from cyrpy.formats.ical.series import Instance, Series, Window, series

FLOATING_MARGIN = 14 * 3600  # seconds; no zone is further from UTC

__all__ = ["Bounds", "Instance", "Window", "bounds", "instances", "matches"]


class Bounds(NamedTuple):
    """What the index keeps of one calendar object.

    Attributes:
        component: The type of its components.
        start: Where its first instance begins at the earliest, UTC; None for "always": it has no
            dates, as a VTODO may.
        end: Where its last instance ends at the latest, UTC; None for "never".
        is_recurring: Whether it has to be expanded to know.
        is_floating: Whether days or floating times made the bounds wider by FLOATING_MARGIN.
        is_transparent: Whether it takes no time: TRANSP:TRANSPARENT in every component.
        status: STATUS of the master, or of the first override without one.
        phase: Which times of a cycle it may have instances in (`cyrpy.formats.ical.phases`).
    """

    component: str
    uid: str | None
    start: int | None
    end: int | None
    is_recurring: bool
    is_floating: bool
    is_transparent: bool
    status: str | None
    phase: int


def bounds(calendar: Component) -> Bounds:
    """Of a calendar object; whatever overlaps a time range in any zone overlaps them too.

    Raises:
        FormatError: It has no component, or its times or rules cannot be read.
    """
    found = series(calendar, UTC)
    if not found:
        raise FormatError("the iCalendar object has no component besides time zones")
    first = found[0].items()[0].component
    items = [item for one in found for item in one.items()]
    is_floating = any(item.start is not None and item.start.zone is None for item in items)
    margin = FLOATING_MARGIN if is_floating else 0
    starts, ends = zip(*(_span(one) for one in found), strict=True)
    return Bounds(
        component=first.name,
        uid=first.text("UID"),
        start=None if None in starts else min(starts) - margin,
        end=None if None in ends else max(ends) + margin,
        is_recurring=any(one.is_recurring for one in found),
        is_floating=is_floating,
        is_transparent=all(is_transparent(item.component) for item in items),
        status=_upper(first, "STATUS"),
        phase=phase(found),
    )


def instances(
    calendar: Component, window: Window, floating: tzinfo, budget: Budget | None = None
) -> list[Instance]:
    """Those that overlap the window, by start; what has no start comes first.

    Args:
        calendar: One calendar object.
        window: With a recurrence that has no end, it must have one.
        floating: The zone in which days and floating times are read.
        budget: How much work it may be.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules cannot be read.
    """
    granted = budget or Budget()
    found = [
        instance
        for one in series(calendar, floating)
        for instance in one.instances(window, granted)
        if overlaps(instance, window)
    ]
    found.sort(key=lambda instance: instance.start or 0)
    return found


def matches(
    calendar: Component, window: Window, floating: tzinfo, budget: Budget | None = None
) -> bool:
    """Whether any instance overlaps the window; it stops at the first, so it may lack an end.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules cannot be read.
    """
    granted = budget or Budget()
    return any(
        overlaps(instance, window)
        for one in series(calendar, floating)
        for instance in one.instances(window, granted)
    )


def is_transparent(component: Component) -> bool:
    """Whether TRANSP says that it takes no time."""
    return _upper(component, "TRANSP") == "TRANSPARENT"


def _upper(component: Component, name: str) -> str | None:
    value = component.value(name)
    return None if value is None else value.strip().upper()


def _span(one: Series) -> tuple[int | None, int | None]:
    """First start and last end; None where there is no bound."""
    if any(_is_unbound(item) for item in one.items()):
        return None, None
    found = [override.instance() for override in one.overrides.values()]
    if one.master is not None and one.master.start is not None:
        start, end = one.master.utc_span(one.master.start.local)
        found.append(Instance(start, end, None, None, one.master))
    earliest = min(instance.start for instance in found if instance.start is not None)
    latest = max(instance.end for instance in found if instance.end is not None)
    if one.recurrence is not None:
        earliest = min([earliest, *(start for start, _ in _added(one))])
        last = _last_end(one)
        return earliest, None if last is None else max(latest, last)
    return earliest, latest


def _is_unbound(item: Item) -> bool:
    """Whether it overlaps by other properties than its own start and end."""
    return item.start is None or (item.component.name == "VAVAILABILITY" and not item.has_end)


def _last_end(one: Series) -> int | None:
    """Where the last instance of a recurrence ends; None if there is no end, or none to compute."""
    if one.recurrence is None or one.master is None:
        return None
    try:
        last = one.recurrence.last(Budget())
    except RecurrenceTooComplex:
        return None
    if last is None:
        return None
    ends = [one.master.utc_span(last)[1], *(end for _, end in _added(one))]
    ends += [range_.item.utc_span(last + range_.shift)[1] for range_ in one.ranges]
    return max(ends)


def _added(one: Series) -> list[tuple[int, int]]:
    """Start and end of each RDATE, in UTC."""
    if one.recurrence is None or one.master is None:
        return []
    return [
        one.master.utc_span(local, Length(0, given) if given else None)
        for local, given in one.recurrence.added.items()
    ]
