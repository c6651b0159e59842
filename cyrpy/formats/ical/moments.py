"""Points in time as iCalendar gives them: DATE and DATE-TIME with their zone (RFC 5545 §3.3.5).

Local times are numbers, as in `occurrences`; points in UTC are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.component import Component
from cyrpy.formats.timespan import (
    DAY,
    format_date,
    format_date_time,
    parse_date,
    parse_date_time,
)

EPOCH = date(1970, 1, 1).toordinal() * DAY
FIRST = DAY  # 1 January of the year 1
LAST = (date.max.toordinal() + 1) * DAY - 1

_NO_OFFSET = timedelta()

Resolver = Callable[[str], tzinfo | None]


class Moment(NamedTuple):
    """A day, or a local time; `zone` is None for days and for floating times."""

    local: int
    is_date: bool
    zone: tzinfo | None

    def utc(self, floating: tzinfo) -> int:
        """Seconds since 1970; days begin, and floating times are read, in `floating`."""
        return to_utc(self.local, self.zone or floating)

    def __str__(self) -> str:
        """As a value of iCalendar; the zone is for a parameter to tell."""
        at = to_datetime(self.local)
        return format_date(at) if self.is_date else format_date_time(at, is_utc=self.zone is UTC)


class Zones:
    """The zones that the TZIDs of one iCalendar object mean."""

    def __init__(self, calendar: Component) -> None:
        self._calendar = calendar
        self._known: dict[str, tzinfo | None] = {}

    def __call__(self, tzid: str) -> tzinfo | None:
        """A name of the tz database, else what the object's own VTIMEZONE looks like, or None."""
        if tzid not in self._known:
            self._known[tzid] = zones.zone(tzid) or self._guess(tzid)
        return self._known[tzid]

    def _guess(self, tzid: str) -> tzinfo | None:
        definitions = self._calendar.named("VTIMEZONE")
        definition = next((one for one in definitions if one.value("TZID") == tzid), None)
        name = zones.guess(definition, tzid)
        return zones.zone(name) if name else None


def moment(line: Line, resolve: Resolver) -> Moment:
    """What DTSTART, DTEND, DUE, RECURRENCE-ID and the like say.

    The value decides whether it is a day, whatever VALUE says; a zone that nobody knows is
    taken as none.

    Raises:
        FormatError: It is neither DATE nor DATE-TIME.
    """
    return parse_moment(line.value, line.param("TZID"), resolve)


def moments(line: Line, resolve: Resolver) -> list[Moment]:
    """What EXDATE says, or RDATE without periods; empty members are left out.

    Raises:
        FormatError: A member is neither DATE nor DATE-TIME.
    """
    tzid = line.param("TZID")
    return [parse_moment(value, tzid, resolve) for value in line.value.split(",") if value.strip()]


def parse_moment(value: str, tzid: str | None, resolve: Resolver) -> Moment:
    """One value, and the TZID beside it.

    Raises:
        FormatError: It is neither DATE nor DATE-TIME.
    """
    value = value.strip()
    if len(value) == 8:
        return Moment(parse_date(value).toordinal() * DAY, is_date=True, zone=None)
    at, is_utc = parse_date_time(value)
    if is_utc:
        return Moment(to_local_seconds(at), is_date=False, zone=UTC)
    return Moment(to_local_seconds(at), is_date=False, zone=resolve(tzid) if tzid else None)


def to_local_seconds(at: datetime) -> int:
    """A local time as a number."""
    return at.toordinal() * DAY + at.hour * 3600 + at.minute * 60 + at.second


def to_datetime(local: int) -> datetime:
    """The number as a local time; the ends of the calendar for what lies beyond."""
    return datetime.min + timedelta(0, min(max(local, FIRST), LAST) - FIRST)


def to_utc(local: int, zone: tzinfo) -> int:
    """Seconds since 1970 of a local time.

    One that a zone skips is taken with the offset before the gap, one that it has twice is the
    first of the two (RFC 5545 §3.3.5).
    """
    if zone is UTC:
        return local - EPOCH
    offset = zone.utcoffset(to_datetime(local)) or _NO_OFFSET
    return local - EPOCH - offset.days * DAY - offset.seconds


def to_local(utc: int, zone: tzinfo) -> int:
    """The local time of seconds since 1970."""
    local = utc + EPOCH
    if zone is UTC:
        return local
    if not 2 * FIRST < local < LAST - DAY:  # so near its ends the calendar has no room for zones
        return local
    return to_local_seconds(to_datetime(local).replace(tzinfo=UTC).astimezone(zone))
