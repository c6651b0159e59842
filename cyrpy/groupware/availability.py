"""When a principal is busy, and with what, to those who may know that (JMAP Calendars)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from functools import partial
from typing import Final, NamedTuple

from cyrpy.data import access
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.events import PUBLIC, EventRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, Unavailable
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.busy import Busy, busy, merged, unavailable
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.overlap import overlaps
from cyrpy.formats.ical.series import Series, Window, series
from cyrpy.formats.jscalendar.times import local_text
from cyrpy.groupware.access import has
from cyrpy.groupware.calendars import KIND
from cyrpy.groupware.events.rendering import instances_of
from cyrpy.groupware.freebusy import (
    STEPS,
    Asked,
    availability,
    counted,
    kind_of,
    objects_near,
    zone_by_name,
    zone_of,
)
from cyrpy.groupware.scheduling.people import addresses_of

READ: Final = "lr"


class Shown(NamedTuple):
    """One instance of an event that takes time, with what it is.

    Attributes:
        recurrence_id: As JSCalendar has it; None if it does not recur.
        alone: What stands for it, of an event that is given by single instances alone.
    """

    busy: Busy
    row: EventRow
    recurrence_id: str | None
    alone: str | None


class Taken(NamedTuple):
    """What one question found: time of which nothing is told, merged, and instances of events."""

    periods: list[Busy]
    shown: list[Shown]


def taken(unit: Unit, asked: Asked, *, details: bool) -> Taken:
    """The time that is taken; with `details`, events that the viewer may read are shown.

    Raises:
        Unavailable: it takes too much to find out; a shorter window may do.
    """
    floating = zone_of(unit, asked.account_id)
    mine = addresses_of(unit, asked.account_id)
    budget = Budget(STEPS)
    periods: list[Busy] = []
    shown: list[Shown] = []
    layers = list(availability(unit, asked.account_id))
    readable = _readable(unit, asked) if details else {}
    try:
        for row in counted(unit, asked):
            kind = partial(kind_of, mine, attending=row.include_in_availability == "attending")
            zone = zone_by_name(row.time_zone) or floating
            for stored, calendar in objects_near(unit, asked, row):
                if calendar.named("VAVAILABILITY"):
                    layers.append(calendar)
                elif _is_shown(stored, row, readable):
                    shown += _instances(stored, calendar, asked.window, (zone, budget, kind))
                else:
                    periods += _quiet(calendar, asked.window, (zone, budget, kind))
        periods += unavailable(layers, asked.window, floating, budget)
    except RecurrenceTooComplex as exc:
        raise Unavailable(
            "finding out who is busy takes too long; ask for a shorter time range"
        ) from exc
    return Taken(merged(periods), sorted(shown, key=lambda one: (one.busy, one.row.id)))


def _readable(unit: Unit, asked: Asked) -> dict[int, str] | None:
    """Letters by calendar; None: all of them are the viewer's own."""
    viewer = asked.viewer
    if viewer is None or viewer.principal_id == asked.account_id:
        return None
    return access.granted_to(unit, asked.account_id, KIND, viewer.principals)


def _is_shown(stored: EventRow, row: CalendarRow, readable: dict[int, str] | None) -> bool:
    if stored.component != "VEVENT" or stored.privacy > PUBLIC:
        return False
    return readable is None or has(readable.get(row.id, ""), READ)


Way = tuple[tzinfo, Budget, "partial[str | None]"]


def _quiet(calendar: Component, window: Window, way: Way) -> list[Busy]:
    zone, budget, kind = way
    try:
        return busy(calendar, window, zone, budget, kind)
    except RecurrenceTooComplex:
        raise
    except FormatError:
        return []  # what cannot be read takes no time


def _instances(stored: EventRow, calendar: Component, window: Window, way: Way) -> Iterator[Shown]:
    zone, budget, kind = way
    try:
        found = series(calendar, zone)
        for one in found:
            yield from _of_series(one, stored, window, (budget, kind))
    except RecurrenceTooComplex:
        raise
    except FormatError:
        return


def _of_series(
    one: Series, stored: EventRow, window: Window, way: tuple[Budget, partial[str | None]]
) -> Iterator[Shown]:
    budget, kind = way
    keys = {id(override.item): key for key, override in one.overrides.items()}
    for instance in one.instances(window, budget):
        if instance.start is None or instance.end is None or not overlaps(instance, window):
            continue
        made = kind(instance.component)
        start, end = max(instance.start, window.start), min(instance.end, window.end)
        if made is None or start >= end:
            continue
        at = instance.recurrence_id
        alone = instances_of([instance.component])[0] if one.master is None else None
        local = keys[id(instance.item)] if instance.is_override else at and at.local
        recurs = one.master is not None and local is not None
        recurrence_id = local_text(local) if recurs and local is not None else None
        yield Shown(Busy(start, end, made), stored, recurrence_id, alone)
