"""Durations, local times and UTC dates, in the spellings of iCalendar and of JSON.

iCalendar: RFC 5545 §3.3.4 to §3.3.6. JSON: RFC 8620 §1.4, RFC 8984 §1.4.4 to §1.4.6.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from cyrpy.errors import FormatError

DAY = 86_400  # seconds
MAX_DAYS = 3_660_000  # no duration reaches further than the calendar itself, which ends in 9999

LONGEST = 16  # characters of a DATE-TIME
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.(\d{1,6})\d*)?S)?)?",
    re.ASCII,
)
_DATE = re.compile(r"\d{8}", re.ASCII)
_DATE_TIME = re.compile(r"(\d{8}T\d{4})(\d\d)(Z?)", re.ASCII)
_JSON_DATE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d*[1-9])?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1)


class Duration(NamedTuple):
    """Days as the calendar counts them, then exact time; both have the same sign."""

    days: int
    seconds: int
    microseconds: int = 0

    @property
    def delta(self) -> timedelta:
        """The duration where every day has 24 hours."""
        return timedelta(self.days, self.seconds, self.microseconds)

    @property
    def is_negative(self) -> bool:
        """Whether it points backwards."""
        return self.days < 0 or self.seconds < 0 or self.microseconds < 0

    def __neg__(self) -> Duration:
        return Duration(-self.days, -self.seconds, -self.microseconds)


def parse_duration(text: str) -> Duration:
    """An iCalendar DURATION; weeks beside days, lower case and an empty time are tolerated.

    Raises:
        FormatError: It is no duration.
    """
    spelling = text.strip().upper()
    found = _DURATION.fullmatch(spelling)
    if found is None or spelling[-1] not in "WDHMST" or found[7]:
        raise FormatError(f"{text[:40]!r} is no duration such as PT1H30M or -P2D")
    return _duration(found)


def parse_json_duration(text: str, *, signed: bool = False) -> Duration:
    """A Duration of JSCalendar, or with `signed` a SignedDuration (RFC 8984 §1.4.6, §1.4.7).

    Raises:
        FormatError: It is none in its one allowed spelling.
    """
    found = _DURATION.fullmatch(text)
    if found is None or text[-1] not in "WDHMS" or (found[1] and not signed):
        raise FormatError(f"{text[:40]!r} is no duration such as P1DT1H30M")
    return _duration(found)


def _duration(found: re.Match[str]) -> Duration:
    sign, weeks, days, hours, minutes, seconds, fraction = found.groups()
    total_days = int(weeks or 0) * 7 + int(days or 0)
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    if total_days + total // DAY > MAX_DAYS:
        raise FormatError(f"{found[0][:40]!r} is longer than {MAX_DAYS} days")
    duration = Duration(total_days, total, int((fraction or "0").ljust(6, "0")))
    return -duration if sign == "-" else duration


def format_duration(duration: Duration) -> str:
    """As iCalendar writes it: whole seconds, and weeks only alone."""
    sign = "-" if duration.is_negative else ""
    days, seconds = abs(duration.days), abs(duration.seconds)
    if days and not days % 7 and not seconds:
        return f"{sign}P{days // 7}W"
    return sign + _format(days, seconds, "")


def format_json_duration(duration: Duration) -> str:
    """As JSCalendar writes it."""
    sign = "-" if duration.is_negative else ""
    micro = abs(duration.microseconds)
    fraction = f".{micro:06}".rstrip("0") if micro else ""
    return sign + _format(abs(duration.days), abs(duration.seconds), fraction)


def _format(days: int, seconds: int, fraction: str) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if rest or fraction or not (days or time):
        time += f"{rest}{fraction}S"
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


def parse_date(text: str) -> date:
    """An iCalendar DATE.

    Raises:
        FormatError: It is none.
    """
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise FormatError(f"{text[:40]!r} is no date such as 20260131")


def parse_date_time(text: str) -> tuple[datetime, bool]:
    """An iCalendar DATE-TIME without zone, and whether it is UTC; a leap second becomes :59.

    Raises:
        FormatError: It is none.
    """
    if len(text) <= LONGEST:
        found = _date_time(text)
        if found is not None:
            return found
    raise FormatError(f"{text[:40]!r} is no date-time such as 20260131T093000 or 20260131T093000Z")


@lru_cache(maxsize=4096)  # each time of an object is read by several who look at it
def _date_time(text: str) -> tuple[datetime, bool] | None:
    found = _DATE_TIME.fullmatch(text)
    if found:
        start, seconds, is_utc = found.groups()
        try:
            moment = datetime.fromisoformat(start + ("59" if seconds == "60" else seconds))
        except ValueError:
            pass
        else:
            return moment, is_utc == "Z"
    return None


def format_date(day: date) -> str:
    """As an iCalendar DATE."""
    return f"{day.year:04}{day.month:02}{day.day:02}"


def format_date_time(moment: datetime, *, is_utc: bool = False) -> str:
    """As an iCalendar DATE-TIME; zone and fractions are left out."""
    return (
        f"{moment.year:04}{moment.month:02}{moment.day:02}"
        f"T{moment.hour:02}{moment.minute:02}{moment.second:02}{'Z' if is_utc else ''}"
    )


def parse_utc_date(text: str) -> datetime:
    """A UTCDate (RFC 8620 §1.4), with UTC as its zone.

    Raises:
        FormatError: It is none in its one allowed spelling.
    """
    found = _JSON_DATE.fullmatch(text)
    if found and found[3] == "Z":
        return _json_date(text).replace(tzinfo=UTC)
    raise FormatError(f"{text[:40]!r} is no UTC date such as 2026-01-31T09:30:00Z")


def parse_json_date(text: str) -> datetime:
    """A Date, which has an offset or Z (RFC 8620 §1.4).

    Raises:
        FormatError: It is none in its one allowed spelling.
    """
    found = _JSON_DATE.fullmatch(text)
    if found and found[3]:
        return _json_date(text)
    raise FormatError(f"{text[:40]!r} is no date such as 2026-01-31T10:30:00+01:00")


def parse_local(text: str) -> datetime:
    """A LocalDateTime (RFC 8984 §1.4.4), without zone.

    Raises:
        FormatError: It is none in its one allowed spelling.
    """
    found = _JSON_DATE.fullmatch(text)
    if found and not found[3]:
        return _json_date(text)
    raise FormatError(f"{text[:40]!r} is no local date-time such as 2026-01-31T10:30:00")


def _json_date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise FormatError(f"{text[:40]!r}: {exc}") from exc


def format_local(moment: datetime) -> str:
    """As a LocalDateTime: fractions only where they are not zero."""
    text = moment.replace(tzinfo=None).isoformat()
    return text.rstrip("0") if moment.microsecond else text


def format_utc_date(moment: datetime) -> str:
    """A time that has a zone, as a UTCDate."""
    return format_local(moment.astimezone(UTC)) + "Z"


def utc_date(seconds: int) -> str:
    """Seconds since 1970, as a UTCDate."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat() + "Z"
