"""Dates of a vCard, whole or truncated, basic or extended (RFC 6350 §4.3, RFC 2426 §4)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_DATE = (
    r"(?P<year>\d{4})(?:(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)|-(?P<month2>\d\d))?"
    r"|--(?P<month3>\d\d)(?:-?(?P<day3>\d\d))?|---(?P<day4>\d\d)"
)
_TIME = r"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
_ZONE = r"(?P<zone>[Zz]|[-+]\d\d(?::?\d\d)?)"
_WHEN = re.compile(rf"(?:{_DATE})?(?:[Tt ]{_TIME}{_ZONE}?)?")
_APPLE_YEAR = "1604"  # a leap year: what X-APPLE-OMIT-YEAR leaves out
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class When(NamedTuple):
    """A date that may lack parts, and perhaps a time.

    Attributes:
        time: `HHMMSS` or what is there of it, "" if there is none.
        zone: "Z", `+HHMM`, or "".
    """

    year: int | None
    month: int | None
    day: int | None
    time: str = ""
    zone: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether year, month and day are there."""
        return None not in (self.year, self.month, self.day)

    def basic(self) -> str:
        """As 4.0 writes it."""
        return self._date("") + (f"T{self.time}{self.zone}" if self.time else "")

    def extended(self) -> str:
        """With hyphens and colons, as 3.0 and JSON write it."""
        if not self.time:
            return self._date("-")
        time = ":".join(self.time[at : at + 2] for at in range(0, len(self.time), 2))
        zone = f"{self.zone[:3]}:{self.zone[3:]}" if len(self.zone) == 5 else self.zone
        return f"{self._date('-')}T{time}{zone}"

    def utc(self) -> str | None:
        """As a UTCDateTime (RFC 9553 §1.4.5), if it is a moment; no zone is taken for UTC."""
        time = self.time
        if not self.is_whole or len(time) < 4:
            return None
        if self.zone in ("", "Z") and time[:2] < "24" and time[2:4] < "60" and time[4:] < "60":
            shown = f"{time[:2]}:{time[2:4]}:{time[4:] or '00'}"
            return f"{self.year:04}-{self.month:02}-{self.day:02}T{shown}Z"
        try:
            moment = datetime.fromisoformat(
                f"{self._date('-')}T{self.time[:2]}:{self.time[2:4]}:{self.time[4:] or '00'}"
            )
            return _in_utc(moment, self.zone)
        except (ValueError, OverflowError):
            return None

    def _date(self, dash: str) -> str:
        if self.year is not None:
            if self.month is None:
                return f"{self.year:04}"
            if self.day is None:
                return f"{self.year:04}-{self.month:02}"
            return f"{self.year:04}{dash}{self.month:02}{dash}{self.day:02}"
        if self.month is not None:
            return f"--{self.month:02}" + (f"{dash}{self.day:02}" if self.day is not None else "")
        return f"---{self.day:02}" if self.day is not None else ""


def _in_utc(moment: datetime, zone: str) -> str:
    if len(zone) >= 3:
        minutes = int(zone[1:3]) * 60 + int(zone[3:5] or 0)
        moment -= timedelta(minutes=minutes if zone[0] == "+" else -minutes)
    return moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def parse(text: str, omitted_year: str | None = None) -> When | None:
    """What a value says, None if it is no date or time.

    Args:
        text: A value of BDAY, ANNIVERSARY, REV …
        omitted_year: X-APPLE-OMIT-YEAR: the year that stands for none.
    """
    found = _WHEN.fullmatch(text.strip())
    if found is None or not found[0]:
        return None
    year = found["year"]
    month = _int(found["month"] or found["month2"] or found["month3"])
    day = _int(found["day"] or found["day3"] or found["day4"])
    if year is not None and year == omitted_year:
        year = None
    if not _exists(_int(year), month, day):
        return None
    time = "".join(filter(None, (found["hour"], found["minute"], found["second"])))
    zone = (found["zone"] or "").upper().replace(":", "")
    return When(_int(year), month, day, time, zone if len(zone) != 3 else zone + "00")


def _int(text: str | None) -> int | None:
    return None if text is None else int(text)


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    if month is not None and not 1 <= month <= 12:
        return False
    if day is None:
        return True
    if year and month:
        try:
            return bool(date(year, month, day))
        except ValueError:
            return False
    return 1 <= day <= (_DAYS[month - 1] if month else 31)


def omitted_year(year: str | None) -> str | None:
    """The four digits of an X-APPLE-OMIT-YEAR."""
    return year.strip() if year else None


def with_apple_year(when: When) -> When | None:
    """A month and day with the year that stands for none; None if that cannot be said."""
    if when.year is not None or when.month is None or when.day is None:
        return None
    return when._replace(year=int(_APPLE_YEAR))


APPLE_YEAR = _APPLE_YEAR
