"""Parts of calendar data: comp and prop, expand, limit-recurrence-set, limit-freebusy-set.

RFC 4791 §9.6. Nothing here changes the tree that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.expand import expanded
from cyrpy.formats.ical.overlap import overlaps, period
from cyrpy.formats.ical.series import Override, Series, Window, series
from cyrpy.formats.ical.spans import instances
from cyrpy.formats.ical.write import write_utf8


@dataclass(frozen=True, slots=True)
class Selection:
    """A `comp` element; one that is empty asks for everything, as in the example of §7.8.1.

    Attributes:
        props: Names in upper case, with whether the value is wanted; None for all of them.
        comps: Selections by name in upper case; None for all components, whole.
    """

    props: Mapping[str, bool] | None = None
    comps: Mapping[str, Selection] | None = None


@dataclass(frozen=True, slots=True)
class CalendarData:
    """What a `calendar-data` element asks for; the default is the whole object."""

    selection: Selection = field(default_factory=Selection)
    expand: Window | None = None
    limit_recurrence_set: Window | None = None
    limit_freebusy_set: Window | None = None


def calendar_data(
    calendar: Component, asked: CalendarData, floating: tzinfo, budget: Budget | None = None
) -> bytes:
    """The octets that answer the request, in UTF-8; see `part`.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules of the object cannot be read.
    """
    return write_utf8(part(calendar, asked, floating, budget))


def part(
    calendar: Component, asked: CalendarData, floating: tzinfo, budget: Budget | None = None
) -> Component:
    """What of the object is asked for.

    Args:
        calendar: A calendar object.
        asked: The request.
        floating: The zone in which days and floating times are compared with the windows.
        budget: How much an expansion may cost.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules of the object cannot be read.
    """
    tree = calendar
    if asked.expand is not None:
        tree = expand(tree, asked.expand, floating, budget)
    elif asked.limit_recurrence_set is not None:
        tree = limit_recurrence_set(tree, asked.limit_recurrence_set, floating)
    if asked.limit_freebusy_set is not None:
        tree = limit_freebusy_set(tree, asked.limit_freebusy_set)
    return select(tree, asked.selection)


def select(component: Component, asked: Selection) -> Component:
    """The component with the properties and components that are asked for (§9.6.1 to §9.6.4)."""
    if asked.props is None and asked.comps is None:
        return component
    chosen = component.copy()
    if asked.props is not None:
        wanted = asked.props
        chosen.keep(lambda line: line.name in wanted)
        chosen.properties = [
            line if wanted[line.name] else Line(line.name, line.param_text, "")
            for line in chosen.properties
        ]
    if asked.comps is not None:
        chosen.components = [
            select(inside, asked.comps[inside.name])
            for inside in chosen.components
            if inside.name in asked.comps
        ]
    return chosen


def expand(
    calendar: Component, window: Window, floating: tzinfo, budget: Budget | None = None
) -> Component:
    """Each instance in the window as a component of its own, in UTC (§9.6.5).

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules of the object cannot be read.
    """
    found = instances(calendar, window, floating, budget)
    return Component("VCALENDAR", calendar.properties, expanded(calendar, found))


def limit_recurrence_set(calendar: Component, window: Window, floating: tzinfo) -> Component:
    """Without the overrides that concern no instance in the window (§9.6.6).

    Raises:
        FormatError: Times or rules of the object cannot be read.
    """
    idle = {
        id(override.item.component)
        for one in series(calendar, floating)
        if one.master is not None
        for override in one.overrides.values()
        if not _concerns(one, override, window)
    }
    limited = calendar.copy()
    kept = [id(component) not in idle for component in calendar.components]
    limited.components = [c for c, keep in zip(limited.components, kept, strict=True) if keep]
    return limited


def _concerns(one: Series, override: Override, window: Window) -> bool:
    """Whether the instance is in the window as it is or was, or later ones may be."""
    instance = override.instance()
    if overlaps(instance, window):
        return True
    if one.master is None or one.recurrence is None:
        return False
    start, end = one.master.utc_span(override.key)
    if override.is_range and start < window.end:
        return True
    original = instance._replace(start=start, end=end, item=one.master)
    return overlaps(original, window)


def limit_freebusy_set(calendar: Component, window: Window) -> Component:
    """With only those FREEBUSY periods that overlap the window (§9.6.7).

    Raises:
        FormatError: A period cannot be read.
    """
    limited = calendar.copy()
    for component in limited.named("VFREEBUSY"):
        lines = [_limited(line, window) for line in component.properties]
        component.properties = [line for line in lines if line is not None]
    return limited


def _limited(line: Line, window: Window) -> Line | None:
    if line.name != "FREEBUSY":
        return line
    values = [value for value in line.value.split(",") if value.strip()]
    kept = [value for value in values if _is_inside(value, window)]
    if len(kept) == len(values):
        return line
    return Line(line.name, line.param_text, ",".join(kept)) if kept else None


def _is_inside(value: str, window: Window) -> bool:
    start, end = period(value)
    return start < window.end and end > window.start
