"""Reports on the scheduling inbox (RFC 6638 §2.2, RFC 4791 §7.8, §7.9)."""

from __future__ import annotations

from cyrpy.data import schedule
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.multiget import multiget
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.report import report
from cyrpy.dav.xml import Element
from cyrpy.groupware import freebusy
from cyrpy_caldav.calendar_data import wanted
from cyrpy_caldav.candidates import Query, query_of
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.scheduling import Inbox, InboxItem


@report(CALDAV("calendar-multiget"), on=Inbox)
def inbox_multiget(inbox: Inbox, body: Element, ctx: DavContext) -> Answer:
    """The named messages; each that is not there is a 404."""
    return multiget(inbox, body, ctx)


@report(CALDAV("calendar-query"), on=Inbox, slow=True)
def inbox_query(inbox: Inbox, body: Element, ctx: DavContext) -> Answer:
    """The messages that match; of Depth 0, which is the inbox alone, none."""
    query = Query(ctx.request.said(query_of), ctx.once(wanted).allowance)
    names = ctx.request.said(requested_properties)
    floating = query.asked.zone or freebusy.zone_of(ctx.unit, inbox.number)
    result = Multistatus(ctx)
    rows = [] if ctx.request.depth in {None, "0"} else schedule.inbox(ctx.unit, inbox.number)
    for row in rows:
        item = InboxItem(inbox, row)
        if query.matches(item.octets(ctx), floating):
            result.add(item, names)
    return Answer.multistatus(result.body())


REPORTS = (inbox_multiget, inbox_query)
