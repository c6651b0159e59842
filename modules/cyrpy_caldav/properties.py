"""Live properties of calendars (RFC 4791 §5.2, RFC 7809 §5.2, RFC 6638 §9.1, Apple's)."""

from __future__ import annotations

import re
from typing import Final

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Xml, empties
from cyrpy.dav.property import live
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.groupware import calendars
from cyrpy_caldav.names import APPLE, CALDAV
from cyrpy_caldav.tree import CalendarCollection
from cyrpy_caldav.zones import calendar_of, zone_by_name, zone_of

MAX_NAME: Final = 255  # octets
MAX_DESCRIPTION: Final = 10_000  # characters
MAX_ORDER: Final = 2**31 - 1
COLOR: Final = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]{3,20}", re.IGNORECASE)
COMPONENTS: Final = frozenset(calendars.COMPONENTS.split())


@live(DAV("displayname"), on=CalendarCollection, allprop=True)
def displayname(calendar: CalendarCollection, ctx: DavContext) -> str:
    """What the user calls it; each sharee for itself (RFC 4918 §15.2)."""
    return calendar.view.row.name


@displayname.setter
def set_displayname(calendar: CalendarCollection, text: str | None, ctx: DavContext) -> None:
    """Removed or empty, it is the name in the URL.

    Raises:
        DavError: 409 if it is longer than MAX_NAME.
    """
    if text is not None and len(text.encode()) > MAX_NAME:
        raise DavError(409, f"displayname is limited to {MAX_NAME} octets")
    calendar.values["name"] = text or calendar.name


@live(CALDAV("calendar-description"), on=CalendarCollection)
def calendar_description(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """What the calendar is for; absent until a client sets it (RFC 4791 §5.2.1)."""
    return calendar.view.row.description


@calendar_description.setter
def set_calendar_description(
    calendar: CalendarCollection, text: str | None, ctx: DavContext
) -> None:
    """The same for all who see the calendar.

    Raises:
        DavError: 409 if it is longer than MAX_DESCRIPTION; 403 for a sharee without the right.
    """
    if text is not None and len(text) > MAX_DESCRIPTION:
        raise DavError(409, f"calendar-description is limited to {MAX_DESCRIPTION} characters")
    calendar.require_owner_rights(ctx)
    calendar.values["description"] = text


@live(APPLE("calendar-color"), on=CalendarCollection)
def calendar_color(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """Colour as the client wrote it, with alpha or without."""
    return calendar.view.row.color


@calendar_color.setter
def set_calendar_color(calendar: CalendarCollection, text: str | None, ctx: DavContext) -> None:
    """Each sharee has its own.

    Raises:
        DavError: 409 if it is no colour.
    """
    color = (text or "").strip()
    if color and COLOR.fullmatch(color) is None:
        raise DavError(409, "calendar-color is #rgb, #rrggbb or #rrggbbaa, or the name of a colour")
    calendar.values["color"] = color or None


@live(APPLE("calendar-order"), on=CalendarCollection)
def calendar_order(calendar: CalendarCollection, ctx: DavContext) -> int:
    """Place in the user's list of calendars."""
    return calendar.view.row.sort_order


@calendar_order.setter
def set_calendar_order(calendar: CalendarCollection, text: str | None, ctx: DavContext) -> None:
    """Each sharee has its own.

    Raises:
        DavError: 409 if it is no number, or one out of range.
    """
    digits = (text or "0").strip()
    if not re.fullmatch(r"[0-9]{1,10}", digits) or int(digits) > MAX_ORDER:
        raise DavError(409, f"calendar-order is a whole number from 0 to {MAX_ORDER}")
    calendar.values["sort_order"] = int(digits)


@live(CALDAV("calendar-timezone"), on=CalendarCollection)
def calendar_timezone(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """Zone of what has none, as an iCalendar object (RFC 4791 §5.2.2)."""
    zone = calendar.view.row.time_zone
    return None if zone is None else calendar_of(zone)


@calendar_timezone.setter
def set_calendar_timezone(calendar: CalendarCollection, text: str | None, ctx: DavContext) -> None:
    """Kept as the name of the zone that does what the VTIMEZONE says."""
    calendar.values["time_zone"] = None if text is None else zone_of(text)


@live(CALDAV("calendar-timezone-id"), on=CalendarCollection)
def calendar_timezone_id(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """The same zone by its name (RFC 7809 §5.2)."""
    return calendar.view.row.time_zone


@calendar_timezone_id.setter
def set_calendar_timezone_id(
    calendar: CalendarCollection, text: str | None, ctx: DavContext
) -> None:
    """Names that others use for a zone are taken too."""
    calendar.values["time_zone"] = None if text is None else zone_by_name(text)


def _components(value: Element) -> str:
    """The names in a supported-calendar-component-set, in our order.

    Raises:
        DavError: 403 for one that calendars cannot hold; 409 for none.
    """
    names = {comp.get("name", "").upper() for comp in children(value) if comp.tag == CALDAV("comp")}
    if names - COMPONENTS:
        raise DavError(
            403,
            f"calendars hold {calendars.COMPONENTS}",
            CALDAV("supported-calendar-component"),
        )
    if not names:
        raise DavError(409, "supported-calendar-component-set needs a CALDAV:comp")
    return " ".join(name for name in calendars.COMPONENTS.split() if name in names)


@live(CALDAV("supported-calendar-component-set"), on=CalendarCollection, parse=_components)
def supported_calendar_component_set(calendar: CalendarCollection, ctx: DavContext) -> Xml:
    """What kinds of components it holds (RFC 4791 §5.2.3)."""
    return Xml(
        b"".join(b'<C:comp name="%b"/>' % c.encode() for c in calendar.view.row.components.split())
    )


@supported_calendar_component_set.setter
def set_supported_calendar_component_set(
    calendar: CalendarCollection, components: str | None, ctx: DavContext
) -> None:
    """Only when the calendar is made.

    Raises:
        DavError: 403 later on.
    """
    if not calendar.is_new:
        raise DavError(
            403,
            "what a calendar holds is said when it is made",
            DAV("cannot-modify-protected-property"),
        )
    calendar.values["components"] = components or calendars.COMPONENTS


def _transparency(value: Element) -> str:
    names = {child.tag for child in children(value)}
    if names not in ({CALDAV("opaque")}, {CALDAV("transparent")}):
        raise DavError(409, "schedule-calendar-transp is CALDAV:opaque or CALDAV:transparent")
    return "none" if CALDAV("transparent") in names else "all"


@live(CALDAV("schedule-calendar-transp"), on=CalendarCollection, parse=_transparency)
def schedule_calendar_transp(calendar: CalendarCollection, ctx: DavContext) -> Xml:
    """Whether its events make the user busy (RFC 6638 §9.1)."""
    transparent = calendar.view.row.include_in_availability == "none"
    return empties([CALDAV("transparent" if transparent else "opaque")])


@schedule_calendar_transp.setter
def set_schedule_calendar_transp(
    calendar: CalendarCollection, availability: str | None, ctx: DavContext
) -> None:
    """Opaque leaves alone what JMAP calls `attending`: only one's own attendance makes busy."""
    wanted = availability or "all"
    kept = wanted == "all" and not calendar.is_new and (
        calendar.view.row.include_in_availability == "attending"
    )  # fmt: skip
    calendar.values["include_in_availability"] = "attending" if kept else wanted


PROPERTIES = (
    displayname,
    calendar_description,
    calendar_color,
    calendar_order,
    calendar_timezone,
    calendar_timezone_id,
    supported_calendar_component_set,
    schedule_calendar_transp,
)
