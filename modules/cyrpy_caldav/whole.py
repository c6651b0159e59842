"""A whole calendar as one iCalendar object, as Cyrus gives it to GET (RFC 7986 §5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from cyrpy.data.keys import tag_of
from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Content
from cyrpy.dav.xml import DAV
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.merge import merged
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.textvalue import escape
from cyrpy.groupware import events
from cyrpy_caldav.calendar_data import WRITERS
from cyrpy_caldav.forms import HTML, accepted
from cyrpy_caldav.settings import options
from cyrpy_caldav.zones import PRODID

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy_caldav.tree import CalendarCollection


def whole(calendar: CalendarCollection, ctx: DavContext) -> Content | None:
    """All objects that the user may see; None where a page for people is wanted.

    Raises:
        DavError: 406 for a form that there is not; 507 if it is too much for one answer.
    """
    form = accepted(ctx.request.header(b"accept"), HTML)
    if form == HTML:
        return None
    row = calendar.view.row
    state = f"{row.account_id}.{row.id}.{calendar.sync_state(ctx)}.{row.updated_modseq}"
    told = "\n".join((form, state, row.name, row.color or "", str(calendar.view.is_owner)))
    octets = WRITERS[form](merged(_objects(calendar, ctx), _properties(calendar)))
    charset = "; charset=utf-8" if form.startswith("text/") else ""
    return Content(octets, form + charset, f'"{tag_of(told.encode())}"', varies=True)


def _objects(calendar: CalendarCollection, ctx: DavContext) -> Iterator[Component]:
    """Each object; one that can no more be read is left out."""
    left = options(ctx).max_report_size
    for stored in events.stored_members(ctx.unit, calendar.view):
        left -= stored.row.size
        if left < 0:
            raise DavError(
                507,
                "the calendar is too large for one answer; DAV:sync-collection gives it in parts",
                DAV("number-of-matches-within-limits"),
            )
        try:
            yield parse(stored.octets)
        except FormatError:
            continue


_FIXED: Final = (Line("VERSION", "", "2.0"), Line("PRODID", "", PRODID))


def _properties(calendar: CalendarCollection) -> list[Line]:
    row = calendar.view.row
    name = escape(row.name)
    lines = [*_FIXED, Line("NAME", "", name), Line("X-WR-CALNAME", "", name)]
    if row.color:
        lines.append(Line("X-APPLE-CALENDAR-COLOR", "", row.color))
    if row.description:
        lines.append(Line("DESCRIPTION", "", escape(row.description)))
    if row.time_zone:
        lines.append(Line("X-WR-TIMEZONE", "", escape(row.time_zone)))
    return lines
