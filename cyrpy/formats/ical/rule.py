"""A recurrence rule as a value: RRULE read and written (RFC 5545 §3.3.10, RFC 7529 §4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from cyrpy.errors import FormatError
from cyrpy.formats.timespan import format_date, format_date_time, parse_date, parse_date_time

FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_NUMBER = 1_000_000_000  # of COUNT and INTERVAL
MAX_LIST = 1000  # members of one BYxxx part

_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,10}", re.ASCII)


class UnsupportedCalendarScale(FormatError):
    """RSCALE names a calendar other than the Gregorian (RFC 7529 §5.1: supported-rscale)."""


@dataclass(frozen=True, slots=True)
class Until:
    """The end of a rule, inclusive: a date, a local time or a time in UTC."""

    at: datetime
    is_date: bool = False
    is_utc: bool = False

    def __str__(self) -> str:
        if self.is_date:
            return format_date(self.at)
        return format_date_time(self.at, is_utc=self.is_utc)


@dataclass(frozen=True, slots=True)
class Rule:
    """The parts of a rule; a BYxxx part that is not there is empty.

    Attributes:
        by_day: Pairs of n (0: every one) and weekday (0: Monday).
        week_start: A weekday (0: Monday).
        skip: What becomes of days that a month lacks: OMIT, BACKWARD or FORWARD.
    """

    freq: str
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    by_month: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0
    rscale: str | None = None
    skip: str = "OMIT"

    def __str__(self) -> str:
        """As RRULE writes it."""
        parts: dict[str, object] = {
            "RSCALE": self.rscale,
            "FREQ": self.freq,
            "INTERVAL": self.interval if self.interval != 1 else None,
            "UNTIL": self.until,
            "COUNT": self.count,
        }
        for name, (attribute, *_) in _NUMBERS.items():
            parts[name] = ",".join(map(str, getattr(self, attribute)))
        parts["BYDAY"] = ",".join(f"{n or ''}{WEEKDAYS[weekday]}" for n, weekday in self.by_day)
        parts["WKST"] = WEEKDAYS[self.week_start] if self.week_start else None
        parts["SKIP"] = self.skip if self.skip != "OMIT" else None
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)


# Part: attribute, least and greatest absolute value, whether it may count from the end.
_NUMBERS = {
    "BYMONTH": ("by_month", 1, 12, False),
    "BYWEEKNO": ("by_week_no", 1, 53, True),
    "BYYEARDAY": ("by_year_day", 1, 366, True),
    "BYMONTHDAY": ("by_month_day", 1, 31, True),
    "BYHOUR": ("by_hour", 0, 23, False),
    "BYMINUTE": ("by_minute", 0, 59, False),
    "BYSECOND": ("by_second", 0, 60, False),
    "BYSETPOS": ("by_set_pos", 1, 366, True),
}


def parse_rule(text: str) -> Rule:
    """The rule that a value of RRULE (or EXRULE) states.

    Tolerated, since clients write them: lower case, empty parts, parts whose name begins with
    X-, COUNT beside UNTIL.

    Raises:
        FormatError: It is no rule; the text names the part.
        UnsupportedCalendarScale: It is one for another calendar.
    """
    values: dict[str, object] = {}
    for part in text.strip().upper().split(";"):
        name, _, value = part.strip().partition("=")
        if value and not name.startswith("X-"):
            attribute, read = _part(name)
            values[attribute] = read(name, value)
    if "freq" not in values:
        raise FormatError(f"RRULE {text[:80]!r} has no FREQ")
    if "skip" in values and "rscale" not in values:
        raise FormatError("RRULE: SKIP needs RSCALE=GREGORIAN beside it (RFC 7529)")
    return Rule(**values)  # type: ignore[arg-type]  # _PARTS gives each its type


def _part(name: str) -> tuple[str, Callable[[str, str], object]]:
    if name in _NUMBERS:
        return _NUMBERS[name][0], _numbers
    if name in _PARTS:
        return _PARTS[name]
    raise FormatError(f"RRULE: {name[:40]} is no part of a recurrence rule")


def _frequency(name: str, value: str) -> str:
    if value not in FREQUENCIES:
        raise FormatError(f"RRULE: {name}={value[:40]} is none of {', '.join(FREQUENCIES)}")
    return value


def _positive(name: str, value: str) -> int:
    number = int(value) if _NUMBER.fullmatch(value) else 0
    if not 1 <= number <= MAX_NUMBER:
        raise FormatError(f"RRULE: {name}={value[:40]} is no number from 1 to {MAX_NUMBER}")
    return number


def _until(name: str, value: str) -> Until:
    try:
        if "T" not in value:
            day: date = parse_date(value)
            return Until(datetime(day.year, day.month, day.day), is_date=True)
        moment, is_utc = parse_date_time(value)
    except FormatError as exc:
        raise FormatError(f"RRULE: {name}: {exc}") from exc
    return Until(moment, is_utc=is_utc)


def _numbers(name: str, value: str) -> tuple[int, ...]:
    _, least, greatest, from_end = _NUMBERS[name]
    numbers = set()
    for text in _members(name, value):
        number = int(text) if _NUMBER.fullmatch(text) else MAX_NUMBER
        if not least <= abs(number) <= greatest or (number < 0 and not from_end):
            raise FormatError(
                f"RRULE: {name} has {text[:40]!r}, which is not from {least} to {greatest}"
                + (f" or from -{greatest} to -{least}" if from_end else "")
            )
        numbers.add(number)
    return tuple(sorted(numbers))


def _by_day(name: str, value: str) -> tuple[tuple[int, int], ...]:
    days = set()
    for text in _members(name, value):
        found = _BY_DAY.fullmatch(text)
        if found is None or abs(int(found[1] or 0)) > 53:
            raise FormatError(
                f"RRULE: {name} has {text[:40]!r}, which is no day such as MO or -1FR"
            )
        days.add((int(found[1] or 0), WEEKDAYS.index(found[2])))
    return tuple(sorted(days, key=lambda day: (day[1], day[0])))


def _members(name: str, value: str) -> list[str]:
    members = [member for text in value.split(",") if (member := text.strip())]
    if len(members) > MAX_LIST:
        raise FormatError(f"RRULE: {name} has {len(members)} members; at most {MAX_LIST}")
    return members


def _weekday(name: str, value: str) -> int:
    if value not in WEEKDAYS:
        raise FormatError(f"RRULE: {name}={value[:40]} is none of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value)


def _rscale(name: str, value: str) -> str:
    if value != "GREGORIAN":
        raise UnsupportedCalendarScale(
            f"RRULE: {name}={value[:40]} is not supported; only GREGORIAN is"
        )
    return value


def _skip(name: str, value: str) -> str:
    if value not in ("OMIT", "BACKWARD", "FORWARD"):
        raise FormatError(f"RRULE: {name}={value[:40]} is none of OMIT, BACKWARD, FORWARD")
    return value


_PARTS: dict[str, tuple[str, Callable[[str, str], object]]] = {
    "FREQ": ("freq", _frequency),
    "INTERVAL": ("interval", _positive),
    "COUNT": ("count", _positive),
    "UNTIL": ("until", _until),
    "BYDAY": ("by_day", _by_day),
    "WKST": ("week_start", _weekday),
    "RSCALE": ("rscale", _rscale),
    "SKIP": ("skip", _skip),
}
