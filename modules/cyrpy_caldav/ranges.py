"""Time ranges in the XML of requests: time-range, expand and the like (RFC 4791 §9.9)."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.errors import DavError
from cyrpy.dav.xml import Element
from cyrpy.errors import FormatError
from cyrpy.formats.ical.moments import EPOCH, to_local_seconds
from cyrpy.formats.ical.series import NEVER, Window
from cyrpy.formats.timespan import parse_date_time
from cyrpy_caldav.names import CALDAV

FIRST_TIME: Final = "00010101T000000Z"  # that a calendar can have
LAST_TIME: Final = "99991231T235959Z"


def window_of(element: Element, refused: str | None = None, *, both: bool = False) -> Window:
    """The span between the attributes `start` and `end`, one of which may be missing.

    Args:
        element: Which has them.
        refused: The name of the precondition that says that they are wrong; None: 400.
        both: Whether neither may be missing.

    Raises:
        DavError: 403 with that precondition, or with min-date-time; 400.
    """
    name = str(element.tag).rpartition("}")[2]
    try:
        return window_between(name, element.get("start"), element.get("end"), both=both)
    except FormatError as exc:
        if refused is None:
            raise DavError(400, str(exc)) from exc
        raise DavError(403, str(exc), CALDAV(refused)) from exc


def window_between(name: str, start: str | None, end: str | None, *, both: bool = False) -> Window:
    """The same of two texts; `name` is what people call what has them.

    Raises:
        FormatError: one is missing, malformed or not in UTC, or they are in the wrong order.
        DavError: 403 min-date-time.
    """
    if (start is None and end is None) or (both and (start is None or end is None)):
        needed = "start and end" if both else "start or end"
        raise FormatError(f"{name} needs {needed}, in UTC")
    window = Window(
        -NEVER if start is None else _utc(name, start), NEVER if end is None else _utc(name, end)
    )
    if window.end <= window.start:
        raise FormatError(f"the end of {name} must be after its start")
    return window


def _utc(name: str, text: str) -> int:
    text = text.strip()
    if text.startswith("0000"):
        raise DavError(403, f"{name} reaches before {FIRST_TIME}", CALDAV("min-date-time"))
    at, is_utc = parse_date_time(text)
    if not is_utc:
        raise FormatError(f"{name}: {text[:40]!r} is not in UTC; add a Z")
    return to_local_seconds(at) - EPOCH
