"""Live properties of scheduling (RFC 6638 §2.4, §9, RFC 7953 §7.2)."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Href, Xml
from cyrpy.dav.property import live
from cyrpy.dav.resource import Principal
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import CALENDARSERVER, DAV, Element
from cyrpy.errors import FormatError
from cyrpy.formats.ical.parse import Limits, parse
from cyrpy.groupware import freebusy
from cyrpy_caldav.calendar_data import calendar_data, wanted
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.scheduling import INBOX, OUTBOX, Inbox, InboxItem
from cyrpy_caldav.tree import CalendarCollection, CalendarHome

MAX_AVAILABILITY: Final = 100_000  # octets


def _box_href(principal: Principal, ctx: DavContext, name: str) -> Href | None:
    """Where a box is, for its owner: nobody else sees it."""
    if principal.row.id != ctx.user_id or principal.row.type not in CalendarHome.principals:
        return None
    return Href(f"{CalendarHome(principal.row).url}{name}/")


@live(CALDAV("schedule-inbox-URL"), on=Principal)
def schedule_inbox_url(principal: Principal, ctx: DavContext) -> Href | None:
    """Where messages arrive (RFC 6638 §2.2.1)."""
    return _box_href(principal, ctx, INBOX)


@live(CALDAV("schedule-outbox-URL"), on=Principal)
def schedule_outbox_url(principal: Principal, ctx: DavContext) -> Href | None:
    """Where to ask for others' busy time (RFC 6638 §2.1.1)."""
    return _box_href(principal, ctx, OUTBOX)


def _default(value: Element) -> str:
    target = value.find(DAV("href"))
    if target is None or not (target.text or "").strip():
        raise DavError(
            403,
            "schedule-default-calendar-URL has the DAV:href of a calendar",
            CALDAV("valid-schedule-default-calendar-URL"),
        )
    return str(target.text).strip()


@live(CALDAV("schedule-default-calendar-URL"), on=Inbox, parse=_default)
def schedule_default_calendar_url(inbox: Inbox, ctx: DavContext) -> Href | None:
    """The calendar to which invitations go (RFC 6638 §9.2)."""
    for name, view in inbox.home.views(ctx).items():
        if view.is_default and view.is_owner:
            return Href(f"{inbox.home.url}{encode(name)}/")
    return None


@schedule_default_calendar_url.setter
def set_schedule_default_calendar_url(inbox: Inbox, href: str | None, ctx: DavContext) -> None:
    """Another calendar of one's own.

    Raises:
        DavError: 403 if it is none, or if there would be none.
    """
    if href is None:
        raise DavError(
            403, "invitations need a calendar to go to", CALDAV("default-calendar-needed")
        )
    found = ctx.at(href)
    if not isinstance(found, CalendarCollection) or not found.view.is_owner:
        raise DavError(
            403,
            "the default calendar is one of the user's own",
            CALDAV("valid-schedule-default-calendar-URL"),
        )
    inbox.default = found.view


@live(CALDAV("calendar-free-busy-set"), on=Inbox)
def calendar_free_busy_set(inbox: Inbox, ctx: DavContext) -> tuple[Href, ...]:
    """The calendars that make the user busy; clients before RFC 6638 look here."""
    return tuple(
        Href(f"{inbox.home.url}{encode(name)}/")
        for name, view in inbox.home.views(ctx).items()
        if view.is_owner and view.row.include_in_availability != "none"
    )


@live(CALDAV("calendar-availability"), on=Inbox)
def calendar_availability(inbox: Inbox, ctx: DavContext) -> str | None:
    """When the user is available at all, as VAVAILABILITY (RFC 7953 §7.2.4)."""
    octets = freebusy.availability_text(ctx.unit, inbox.number)
    return None if octets is None else octets.decode()


@calendar_availability.setter
def set_calendar_availability(inbox: Inbox, text: str | None, ctx: DavContext) -> None:
    """Removed, the user is available always.

    Raises:
        DavError: 403 valid-calendar-data if it is no iCalendar object with VAVAILABILITY.
    """
    if text is None:
        inbox.availability.append(None)
        return
    octets = text.strip().encode() + b"\r\n"
    try:
        calendar = parse(octets, limits=Limits(max_octets=MAX_AVAILABILITY))
    except FormatError as exc:
        raise DavError(403, str(exc), CALDAV("valid-calendar-data")) from exc
    if not calendar.named("VAVAILABILITY"):
        raise DavError(
            403, "calendar-availability holds VAVAILABILITY", CALDAV("valid-calendar-data")
        )
    inbox.availability.append(octets)


@live(CALENDARSERVER("calendar-availability"), on=Inbox)
def apple_calendar_availability(inbox: Inbox, ctx: DavContext) -> str | None:
    """The same by the name under which Apple Calendar knows it."""
    return calendar_availability.get(inbox, ctx)  # type: ignore[return-value]


@apple_calendar_availability.setter
def set_apple_calendar_availability(inbox: Inbox, text: str | None, ctx: DavContext) -> None:
    """As the other."""
    set_calendar_availability(inbox, text, ctx)


@live(CALDAV("calendar-data"), on=InboxItem)
def inbox_calendar_data(item: InboxItem, ctx: DavContext) -> Xml | None:
    """The message, in reports (RFC 4791 §9.6)."""
    zone = freebusy.zone_of(ctx.unit, item.row.account_id)
    return calendar_data(item.octets(ctx), ctx.once(wanted), zone)


PROPERTIES = (
    schedule_inbox_url,
    schedule_outbox_url,
    schedule_default_calendar_url,
    calendar_free_busy_set,
    calendar_availability,
    apple_calendar_availability,
    inbox_calendar_data,
)
