"""Calendar data in answers: the forms and parts in which objects are given (RFC 4791 §9.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Final, NamedTuple

import orjson

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Whole, Xml, escape_utf8, tags
from cyrpy.dav.xml import DAV
from cyrpy.errors import FormatError
from cyrpy.formats.ical import jcal, xcal
from cyrpy.formats.ical.budget import MAX_STEPS, Budget, RecurrenceTooComplex
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.subset import part
from cyrpy.formats.ical.write import write, write_utf8
from cyrpy.formats.ical.zonerefs import with_zones, without_standard_zones
from cyrpy.formats.jscalendar.from_ical import objects
from cyrpy_caldav.asked import (
    ELEMENT,
    ICALENDAR,
    JCAL,
    JSCALENDAR,
    VERSIONS,
    XCAL,
    Asked,
    asked_in,
)
from cyrpy_caldav.names import CALDAV

MAX_TOTAL: Final = 20 * MAX_STEPS  # steps of all recurrences that one request looks at


def jscalendar(calendar: Component) -> bytes:
    """A JSCalendar group of what the calendar holds (RFC 8984 §1.4.3)."""
    return orjson.dumps({"@type": "Group", "entries": objects(calendar)})


WRITERS: Final[Mapping[str, Callable[[Component], bytes]]] = {
    ICALENDAR: write_utf8,
    JCAL: jcal.write,
    XCAL: xcal.write,
    JSCALENDAR: jscalendar,
}


class Allowance:
    """How much work recurrences may still be in one request."""

    def __init__(self, steps: int = MAX_TOTAL) -> None:
        self.left = steps
        self._budget = Budget(0)

    def budget(self) -> Budget:
        """For the next object; what the one before took is gone."""
        self.left -= self._budget.granted - max(0, self._budget.left)
        self._budget = Budget(max(0, min(MAX_STEPS, self.left)))
        return self._budget


class Wanted(NamedTuple):
    """What one request wants of calendar data, and what that may still cost."""

    asked: Asked | None
    allowance: Allowance
    zones: bool | None  # CalDAV-Timezones: whether to give VTIMEZONEs; None: as they are stored


def wanted(ctx: DavContext) -> Wanted:
    """What the request says; use it as `ctx.once(wanted)`.

    Raises:
        DavError: 403 supported-calendar-data, min-date-time; 400 for what is malformed.
    """
    asked = None if ctx.request.xml is None else ctx.request.said(asked_in)
    return Wanted(asked, Allowance(), zones_wanted(ctx))


def zones_wanted(ctx: DavContext) -> bool | None:
    """The header CalDAV-Timezones (RFC 7809 §6.2).

    Raises:
        DavError: 400 if it is neither T nor F.
    """
    header = (ctx.request.header(b"caldav-timezones") or "").upper()
    if header not in {"", "T", "F"}:
        raise DavError(400, "the CalDAV-Timezones header is T or F")
    return None if not header else header == "T"


def with_zones_as_wanted(calendar: Component, zones: bool | None) -> Component:
    """The calendar with VTIMEZONEs, without those of standard zones, or as it is."""
    if zones is None:
        return calendar
    return with_zones(calendar) if zones else without_standard_zones(calendar)


def rezoned(octets: bytes, zones: bool | None) -> bytes:
    """The same of octets; what cannot be read stays as it is."""
    if zones is None:
        return octets
    try:
        calendar = parse(octets)
    except FormatError:
        return octets
    changed = with_zones_as_wanted(calendar, zones)
    return octets if changed is calendar else write(changed)


def calendar_data(octets: bytes, want: Wanted, floating: tzinfo = UTC) -> Xml | None:
    """The property, or what stands in it; None if it is not asked for.

    Args:
        octets: The object as the user may see it.
        want: What the request wants.
        floating: The zone in which days and floating times are compared with time ranges.

    Raises:
        DavError: 507 if expanding takes too long; 403 if the object cannot be read.
    """
    asked = want.asked
    if asked is None:
        return None
    if asked.is_whole and want.zones is None and is_plain(octets):
        return escape_utf8(octets)
    try:
        calendar = with_zones_as_wanted(parse(octets), want.zones)
        if asked.is_whole:
            return escape_utf8(write_utf8(calendar))
        calendar = part(calendar, asked.part, floating, want.allowance.budget())
        content = escape_utf8(WRITERS[asked.media_type](calendar))
    except RecurrenceTooComplex as exc:
        raise DavError(507, str(exc), DAV("number-of-matches-within-limits")) from exc
    except FormatError as exc:
        description = f"this part of the object cannot be given: {exc}"
        raise DavError(403, description, CALDAV("valid-calendar-data")) from exc
    return content if asked.media_type == ICALENDAR else _typed(asked.media_type, content)


def is_plain(octets: bytes) -> bool:
    """Whether the octets are UTF-8 without a byte order mark."""
    if octets.isascii():
        return True
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return not octets.startswith(b"\xef\xbb\xbf")


def _typed(media_type: str, content: bytes) -> Whole:
    start, end, _ = tags(ELEMENT)
    attributes = f' content-type="{media_type}" version="{VERSIONS[media_type]}"'
    return Whole(b"%b%b>%b%b" % (start[:-1], attributes.encode(), content, end))
