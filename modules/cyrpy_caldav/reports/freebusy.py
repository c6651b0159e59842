"""free-busy-query (RFC 4791 §7.10): when a calendar, or all calendars of a home, make busy."""

from __future__ import annotations

from typing import Final

from cyrpy.data import events
from cyrpy.data.calendars import CalendarRow
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.report import report
from cyrpy.dav.xml import DAV, Element
from cyrpy.errors import Unavailable
from cyrpy.formats.ical.busy import Busy
from cyrpy.formats.ical.series import Window
from cyrpy.formats.ical.write import write
from cyrpy.groupware.busy_answers import answer_of, busy_in
from cyrpy.groupware.freebusy import Asked, busy_time
from cyrpy_caldav.hidden import HiddenCalendar
from cyrpy_caldav.names import CALDAV, READ_FREE_BUSY
from cyrpy_caldav.ranges import window_of
from cyrpy_caldav.tree import CalendarCollection, CalendarHome

NAME: Final = CALDAV("free-busy-query")
TYPE: Final = b"text/calendar; charset=utf-8"
# Times of private objects count, as in scheduling; of secret ones only to their owner.
OTHERS: Final = events.PRIVATE


@report(NAME, on=CalendarCollection, slow=True)
def of_calendar(calendar: CalendarCollection, body: Element, ctx: DavContext) -> Answer:
    """The busy time of one calendar; whatever the Depth, its objects are meant."""
    ctx.require(calendar, READ_FREE_BUSY.name)
    view = calendar.view
    return _of_row(view.row, events.SECRET if view.is_owner else OTHERS, body, ctx)


@report(NAME, on=HiddenCalendar, slow=True)
def of_hidden(calendar: HiddenCalendar, body: Element, ctx: DavContext) -> Answer:
    """The same for one who may know nothing else of the calendar."""
    return _of_row(calendar.row, OTHERS, body, ctx)


@report(NAME, on=CalendarHome, slow=True)
def of_home(home: CalendarHome, body: Element, ctx: DavContext) -> Answer:
    """When the owner of the home is busy, by all calendars that count for that."""
    window = _window(body)
    try:
        found = busy_time(ctx.unit, Asked(home.row.id, window, ctx.actor))
    except Unavailable as exc:
        raise _too_much(exc) from exc
    return _answer(found, window, ctx)


def _of_row(row: CalendarRow, most: int, body: Element, ctx: DavContext) -> Answer:
    window = _window(body)
    try:
        found = busy_in(ctx.unit, row, window, most)
    except Unavailable as exc:
        raise _too_much(exc) from exc
    return _answer(found, window, ctx)


def _window(body: Element) -> Window:
    given = body.findall(CALDAV("time-range"))
    if len(given) != 1:
        raise DavError(400, "free-busy-query has one CALDAV:time-range")
    return window_of(given[0], both=True)


def _answer(found: list[Busy], window: Window, ctx: DavContext) -> Answer:
    calendar = answer_of(found, window, int(ctx.core.clock()))
    return Answer(200, ((b"content-type", TYPE),), write(calendar))


def _too_much(error: Unavailable) -> DavError:
    return DavError(507, str(error), DAV("number-of-matches-within-limits"))


REPORTS = (of_calendar, of_hidden, of_home)
