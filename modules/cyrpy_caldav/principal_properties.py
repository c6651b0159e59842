"""Live properties of principals that calendars add (RFC 4791 §6.2, RFC 6638 §2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy.data import addresses
from cyrpy.dav.context import DavContext
from cyrpy.dav.homes import home_href
from cyrpy.dav.markup import Href, Xml, element
from cyrpy.dav.principals import mailtos
from cyrpy.dav.property import live
from cyrpy.dav.resource import Principal
from cyrpy.dav.xml import CALENDARSERVER
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.tree import CalendarHome

# Type of principal (RFC 9670 §2) -> CUTYPE (RFC 5545 §3.2.3)
USER_TYPES: Final[Mapping[str, str]] = {
    "individual": "INDIVIDUAL",
    "group": "GROUP",
    "location": "ROOM",
    "resource": "RESOURCE",
}


@live(CALDAV("calendar-home-set"), on=Principal)
def calendar_home_set(principal: Principal, ctx: DavContext) -> Href | None:
    """Where the principal's calendars are (RFC 4791 §6.2.1)."""
    return home_href(CalendarHome, principal)


@live(CALDAV("calendar-user-address-set"), on=Principal, searched="address")
def calendar_user_address_set(principal: Principal, ctx: DavContext) -> tuple[Href, ...]:
    """Addresses as organizer or attendee (RFC 6638 §2.4.1); clients look for a `mailto:`."""
    return (*mailtos(principal, ctx), Href(principal.url))


@live(CALDAV("calendar-user-type"), on=Principal, searched="type")
def calendar_user_type(principal: Principal, ctx: DavContext) -> str:
    """Person, group, room or resource (RFC 6638 §2.4.2)."""
    return USER_TYPES[principal.row.type]


@live(CALENDARSERVER("email-address-set"), on=Principal, searched="address")
def email_address_set(principal: Principal, ctx: DavContext) -> Xml:
    """Mail addresses; Apple Calendar shows them."""
    found = addresses.addresses_of(ctx.unit, principal.row.id)
    return Xml(b"".join(element(CALENDARSERVER("email-address"), address) for address in found))


PROPERTIES = (
    calendar_home_set,
    calendar_user_address_set,
    calendar_user_type,
    email_address_set,
)
