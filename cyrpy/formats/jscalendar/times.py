"""Times, zones and lengths of the two formats (RFC 5545 §3.3.4 to §3.3.6, RFC 8984 §1.4.4 ff.)."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.moments import FIRST, LAST, Moment, to_datetime, to_local, to_utc
from cyrpy.formats.timespan import (
    DAY,
    Duration,
    format_date,
    format_date_time,
    format_json_duration,
    parse_date_time,
    parse_duration,
    parse_json_duration,
    parse_local,
    parse_utc_date,
)

UTC_NAME = "Etc/UTC"


class Anchor(NamedTuple):
    """Where a component begins, and so in which zone and form its other times are."""

    at: Moment
    name: str | None  # of the zone, by IANA

    def align(self, at: Moment) -> int:
        """The local time, in the zone of the start, that a time of whatever form means."""
        start = self.at
        if start.is_date:
            return at.local - at.local % DAY
        if at.is_date:
            return at.local + start.local % DAY
        if at.zone is None or start.zone is None or at.zone is start.zone:
            return at.local
        return to_local(to_utc(at.local, at.zone), start.zone)


def zone_name(at: Moment) -> str | None:
    """The IANA name of the zone of a time; None for days and floating times."""
    if at.zone is None:
        return None
    return UTC_NAME if at.zone is UTC else getattr(at.zone, "key", None)


def local_text(local: int) -> str:
    """A local time as LocalDateTime."""
    if FIRST <= local <= LAST:
        return f"{_day(local // DAY)}T{_clock(local % DAY)}"
    return to_datetime(local).isoformat()


@lru_cache(maxsize=4096)
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


@lru_cache(maxsize=1024)
def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@lru_cache(maxsize=1024)
def utc_text(value: str) -> str:
    """A DATE-TIME in UTC as UTCDateTime; one without Z, which some clients write, is taken so.

    Raises:
        FormatError: It is no DATE-TIME.
    """
    return parse_date_time(value.strip())[0].isoformat() + "Z"


@lru_cache(maxsize=1024)
def duration_text(value: str) -> str:
    """A DURATION as Duration or SignedDuration.

    Raises:
        FormatError: It is none.
    """
    return format_json_duration(parse_duration(value))


def length_text(start: Moment, end: Moment, floating: tzinfo, *, recurs: bool) -> str:
    """The duration from a start to an end; days only where a day of this zone has 24 hours.

    What ends at DTEND takes the same exact time in each of its instances (RFC 5545 §3.8.5.3),
    but a day of a Duration is one of the calendar.
    """
    if start.is_date:
        return format_json_duration(Duration(max(0, end.local - start.local) // DAY, 0))
    seconds = max(0, end.utc(floating) - start.utc(floating))
    zone = start.zone or UTC
    if seconds >= DAY and zone is not UTC and getattr(zone, "key", None) != UTC_NAME:
        here = start.local + seconds
        steady = to_utc(here, zone) == to_utc(start.local, zone) + seconds
        if recurs or not steady:
            return format_json_duration(Duration(0, seconds))
    days, rest = divmod(seconds, DAY)
    return format_json_duration(Duration(days, rest))


def utc_value(text: object) -> str:
    """A UTCDateTime as DATE-TIME.

    Raises:
        FormatError: It is none.
    """
    return format_date_time(parse_utc_date(_text(text)), is_utc=True)


def local_of(text: object) -> datetime:
    """A LocalDateTime.

    Raises:
        FormatError: It is none.
    """
    return parse_local(_text(text)).replace(microsecond=0)


def duration_of(text: object, *, signed: bool = False) -> Duration:
    """A Duration or SignedDuration, in whole seconds.

    Raises:
        FormatError: It is none.
    """
    return parse_json_duration(_text(text), signed=signed)._replace(microseconds=0)


def local_seconds(text: object) -> int:
    """A LocalDateTime as a number.

    Raises:
        FormatError: It is none.
    """
    at = local_of(text)
    return at.toordinal() * DAY + at.hour * 3600 + at.minute * 60 + at.second


def add(local: int, length: Duration, zone: tzinfo | None) -> int:
    """A local time and a duration: days of the calendar, then exact time (RFC 8984 §1.4.6)."""
    shifted = local + length.days * DAY
    if not length.seconds:
        return shifted
    if zone is None or zone is UTC:
        return shifted + length.seconds
    return to_local(to_utc(shifted, zone) + length.seconds, zone)


def zone_of(name: object) -> tzinfo | None:
    """The zone of an IANA name; None for no name.

    Raises:
        FormatError: There is no such zone.
    """
    if name is None:
        return None
    found = zones.zone(name) if isinstance(name, str) else None
    if found is None:
        raise FormatError(f"{str(name)[:80]!r} is no time zone of the IANA database")
    return UTC if name == UTC_NAME else found


def value(local: int, *, is_date: bool = False, is_utc: bool = False) -> str:
    """A local time as DATE or DATE-TIME."""
    at = to_datetime(local)
    return format_date(at) if is_date else format_date_time(at, is_utc=is_utc)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise FormatError(f"{str(given)[:40]!r} is no text")
    return given
