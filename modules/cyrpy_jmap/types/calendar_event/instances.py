"""Instances of stored events: whether there is one, and all in a span of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.overlap import overlaps
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.series import Series, Window, series
from cyrpy.formats.jscalendar.times import local_seconds, local_text
from cyrpy.groupware.events.rendering import instances_of


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


def occurrences(
    octets: bytes, window: Window, floating: tzinfo, budget: Budget
) -> Iterator[Occurrence]:
    """Those of an event that overlap the window, in no order.

    Raises:
        RecurrenceTooComplex: the budget is spent.
        FormatError: the event cannot be read.
    """
    for one in series(_events(parse(octets)), floating):
        yield from _of(one, window, budget)


def _of(one: Series, window: Window, budget: Budget) -> Iterator[Occurrence]:
    keys = {id(override.item): key for key, override in one.overrides.items()}
    for instance in one.instances(window, budget):
        start = instance.start
        if start is None or not overlaps(instance, window):
            continue
        if one.master is None:
            (alone,) = instances_of([instance.component])
            yield Occurrence(start, None, alone, is_override=True)
        elif instance.is_override:
            yield Occurrence(start, local_text(keys[id(instance.item)]), is_override=True)
        else:
            at = instance.recurrence_id
            yield Occurrence(start, None if at is None else local_text(at.local))


def has_instance(calendar: Component, recurrence_id: str) -> bool:
    """Whether a recurring event has an instance there, overridden or not."""
    try:
        local = local_seconds(recurrence_id)
        for one in series(_events(calendar), UTC):
            if one.master is None or one.recurrence is None:
                continue
            if local in one.overrides:
                return True
            return local in one.recurrence.between(local, local + 1, Budget())
    except FormatError:
        return False
    return False


def _events(calendar: Component) -> Component:
    """The object with nothing but its events, in case there is something else in it."""
    wanted = {"VEVENT", "VTIMEZONE"}
    if all(part.name in wanted for part in calendar.components):
        return calendar
    parts = [part for part in calendar.components if part.name in wanted]
    return Component(calendar.name, calendar.properties, parts)
