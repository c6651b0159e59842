"""Parts of dates that scripts compare (RFC 5260 §4.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime
from typing import Final

_ZONE: Final = re.compile(r"([+-])([0-9]{2})([0-5][0-9])", re.ASCII)
_DAY_ONE: Final = 678_576  # of the calendar, as a modified Julian day


def zone_of(text: str) -> tzinfo | None:
    """The offset that is written so: +0100; None if it is none."""
    match = _ZONE.fullmatch(text)
    if match is None or int(match[2]) > 23:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)


def is_zone(text: str) -> bool:
    """Whether it is an offset."""
    return zone_of(text) is not None


def _offset(moment: datetime) -> str:
    return moment.strftime("%z")[:5] or "+0000"


def _iso(moment: datetime) -> str:
    offset = _offset(moment)
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f"{offset[:3]}:{offset[3:]}"


PARTS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "year": lambda m: f"{m.year:04}",
    "month": lambda m: f"{m.month:02}",
    "day": lambda m: f"{m.day:02}",
    "date": lambda m: f"{m.year:04}-{m.month:02}-{m.day:02}",
    "julian": lambda m: str(m.toordinal() - _DAY_ONE),
    "hour": lambda m: f"{m.hour:02}",
    "minute": lambda m: f"{m.minute:02}",
    "second": lambda m: f"{m.second:02}",
    "time": lambda m: f"{m.hour:02}:{m.minute:02}:{m.second:02}",
    "iso8601": _iso,
    "std11": format_datetime,
    "zone": _offset,
    "weekday": lambda m: str(m.isoweekday() % 7),
}


def part_of(moment: datetime, part: str) -> str:
    """One part of a moment, as its zone has it."""
    return PARTS[part.lower()](moment)


def moved(moment: datetime, zone: tzinfo | None) -> datetime:
    """The moment in another zone, None standing for the server's own."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):  # of the first and the last days there are
        return moment.astimezone(UTC) if moment.tzinfo is None else moment
