"""Dates in header fields (RFC 5322 §3.3, §4.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Final

from cyrpy.formats.mime.parameters import without_comments

MAX_LENGTH: Final = 200  # octets of a date
MAX_OFFSET: Final = 24 * 3600  # seconds
FIRST: Final = datetime(1, 1, 1, tzinfo=UTC).timestamp()
LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
_FRACTION: Final = re.compile(r"(:\d\d)\.\d+")
_COLON: Final = re.compile(r"\s*:\s*")


def read(octets: bytes) -> datetime | None:
    """The moment with its offset from UTC; None if it is no date."""
    text = octets[:MAX_LENGTH].decode("ascii", "replace")
    if "(" in text:
        text = without_comments(text)
    if "." in text:
        text = _FRACTION.sub(r"\1", text)
    if " :" in text or ": " in text:
        text = _COLON.sub(":", text)
    try:
        found = parsedate_tz(text)
        if found is None:
            return None
        year, month, day, hour, minute, second = found[:6]
        offset = found[9] or 0
        zone = timezone(timedelta(seconds=offset)) if abs(offset) < MAX_OFFSET else UTC
        # A leap second is the second before it to most.
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
        return moment if FIRST <= moment.timestamp() <= LAST else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def wire(moment: datetime) -> str:
    """As a Date of JMAP (RFC 8620 §1.4)."""
    text = moment.isoformat(timespec="seconds")
    return text[:-6] + "Z" if text.endswith("+00:00") else text[:25]
