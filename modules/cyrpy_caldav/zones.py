"""Time zones of calendars: VTIMEZONE from a client to a name, and back (RFC 4791 §5.2.2)."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.errors import DavError
from cyrpy.errors import FormatError
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.zones import guess, vtimezone
from cyrpy_caldav.names import CALDAV

MAX_TIMEZONE: Final = 64 * 1024  # octets of one VTIMEZONE
PRODID: Final = "-//cyrpy//CalDAV//EN"


def calendar_of(zone: str) -> str:
    """An iCalendar object with the VTIMEZONE of a zone."""
    component = vtimezone(zone).decode()
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\n{component}END:VCALENDAR\r\n"


def zone_of(text: str) -> str:
    """The IANA name of the zone in an iCalendar object.

    Raises:
        DavError: 403 valid-calendar-data if it is none with exactly one VTIMEZONE, 409 if no zone
            does what it says.
    """
    octets = text.strip().encode()
    try:
        if len(octets) > MAX_TIMEZONE:
            raise FormatError(f"a VTIMEZONE has at most {MAX_TIMEZONE} octets here")
        found = parse(octets).named("VTIMEZONE")
        if len(found) != 1:
            raise FormatError(f"there are {len(found)} VTIMEZONE components where one is expected")
        zone = guess(found[0], found[0].value("TZID") or "")
    except FormatError as exc:
        raise DavError(403, f"calendar-timezone: {exc}", CALDAV("valid-calendar-data")) from exc
    if zone is None:
        raise DavError(
            409, "no zone of the IANA database does what this VTIMEZONE says; set one by its name"
        )
    return zone


def zone_by_name(text: str) -> str:
    """The IANA name that a client means.

    Raises:
        DavError: 403 valid-timezone if there is no such zone (RFC 7809 §5.2).
    """
    zone = guess(None, text.strip())
    if zone is None:
        raise DavError(
            403,
            f"calendar-timezone-id: {text.strip()[:80]!r} is not in the IANA database",
            CALDAV("valid-timezone"),
        )
    return zone
