"""Calendars of which one may know only when they make busy (RFC 4791 §6.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cyrpy.data import access, calendars
from cyrpy.data.calendars import CalendarRow
from cyrpy.dav.resource import TYPES, Resource
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV
from cyrpy.groupware.access import has
from cyrpy.groupware.calendars import KIND
from cyrpy.groupware.freebusy import READ_FREE_BUSY as LETTER
from cyrpy_caldav.names import CALDAV, PRIVILEGES, READ_FREE_BUSY
from cyrpy_caldav.tree import CalendarHome

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.urls import Path

DEPTH: Final = 3  # of a path below the prefix: user, its name, the calendar's


class HiddenCalendar(Resource):
    """Such a calendar: it is listed nowhere, and answers questions for busy time alone."""

    types = (DAV("collection"), CALDAV("calendar"))
    privileges = PRIVILEGES
    methods = frozenset({"OPTIONS", "REPORT"})

    def __init__(self, home: CalendarHome, row: CalendarRow) -> None:
        super().__init__(f"{home.url}{encode(row.uri)}/", row.account_id)
        self.row = row

    def held(self, ctx: DavContext) -> frozenset[str]:
        """The one privilege."""
        return frozenset({READ_FREE_BUSY.name})


def hidden_calendar(path: Path, ctx: DavContext) -> HiddenCalendar | None:
    """The calendar at a path below the prefix, for one who may know when it makes busy."""
    if ctx.request.method not in HiddenCalendar.methods:
        return None
    kind = TYPES.get(path[0])
    owner = None if kind is None else ctx.principal_named(kind, path[1])
    row = owner and ctx.unit.first(calendars.BY_URI, account_id=owner.id, uri=path[2])
    if owner is None or row is None:
        return None
    granted = access.granted_to(ctx.unit, owner.id, KIND, ctx.actor.principals)
    if not has(granted.get(row.id, ""), LETTER):
        return None
    return HiddenCalendar(CalendarHome(owner), row)
