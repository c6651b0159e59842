"""One component with its times: where it begins, and how long it is (RFC 5545 §3.6.1)."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Moment, Resolver, moment, to_utc
from cyrpy.formats.timespan import DAY, parse_duration

# What ends a component, by name; DUE and DTEND are the same thing to a VTODO and a VEVENT.
ENDS = {"VTODO": "DUE", "VJOURNAL": None}


class Length(NamedTuple):
    """Seconds of the local clock, then exact ones: P1D is 23 hours on one day of the year."""

    local: int
    exact: int

    def end(self, local: int, utc: int, zone: tzinfo) -> int:
        """The end in UTC of what begins at a local time, which is `utc`."""
        return (to_utc(local + self.local, zone) if self.local else utc) + self.exact

    @property
    def longest(self) -> int:
        """Seconds in UTC that it never exceeds."""
        return self.local + self.exact + (DAY if self.local else 0)


class Item(NamedTuple):
    """A component with its times.

    Attributes:
        start: DTSTART, else DUE of a VTODO; None if it has neither.
        zone: That of the start, or where floating times are read.
        has_start: Whether it has DTSTART.
        has_end: Whether it has DTEND, DUE or DURATION.
    """

    component: Component
    start: Moment | None
    zone: tzinfo
    length: Length
    has_start: bool
    has_end: bool

    def utc_span(self, local: int, length: Length | None = None) -> tuple[int, int]:
        """Begin and end in UTC of the instance that begins at a local time."""
        start = to_utc(local, self.zone)
        return start, (length or self.length).end(local, start, self.zone)


def item(component: Component, resolve: Resolver, floating: tzinfo) -> Item:
    """Read the times of a component.

    Raises:
        FormatError: One of them cannot be read.
    """
    start_line = component.first("DTSTART")
    end_name = ENDS.get(component.name, "DTEND")
    end_line = component.first(end_name) if end_name else None
    duration_line = component.first("DURATION") if end_line is None else None
    anchor_line = start_line or (end_line if component.name == "VTODO" else None)
    if anchor_line is None:
        return Item(component, None, floating, Length(0, 0), has_start=False, has_end=False)
    start = moment(anchor_line, resolve)
    zone = start.zone or floating
    if duration_line is not None:
        length = _nominal(duration_line.value)
    elif end_line is not None and start_line is not None:
        length = _between(start, moment(end_line, resolve), floating)
    else:
        is_day = start.is_date and component.name != "VTODO"
        length = Length(DAY if is_day else 0, 0)
    has_end = end_line is not None or duration_line is not None
    return Item(component, start, zone, length, start_line is not None, has_end)


def _nominal(value: str) -> Length:
    duration = parse_duration(value)
    if duration.is_negative:
        return Length(0, 0)
    return Length(duration.days * DAY, duration.seconds)


def _between(start: Moment, end: Moment, floating: tzinfo) -> Length:
    """The same exact length for each instance, or of days the same number (RFC 5545 §3.8.5.3)."""
    if start.is_date:
        days = end.local // DAY - start.local // DAY
        return Length(max(0, days) * DAY, 0)
    return Length(0, max(0, end.utc(floating) - start.utc(floating)))
