"""calendar-data as what a request may name among properties (RFC 4791 §9.6)."""

from __future__ import annotations

from cyrpy.dav.context import DavContext
from cyrpy.dav.markup import Xml
from cyrpy.dav.property import live
from cyrpy_caldav.asked import ELEMENT
from cyrpy_caldav.calendar_data import calendar_data, wanted
from cyrpy_caldav.candidates import zone_of_calendar, zone_wanted
from cyrpy_caldav.objects import CalendarObject


@live(ELEMENT, on=CalendarObject)
def object_data(item: CalendarObject, ctx: DavContext) -> Xml | None:
    """The object, or the part of it that was asked for; it is never among all properties."""
    want = ctx.once(wanted)
    if want.asked is None:
        return None
    if want.asked.is_whole:
        return calendar_data(item.octets(ctx), want)
    floating = ctx.once(zone_wanted) or zone_of_calendar(item.calendar.view)
    return calendar_data(item.octets(ctx), want, floating)


PROPERTIES = (object_data,)
