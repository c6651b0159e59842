"""Protected properties: what calendars take, and what may be asked of them (RFC 4791 §5.2, §7.5).

There is no max-instances: recurrences without an end are stored as they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cyrpy.dav.context import DavContext
from cyrpy.dav.markup import Href, Xml, element
from cyrpy.dav.property import live
from cyrpy.dav.resource import Collection
from cyrpy.groupware import calendars
from cyrpy_caldav.asked import VERSIONS
from cyrpy_caldav.filter_xml import COLLATIONS
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.ranges import FIRST_TIME, LAST_TIME
from cyrpy_caldav.settings import options
from cyrpy_caldav.tree import CalendarCollection, CalendarHome

TZDIST: Final = "tzdist"  # the module


@live(CALDAV("supported-calendar-data"), on=CalendarCollection)
def supported_calendar_data(calendar: CalendarCollection, ctx: DavContext) -> Xml:
    """The media types of calendar objects (RFC 4791 §5.2.4)."""
    tag = b'<C:calendar-data content-type="%b" version="%b"/>'
    return Xml(b"".join(tag % (t.encode(), v.encode()) for t, v in VERSIONS.items()))


@live(CALDAV("supported-collation-set"), on=CalendarCollection)
def supported_collation_set(calendar: CalendarCollection, ctx: DavContext) -> Xml:
    """How text-match can compare (RFC 4791 §7.5.1)."""
    name = CALDAV("supported-collation")
    return Xml(b"".join(element(name, known.identifier) for known in COLLATIONS))


@live(CALDAV("max-resource-size"), on=CalendarCollection)
def max_resource_size(calendar: CalendarCollection, ctx: DavContext) -> int:
    """Octets of the largest calendar object (RFC 4791 §5.2.5)."""
    return calendar.limit_of_upload(ctx)


@live(CALDAV("min-date-time"), on=CalendarCollection)
def min_date_time(calendar: CalendarCollection, ctx: DavContext) -> str:
    """The earliest time that a calendar has (RFC 4791 §5.2.6)."""
    return FIRST_TIME


@live(CALDAV("max-date-time"), on=CalendarCollection)
def max_date_time(calendar: CalendarCollection, ctx: DavContext) -> str:
    """The latest time that a calendar has (RFC 4791 §5.2.7)."""
    return LAST_TIME


@live(CALDAV("max-attendees-per-instance"), on=CalendarCollection)
def max_attendees_per_instance(calendar: CalendarCollection, ctx: DavContext) -> int:
    """How many ATTENDEE properties one component may have (RFC 4791 §5.2.9)."""
    return options(ctx).max_attendees


@live(CALDAV("supported-rscale-set"), on=CalendarCollection)
def supported_rscale_set(calendar: CalendarCollection, ctx: DavContext) -> Xml:
    """The calendar scales in which a rule may count (RFC 7529 §6.2)."""
    return element(CALDAV("supported-rscale"), "GREGORIAN")


@live(CALDAV("max-attachment-size"), on=CalendarCollection)
def max_attachment_size(calendar: CalendarCollection, ctx: DavContext) -> int:
    """Octets of the largest managed attachment (RFC 8607 §6.2)."""
    return options(ctx).max_attachment_size


@live(CALDAV("max-attachments-per-resource"), on=CalendarCollection)
def max_attachments_per_resource(calendar: CalendarCollection, ctx: DavContext) -> int:
    """How many managed attachments one object may have (RFC 8607 §6.3)."""
    return options(ctx).max_attachments_per_resource


@live(CALDAV("managed-attachments-server-URL"), on=CalendarHome)
def managed_attachments_server_url(home: CalendarHome, ctx: DavContext) -> Xml:
    """Empty: attachments are on this server (RFC 8607 §6.1)."""
    return Xml(b"")


@live(CALDAV("supported-calendar-component-sets"), on=CalendarHome)
def supported_calendar_component_sets(home: CalendarHome, ctx: DavContext) -> Xml:
    """What a new calendar may be limited to; Apple's clients look before they make one."""
    return _component_sets()


@lru_cache(maxsize=1)
def _component_sets() -> Xml:
    every = calendars.COMPONENTS.split()
    name = CALDAV("supported-calendar-component-set")
    tag = b'<C:comp name="%b"/>'
    sets = [[one] for one in every] + [every]
    return Xml(b"".join(element(name, b"".join(tag % c.encode() for c in comps)) for comps in sets))


def _timezone_service_set(resource: Collection, ctx: DavContext) -> Href | None:
    """Where clients get VTIMEZONEs that are left out (RFC 7809 §5.1); None: not from here."""
    return Href("/tzdist/") if TZDIST in ctx.core.settings.httpmodules else None


PROPERTIES = (
    supported_calendar_data,
    supported_collation_set,
    max_resource_size,
    min_date_time,
    max_date_time,
    max_attendees_per_instance,
    supported_rscale_set,
    max_attachment_size,
    max_attachments_per_resource,
    managed_attachments_server_url,
    supported_calendar_component_sets,
    live(CALDAV("timezone-service-set"), on=CalendarHome)(_timezone_service_set),
    live(CALDAV("timezone-service-set"), on=CalendarCollection)(_timezone_service_set),
)
