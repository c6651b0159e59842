"""The TZ string in a TZif footer: what holds after the last transition (RFC 9636 §3.3)."""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from cyrpy.errors import FormatError

DAY = 86400  # seconds
EPOCH = date(1970, 1, 1).toordinal()
MAX_HOURS = 167  # of a rule's time of day (RFC 9636 §3.3)
DEFAULT_TIME = 2 * 3600  # seconds; POSIX: 02:00:00 where a rule names no time
_SAMPLE_YEARS = range(2001, 2029)  # every weekday and leap year combination

_TZ = re.compile(
    r"(?P<standard><[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})(?P<offset>[-+]?[\d:]+)"
    r"(?:(?P<daylight><[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})(?P<saved>[-+]?[\d:]+)?"
    r",(?P<start>[^,]+),(?P<end>[^,]+))?"
)
_CLOCK = re.compile(r"(?P<sign>[-+]?)(?P<h>\d{1,3})(?::(?P<m>[0-5]\d))?(?::(?P<s>[0-5]\d))?")
_RULE = re.compile(
    r"(?:M(?P<month>\d{1,2})\.(?P<week>[1-5])\.(?P<weekday>[0-6])|(?P<julian>J?)(?P<day>\d{1,3}))"
    r"(?:/(?P<time>[-+]?[\d:]+))?"
)


class LocalType(NamedTuple):
    """One way to keep local time; `offset` is in seconds east of UT."""

    offset: int
    is_dst: bool
    abbreviation: str


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """When in each year the clocks change.

    Attributes:
        form: `M`: weekday (0 is Sunday) of a week of a month; `J`: day 1 to 365 of a year without
            29 February; `n`: day 0 to 365 of the year as it is.
        seconds: Local time of the change, after 00:00 of that day; from -167 to 167 hours.
    """

    form: Literal["M", "J", "n"]
    month: int
    week: int
    weekday: int
    day: int
    seconds: int

    def ordinal(self, year: int) -> int:
        """The day that the rule names in a year, as a proleptic ordinal."""
        if self.form == "M":
            return self._weekday_of(year)
        first = date(year, 1, 1).toordinal()
        if self.form == "n":
            return first + self.day
        return first + self.day - 1 + (isleap(year) and self.day > 59)

    def local(self, year: int) -> int:
        """The moment of change, in seconds of local time since 1970."""
        return (self.ordinal(year) - EPOCH) * DAY + self.seconds

    def _weekday_of(self, year: int) -> int:
        first = date(year, self.month, 1).toordinal()
        day = first + (self.weekday - first) % 7 + 7 * (self.week - 1)
        if self.week == 5 and (day >= first + _month_length(year, self.month)):
            day -= 7
        return day


@dataclass(frozen=True, slots=True)
class Daylight:
    """Daylight saving time: what holds, and when in each year it starts and ends."""

    type: LocalType
    start: YearlyRule
    end: YearlyRule


@dataclass(frozen=True, slots=True)
class PosixZone:
    """A TZ string; without `daylight` its offset is fixed."""

    text: str
    standard: LocalType
    daylight: Daylight | None = None

    def changes(self, year: int) -> list[tuple[int, LocalType, LocalType]]:
        """Instant, type before and type after each change by the rules of a year, in order."""
        if self.daylight is None:
            return []
        standard, daylight = self.standard, self.daylight.type
        return sorted(
            (
                (self.daylight.start.local(year) - standard.offset, standard, daylight),
                (self.daylight.end.local(year) - daylight.offset, daylight, standard),
            )
        )


def parse(text: str) -> PosixZone:
    """Read a TZ string.

    Raises:
        FormatError: it is not one, or names daylight saving time without saying when.
    """
    found = _TZ.fullmatch(text)
    if found is None:
        raise FormatError(f"not a TZ string: {text[:80]!r}")
    standard = LocalType(-_seconds(found["offset"], 24), False, found["standard"].strip("<>"))
    if found["daylight"] is None:
        return PosixZone(text, standard)
    offset = -_seconds(found["saved"], 24) if found["saved"] else standard.offset + 3600
    summer = LocalType(offset, True, found["daylight"].strip("<>"))
    daylight = Daylight(summer, _rule(found["start"]), _rule(found["end"]))
    # Daylight saving time all year is told by rules that meet (RFC 9636 §3.3).
    if _is_permanent(standard, daylight):
        return PosixZone(text, summer)
    return PosixZone(text, standard, daylight)


def _is_permanent(standard: LocalType, daylight: Daylight) -> bool:
    return all(
        daylight.start.local(year + 1) - standard.offset
        <= daylight.end.local(year) - daylight.type.offset
        for year in _SAMPLE_YEARS
    )


def _rule(text: str) -> YearlyRule:
    found = _RULE.fullmatch(text)
    if found is None:
        raise FormatError(f"not a rule of a TZ string: {text[:80]!r}")
    seconds = _seconds(found["time"], MAX_HOURS) if found["time"] else DEFAULT_TIME
    if found["month"] is None:
        day = int(found["day"])
        if not (1 if found["julian"] else 0) <= day <= 365:
            raise FormatError(f"no such day of a year in a TZ string: {text}")
        return YearlyRule("J" if found["julian"] else "n", 0, 0, 0, day, seconds)
    month = int(found["month"])
    if not 1 <= month <= 12:
        raise FormatError(f"no such month in a TZ string: {text}")
    return YearlyRule("M", month, int(found["week"]), int(found["weekday"]), 0, seconds)


def _seconds(text: str, max_hours: int) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None or int(found["h"]) > max_hours:
        raise FormatError(f"not a time of at most {max_hours} hours in a TZ string: {text[:80]!r}")
    total = int(found["h"]) * 3600 + int(found["m"] or 0) * 60 + int(found["s"] or 0)
    return -total if found["sign"] == "-" else total


def _month_length(year: int, month: int) -> int:
    if month == 12:
        return 31
    return date(year, month + 1, 1).toordinal() - date(year, month, 1).toordinal()
