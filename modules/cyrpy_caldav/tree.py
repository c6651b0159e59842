"""Calendar homes and calendars as resources (RFC 4791 §4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cyrpy.dav.container import Container
from cyrpy.dav.errors import DavError
from cyrpy.dav.homes import Home, resolver
from cyrpy.dav.xml import DAV
from cyrpy.groupware import calendars
from cyrpy.groupware.access import ALL_LETTERS, CALENDAR_IMPLIED, normalized
from cyrpy.groupware.calendars import CalendarView
from cyrpy_caldav.names import CALDAV, PRIVILEGES

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

PREFIX: Final = "/dav/calendars"


class CalendarCollection(Container[CalendarView]):
    """A calendar, as its owner or a sharee sees it."""

    types = (DAV("collection"), CALDAV("calendar"))
    privileges = PRIVILEGES
    kind = calendars.KIND
    item = calendars.EVENT

    def create(self, ctx: DavContext) -> CalendarView:
        """In the user's account; its name in URLs is its name, if the client gave none."""
        values = {"name": self.name, **self.values}
        row = calendars.create(ctx.unit, self.home.row.id, values, uri=self.name)
        return CalendarView(row, ALL_LETTERS, is_owner=True, is_default=False)

    def update(self, ctx: DavContext) -> None:
        """A sharee's name, colour, order and time zone are its own."""
        calendars.update(ctx.unit, self.view, ctx.actor, self.values)

    def remove(self, ctx: DavContext) -> None:
        """With its events; the default calendar stays (RFC 6638 §4.3)."""
        try:
            calendars.delete(ctx.unit, self.view, remove_events=True)
        except calendars.IsDefault as exc:
            raise DavError(
                403, f"{exc}; make another the default first", CALDAV("default-calendar-needed")
            ) from exc

    def share(self, ctx: DavContext, wanted: Mapping[int, str]) -> None:
        """Whoever may read also sees when the owner is busy."""
        letters = {id: normalized(given, CALENDAR_IMPLIED) for id, given in wanted.items()}
        calendars.set_shares(ctx.unit, self.view, letters)


class CalendarHome(Home[CalendarView]):
    """The calendars of one principal, and in one's own what others share."""

    privileges = PRIVILEGES
    prefix = ("dav", "calendars")
    principals = frozenset({"individual", "location", "resource"})
    container = CalendarCollection
    reserved = frozenset({"inbox", "outbox", "attachments"})  # RFC 6638 and RFC 8607, as in Cyrus

    def visible(self, account_id: int, ctx: DavContext) -> list[CalendarView]:
        """With what the user set for itself put in."""
        return calendars.visible(ctx.unit, account_id, ctx.actor)


resolve: Final = resolver(CalendarHome)
