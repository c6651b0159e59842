"""Ids of single instances, which are stored nowhere: `E12_20260105T100000` (synthetic ids).

The event, and where its recurrence puts the instance, by the clock of the event's time zone. Those
of tasks begin with T.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from cyrpy.data.eventids import EVENT
from cyrpy.formats.timespan import DAY

MAX_DIGITS: Final = 18  # fits into a signed 64-bit number
_ID: Final = re.compile(r"([ET][0-9]{1,18})_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)", re.ASCII)


class InstanceId(NamedTuple):
    """One instance: the id of the event, and a recurrence id such as 2026-01-05T10:00:00."""

    base: str
    recurrence_id: str

    def __str__(self) -> str:
        return f"{self.base}_{self.recurrence_id.replace('-', '').replace(':', '')}"


def digits(local: int) -> str:
    """A local time as ids have it."""
    return f"{_day(local // DAY)}T{_clock(local % DAY)}"


@lru_cache(maxsize=4096)
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat().replace("-", "")


@lru_cache(maxsize=1024)
def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"


def parse(id: str) -> InstanceId | None:
    """The instance that an id means; None: it is that of an event."""
    found = _ID.fullmatch(id)
    if found is None:
        return None
    base, year, month, day, hour, minute, second = found.groups()
    return InstanceId(base, f"{year}-{month}-{day}T{hour}:{minute}:{second}")


def number_of(id: str, letter: str = EVENT) -> int | None:
    """The number of a stored event, of an id that is that of one and nothing else."""
    digits = id[1:]
    if id[:1] != letter or not digits.isdecimal() or len(digits) > MAX_DIGITS or digits[0] == "0":
        return None
    return int(digits)


def base_of(id: str) -> str:
    """The id of the event itself."""
    found = parse(id)
    return id if found is None else found.base
