"""Instances of stored events: whether there is one, and all in a span of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.overlap import overlaps
from cyrpy.formats.ical.series import NEVER, Series, Window, series
from cyrpy.formats.jscalendar.times import local_seconds, local_text
from cyrpy.groupware.events.rendering import instances_of
from cyrpy_jmap.types.calendar_event.kind import EVENTS, Kind


class Occurrence(NamedTuple):
    """One instance of an event.

    Attributes:
        start: UTC, seconds since 1970.
        recurrence_id: As JSCalendar has it; None if nothing recurs.
        alone: What stands for it in ids, of an event that is given by single instances alone.
        is_override: Whether something about it differs from the others.
    """

    start: int
    recurrence_id: str | None = None
    alone: str | None = None
    is_override: bool = False


def events_of(calendar: Component, floating: tzinfo, kind: Kind = EVENTS) -> list[Series]:
    """The events or tasks of an object, floating times being read in a zone.

    Raises:
        FormatError: one of them cannot be read.
    """
    return series(_only(calendar, kind), floating)


def occurrences(one: Series, window: Window, budget: Budget) -> Iterator[Occurrence]:
    """Those of an event or task that overlap the window, in no order.

    Raises:
        RecurrenceTooComplex: the budget is spent.
        FormatError: the event cannot be read.
    """
    keys = {id(override.item): key for key, override in one.overrides.items()}
    for instance in one.instances(window, budget):
        if not overlaps(instance, window):
            continue
        start = -NEVER if instance.start is None else instance.start  # of a task without dates
        if one.master is None:
            (alone,) = instances_of([instance.component])
            yield Occurrence(start, None, alone, is_override=True)
        elif instance.is_override:
            yield Occurrence(start, local_text(keys[id(instance.item)]), is_override=True)
        else:
            at = instance.recurrence_id
            yield Occurrence(start, None if at is None else local_text(at.local))


def has_instance(calendar: Component, recurrence_id: str, kind: Kind = EVENTS) -> bool:
    """Whether a recurring event or task has an instance there, overridden or not."""
    try:
        local = local_seconds(recurrence_id)
        for one in series(_only(calendar, kind), UTC):
            if one.master is None or one.recurrence is None:
                continue
            if local in one.overrides:
                return True
            return local in one.recurrence.between(local, local + 1, Budget())
    except FormatError:
        return False
    return False


def _only(calendar: Component, kind: Kind) -> Component:
    """The object with nothing but its events, in case there is something else in it."""
    wanted = {kind.component, "VTIMEZONE"}
    if all(part.name in wanted for part in calendar.components):
        return calendar
    parts = [part for part in calendar.components if part.name in wanted]
    return Component(calendar.name, calendar.properties, parts)
