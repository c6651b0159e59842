"""The media types of calendar objects: which a client wants, and which it sends (RFC 4791 §5.2.4).

iCalendar is what is stored; jCal (RFC 7265), xCal (RFC 6321) and JSCalendar are made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from cyrpy.dav.errors import DavError
from cyrpy.errors import FormatError
from cyrpy.formats.ical import jcal, xcal
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy_caldav import jscalendar
from cyrpy_caldav.asked import ICALENDAR, JCAL, JSCALENDAR, VERSIONS, XCAL
from cyrpy_caldav.calendar_data import WRITERS
from cyrpy_caldav.names import CALDAV

MAX_RANGES: Final = 50  # in one Accept header
HTML: Final = "text/html"
# Names of the same thing, and those that say less than ours.
_SAME: Final[Mapping[str, str]] = {
    "*/*": ICALENDAR,
    "text/*": ICALENDAR,
    "text/x-vcalendar": ICALENDAR,
    "application/ics": ICALENDAR,
    "application/*": JCAL,
    "application/json": JCAL,
    "application/xml": XCAL,
    "application/event+json": JSCALENDAR,
    "application/jscalendar+json;type=event": JSCALENDAR,
}
_UNTYPED: Final = frozenset({"", "text/plain", "application/octet-stream"})


def accepted(header: str | None, *others: str) -> str:
    """The media type that an Accept header likes best, of ours and `others` (RFC 9110 §12.5.1).

    Raises:
        DavError: 406 if it likes none.
    """
    if header is None or not header.strip():
        return ICALENDAR
    ranges = sorted(_ranges(header, {*VERSIONS, *others}), key=lambda pair: -pair[0])
    if not ranges:
        raise DavError(
            406,
            f"calendar data is given as {', '.join(VERSIONS)}",
            CALDAV("supported-calendar-data"),
        )
    best = [name for quality, name in ranges if quality == ranges[0][0]]
    return ICALENDAR if ICALENDAR in best else best[0]


def _ranges(header: str, known: set[str]) -> Iterator[tuple[float, str]]:
    for part in header.split(",")[:MAX_RANGES]:
        asked, *params = (word.strip().lower() for word in part.split(";"))
        quality = next((_quality(p[2:]) for p in params if p.startswith("q=")), 1.0)
        name = _SAME.get(asked, asked)
        if name in known and quality > 0:
            # Naming a form is liking it better than anything.
            yield quality - (0.0001 if "*" in asked else 0), name


def _quality(text: str) -> float:
    try:
        return max(0.0, min(1.0, float(text)))
    except ValueError:
        return 1.0


def content_type(media_type: str, component: str) -> str:
    """The header; it tells what kind of component there is (RFC 5545 §8.1)."""
    charset = "; charset=utf-8" if media_type in {ICALENDAR, XCAL} else ""
    return f"{media_type}{charset}; component={component}"


def converted(octets: bytes, media_type: str) -> bytes:
    """An object in another form than iCalendar.

    Raises:
        DavError: 406 if it cannot be converted.
    """
    try:
        return WRITERS[media_type](parse(octets))
    except FormatError as exc:
        raise DavError(
            406,
            f"the object cannot be given as {media_type}: {exc}",
            CALDAV("supported-calendar-data"),
        ) from exc


_READERS: Final[Mapping[str, Callable[[bytes], Component]]] = {
    JCAL: jcal.read,
    XCAL: xcal.read,
    JSCALENDAR: jscalendar.read,
}


def source_of(octets: bytes, media_type: str) -> bytes | Component:
    """What a client sent: octets if it is iCalendar, else the tree that it means.

    Raises:
        DavError: 403 supported-calendar-data, valid-calendar-data.
    """
    name = ICALENDAR if media_type in _UNTYPED else _SAME.get(media_type, media_type)
    if name == ICALENDAR:
        return octets
    read = _READERS.get(name)
    if read is None:
        raise DavError(
            403,
            f"calendars hold {', '.join(VERSIONS)}, not {media_type[:80]}",
            CALDAV("supported-calendar-data"),
        )
    try:
        return read(octets)
    except FormatError as exc:
        raise DavError(403, str(exc), CALDAV("valid-calendar-data")) from exc
