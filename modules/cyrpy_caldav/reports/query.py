"""calendar-query (RFC 4791 §7.8): objects of a calendar, or of all in a home, that match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from cyrpy.data.listing import Rows
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.report import report
from cyrpy.dav.resource import Resource
from cyrpy.dav.sheet import Sheet
from cyrpy.dav.xml import DAV, Element
from cyrpy_caldav.calendar_data import wanted
from cyrpy_caldav.candidates import Query, matching, query_of, zone_of_calendar
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.objects import CalendarObject
from cyrpy_caldav.settings import options
from cyrpy_caldav.tree import CalendarCollection, CalendarHome

NAME: Final = CALDAV("calendar-query")
PAGE: Final = 100  # objects that are read at once
_MAX_DIGITS: Final = 18


class Page(NamedTuple):
    """Objects of which rows tell all that is asked for."""

    calendar: CalendarCollection
    sheet: Sheet
    rows: Rows


Found = Page | CalendarObject


def _query(ctx: DavContext) -> Query:
    return Query(ctx.request.said(query_of), ctx.once(wanted).allowance)


@report(NAME, on=CalendarCollection, slow=True)
def query_calendar(calendar: CalendarCollection, body: Element, ctx: DavContext) -> Answer:
    """Objects of the calendar that match; of Depth 0, which is the calendar alone, none.

    A query without Depth, which is Depth 0 by RFC 3253 §3.6, is not meant to find nothing.
    """
    query = _query(ctx)
    within = () if ctx.request.depth == "0" else (calendar,)
    return _answer(_found(within, query, ctx.request.said(_names), ctx), calendar, body, ctx)


@report(NAME, on=CalendarHome, slow=True)
def query_home(home: CalendarHome, body: Element, ctx: DavContext) -> Answer:
    """Objects of all calendars in the home, of Depth infinity; nothing nearer is an object."""
    query = _query(ctx)
    within = home.members(ctx) if ctx.request.depth == "infinity" else ()
    calendars = (member for member in within if isinstance(member, CalendarCollection))
    return _answer(_found(calendars, query, ctx.request.said(_names), ctx), home, body, ctx)


@report(NAME, on=CalendarObject, slow=True)
def query_object(item: CalendarObject, body: Element, ctx: DavContext) -> Answer:
    """The one object, if it matches (RFC 4791 §7)."""
    query = _query(ctx)
    floating = query.asked.zone or zone_of_calendar(item.calendar.view)
    matches = query.asked.plan.admits(item.row) and query.matches(item.octets(ctx), floating)
    return _answer(iter([item] if matches else []), item, body, ctx)


def _found(
    calendars: Iterable[CalendarCollection], query: Query, names: tuple[str, ...], ctx: DavContext
) -> Iterator[Found]:
    """Those that match: as rows, if rows tell all that is asked for, else as resources."""
    for calendar in calendars:
        sheet = calendar.sheet(names, ctx) if names else None
        for ids in matching(ctx.unit, calendar.view, query):
            if sheet is None:
                yield from calendar.members_numbered(ids, ctx)
                continue
            for at in range(0, len(ids), PAGE):
                rows = calendar.sheet_rows_numbered(sheet, ids[at : at + PAGE], ctx)
                yield Page(calendar, sheet, rows)


def _answer(found: Iterator[Found], scope: Resource, body: Element, ctx: DavContext) -> Answer:
    """A response for each, as many as were asked for, and as fit into one answer.

    What is left out is told by a 507 for the resource that was asked (RFC 6352 §8.6.2 says how).
    """
    result = Multistatus(ctx)
    add, limit, room = _adder(body, result, ctx), ctx.request.said(_limit), options(ctx)
    for each in found:
        if isinstance(each, Page):
            result.add_rows(each.sheet, each.rows, each.calendar)
        else:
            add(each)
        if result.cut(limit, room.max_report_size):
            result.status(scope.url, 507, CUT)
            break
    return Answer.multistatus(result.body())


def _names(body: Element) -> tuple[str, ...]:
    """The properties that are asked for by name; none if it is all, or their names."""
    others = body.find(DAV("allprop")) is not None or body.find(DAV("propname")) is not None
    return () if others else requested_properties(body)


def _adder(body: Element, result: Multistatus, ctx: DavContext) -> Callable[[CalendarObject], None]:
    """What adds an object to the answer as the body asks."""
    if body.find(DAV("allprop")) is not None:
        return partial(result.add_all, include=())
    if body.find(DAV("propname")) is not None:
        return result.add_names
    return partial(result.add, names=ctx.request.said(requested_properties))


def _limit(body: Element) -> int | None:
    """DAV:limit (RFC 5323 §5.17)."""
    limit = body.find(DAV("limit"))
    if limit is None:
        return None
    text = (limit.findtext(DAV("nresults")) or "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise DavError(400, "DAV:nresults must be a whole number")
    return int(text)


CUT: Final = DavError(
    507,
    "more objects match than are told here; ask for a narrower time range",
    DAV("number-of-matches-within-limits"),
)

REPORTS = (query_calendar, query_home, query_object)
