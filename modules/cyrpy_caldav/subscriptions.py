"""Subscribed calendars: where another calendar is published, kept for the user's clients.

The clients fetch it themselves; the server keeps its URL and how it is shown (CS:source,
A:refreshrate, CS:subscribed-strip-alarms and the like, as Apple's clients set them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Xml, empties
from cyrpy.dav.property import live
from cyrpy.dav.xml import CALENDARSERVER, DAV, Element, children
from cyrpy_caldav.tree import SUBSCRIBED, CalendarCollection

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

SOURCE: Final = CALENDARSERVER("source")
SCHEMES: Final = frozenset({"http", "https", "webcal", "webcals"})
MAX_URL: Final = 2000  # characters


def is_subscribed(calendar: CalendarCollection, ctx: DavContext) -> bool:
    """Whether the calendar is a subscription."""
    return SOURCE in ctx.dead.of(calendar.dead_key(ctx))


@live(DAV("resourcetype"), on=CalendarCollection, allprop=True)
def resourcetype(calendar: CalendarCollection, ctx: DavContext) -> Xml:
    """A subscription is no calendar to which a client could write (RFC 4791 §4.2)."""
    if is_subscribed(calendar, ctx):
        return empties((DAV("collection"), SUBSCRIBED))
    return empties(calendar.resource_types(ctx))


def _source(value: Element) -> str:
    """The URL in CS:source.

    Raises:
        DavError: 409 if there is none, or none that could be fetched.
    """
    hrefs = [child for child in children(value) if child.tag == DAV("href")]
    url = (hrefs[0].text or "").strip() if len(hrefs) == 1 else ""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() not in SCHEMES or not parts.netloc or len(url) > MAX_URL:
        raise DavError(409, "source is one DAV:href, with a URL of http, https or webcal")
    return url


@live(SOURCE, on=CalendarCollection, parse=_source, kept=True)
def source(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """Where a subscription is fetched from; shown as the client wrote it."""
    return None


@source.setter
def set_source(calendar: CalendarCollection, url: str | None, ctx: DavContext) -> None:
    """Of subscriptions alone, which always have one.

    Raises:
        DavError: 403 for any other calendar, and where it would be removed.
    """
    subscribed = calendar.is_subscription if calendar.is_new else is_subscribed(calendar, ctx)
    if not subscribed or url is None:
        raise DavError(
            403,
            "a calendar is made as a subscription, with its source, and stays one",
            DAV("cannot-modify-protected-property"),
        )
    calendar.has_source = True


PROPERTIES = (resourcetype, source)
