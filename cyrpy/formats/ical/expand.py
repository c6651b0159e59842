"""Instances as components of their own, in UTC (RFC 4791 §9.6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, Moment, Zones, moments, to_utc
from cyrpy.formats.ical.series import RECURRENCE, Instance
from cyrpy.formats.timespan import Duration, format_duration

_LEFT_OUT = frozenset((*RECURRENCE, "RECURRENCE-ID"))


def expanded(calendar: Component, instances: Iterable[Instance]) -> list[Component]:
    """A component for each instance; days stay days, and floating times stay floating.

    Each has the RECURRENCE-ID that the recurrence gives it, and no property of a recurrence.
    """
    zones = Zones(calendar)
    return [_component(instance, zones) for instance in instances]


def _component(instance: Instance, zones: Zones) -> Component:
    of = instance.component
    if instance.at is None:
        return of
    times = _times(instance)
    lines = []
    for line in of.properties:
        if line.name in times:
            lines.append(times.pop(line.name))
        elif line.name not in _LEFT_OUT:
            lines.append(_in_utc(line, zones) if "TZID" in line.param_text else line)
    lines += [times[name] for name in ("RECURRENCE-ID", "DTEND") if name in times]
    return Component(of.name, lines, of.components)


def _times(instance: Instance) -> dict[str, Line]:
    """The lines that say when the instance is, by name; those of names it lacks are in excess."""
    at, of = instance.at, instance.item
    times: dict[str, Line] = {}
    if at is None or instance.start is None or instance.end is None:
        return times
    end_name = "DUE" if of.component.name == "VTODO" else "DTEND"
    length = instance.end - instance.start
    if of.has_start:
        times["DTSTART"] = _line("DTSTART", at)
    if of.component.first(end_name) is not None:
        times[end_name] = _line(end_name, _end(instance, at))
    elif of.component.first("DURATION") is not None:
        if of.length.local and not at.is_date:  # a day of the clock is no 24 hours in UTC
            times["DURATION"] = Line("DURATION", "", format_duration(Duration(0, length)))
    elif length and not at.is_date:  # of a period in RDATE
        times["DTEND"] = _line("DTEND", _end(instance, at))
    if instance.recurrence_id is not None:
        times["RECURRENCE-ID"] = _line("RECURRENCE-ID", instance.recurrence_id)
    return times


def _end(instance: Instance, at: Moment) -> Moment:
    of = instance.item
    if at.is_date or at.zone is None:
        return at._replace(local=at.local + of.length.local + of.length.exact)
    return Moment((instance.end or 0) + EPOCH, is_date=False, zone=UTC)


def _line(name: str, at: Moment) -> Line:
    if at.is_date:
        return Line(name, "VALUE=DATE", str(at))
    return Line(name, "", str(_utc(at)))


def _utc(at: Moment) -> Moment:
    if at.zone is None or at.zone is UTC:
        return at
    return Moment(to_utc(at.local, at.zone) + EPOCH, is_date=False, zone=UTC)


def _in_utc(line: Line, zones: Zones) -> Line:
    """Another property with TZID; left as it is if it is no time, or its zone is not known."""
    try:
        found = moments(line, zones)
    except FormatError:
        return line
    if not found or any(at.zone is None for at in found):
        return line
    params = {name: values for name, values in line.params.items() if name != "TZID"}
    return Line.of(line.name, ",".join(str(_utc(at)) for at in found), params)
