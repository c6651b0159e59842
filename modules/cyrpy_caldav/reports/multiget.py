"""calendar-multiget (RFC 4791 §7.9)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.multiget import is_brief, multiget
from cyrpy.dav.report import report
from cyrpy.dav.resource import Resource
from cyrpy.dav.xml import Element
from cyrpy_caldav.calendar_data import wanted
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.objects import CalendarObject
from cyrpy_caldav.tree import CalendarCollection, CalendarHome


def _multiget(resource: Resource, body: Element, ctx: DavContext) -> Answer:
    """The named objects; each that is not there is a 404.

    Raises:
        DavError: 403 supported-calendar-data, 400: what is asked of all of them cannot be.
    """
    ctx.once(wanted)
    return multiget(resource, body, ctx)


REPORTS = tuple(
    report(CALDAV("calendar-multiget"), on=kind, brief=is_brief)(_multiget)
    for kind in (CalendarCollection, CalendarHome, CalendarObject)
)
