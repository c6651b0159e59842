"""Properties of published calendars (calendarserver-sharing §5.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cyrpy.data.calendars import CalendarRow
from cyrpy.data.unit import Unit
from cyrpy.dav.markup import Xml, href
from cyrpy.dav.property import live
from cyrpy.dav.xml import CALENDARSERVER
from cyrpy.groupware import publishing
from cyrpy_caldav.publication import URL, may_publish, url_of
from cyrpy_caldav.tree import CalendarCollection

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext


@live(URL, on=CalendarCollection)
def publish_url(calendar: CalendarCollection, ctx: DavContext) -> Xml | None:
    """Where everybody may read it; only its owner is told."""
    return _url(calendar, ctx, publishing.published)


@live(CALENDARSERVER("pre-publish-url"), on=CalendarCollection)
def pre_publish_url(calendar: CalendarCollection, ctx: DavContext) -> Xml | None:
    """Where that is, or would be if it were published."""
    return _url(calendar, ctx, publishing.token_to_be)


def _url(
    calendar: CalendarCollection, ctx: DavContext, find: Callable[[Unit, CalendarRow], str | None]
) -> Xml | None:
    if not may_publish(calendar, ctx):
        return None
    row = calendar.view.row
    token = find(ctx.unit, row)
    return None if token is None else href(url_of(token, row.name or row.uri, ctx), "")


PROPERTIES = (publish_url, pre_publish_url)
