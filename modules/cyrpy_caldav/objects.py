"""Calendar objects as resources (RFC 4791 §4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cyrpy.data import events
from cyrpy.data.dav import Key
from cyrpy.data.events import EventRow
from cyrpy.dav.item import Content, Item, Upload
from cyrpy.dav.property import live
from cyrpy.dav.urls import encode
from cyrpy.groupware import calendars
from cyrpy.groupware import events as use_cases
from cyrpy.groupware.attachments import embedder
from cyrpy.groupware.scheduling import How
from cyrpy_caldav.asked import ICALENDAR
from cyrpy_caldav.attachments import Action, act, action_of
from cyrpy_caldav.calendar_data import rezoned, zones_wanted
from cyrpy_caldav.forms import accepted, content_type, converted
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.refusals import refusals
from cyrpy_caldav.scheduling_headers import check_schedule_tag
from cyrpy_caldav.settings import options

if TYPE_CHECKING:
    from cyrpy.dav.answer import Answer, Headers
    from cyrpy.dav.context import DavContext
    from cyrpy_caldav.tree import CalendarCollection

LOT: Final = 4 << 20  # octets of objects that are read at once


class Texts:
    """The octets of some objects, read by lots when the first of a lot is asked for."""

    def __init__(self, rows: Sequence[EventRow], known: Mapping[int, bytes] | None = None) -> None:
        self._rows = rows
        self._places = {row.id: place for place, row in enumerate(rows)}
        self._known = dict(known or {})

    def of(self, row: EventRow, ctx: DavContext) -> bytes:
        """The octets of one of them."""
        if row.id not in self._known:
            lot = self._lot(self._places[row.id])
            self._known = events.octets_of(ctx.unit, row.account_id, lot)
        return self._known[row.id]

    def _lot(self, start: int) -> list[int]:
        numbers: list[int] = []
        size = 0
        for row in self._rows[start : start + events.PAGE]:
            size += row.size
            if numbers and size > LOT:
                break
            numbers.append(row.id)
        return numbers


class CalendarObject(Item):
    """An event, a task, … as the calendar's owner or a sharee sees it."""

    methods = Item.methods | {"POST"}

    def __init__(self, calendar: CalendarCollection, row: EventRow, texts: Texts) -> None:
        super().__init__(f"{calendar.url}{encode(row.uri)}", row.account_id)
        self.calendar = calendar
        self.row = row
        self._texts = texts

    def octets(self, ctx: DavContext) -> bytes:
        """The iCalendar object as it was written last."""
        return self._texts.of(self.row, ctx)

    def content(self, ctx: DavContext) -> Content:
        """As it was written, or in the form that Accept asks for.

        The entity tag is that of the object in every form: clients name it when they write.

        Raises:
            DavError: 406 if there is no such form.
        """
        form = accepted(ctx.request.header(b"accept"))
        octets = rezoned(self.octets(ctx), zones_wanted(ctx))
        if form != ICALENDAR:
            octets = converted(octets, form)
        return Content(octets, content_type(form, self.row.component), varies=True)

    def held(self, ctx: DavContext) -> frozenset[str]:
        """As on its calendar."""
        return self.calendar.held(ctx)

    def etag(self, ctx: DavContext) -> str:
        """Of the octets."""
        return f'"{self.row.etag}"'

    def last_modified(self, ctx: DavContext) -> int:
        """When it was written last."""
        return self.row.updated_at

    def created(self, ctx: DavContext) -> int:
        """When it came to this server."""
        return self.row.created_at

    def size(self, ctx: DavContext) -> int:
        """Octets."""
        return self.row.size

    def content_type(self, ctx: DavContext) -> str:
        """Of what GET gives, if nothing else is asked for."""
        return content_type(ICALENDAR, self.row.component)

    def headers(self, ctx: DavContext) -> Headers:
        """Schedule-Tag, of scheduling objects (RFC 6638 §8.2)."""
        return schedule_tag_header(self.row)

    def dead_key(self, ctx: DavContext) -> Key:
        """By its number."""
        return Key(self.row.account_id, calendars.EVENT, self.row.id)

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Action:
        """An attachment that is to be added, replaced or removed (RFC 8607 §3)."""
        return action_of(ctx, upload)

    def post(self, ctx: DavContext, prepared: Action) -> Answer:
        """Do that."""
        return act(self, prepared, how_of(ctx), ctx)

    def renewed(self, row: EventRow) -> CalendarObject:
        """The object as it is now."""
        return CalendarObject(self.calendar, row, Texts([row]))

    def delete(self, ctx: DavContext) -> None:
        """For whom may remove it; attendees are told, and so is the organizer (RFC 6638 §3.2)."""
        check_schedule_tag(ctx, self.row)
        with refusals(self.calendar, ctx):
            use_cases.delete(ctx.unit, ctx.actor, self.calendar.view, self.row, how_of(ctx))


def how_of(ctx: DavContext) -> How:
    """What the request says: Schedule-Reply (RFC 6638 §8.1), and what it is based on."""
    settings = options(ctx)
    return How(
        max_attendees=settings.max_attendees,
        max_age=settings.historical_age,
        replies=(ctx.request.header(b"schedule-reply") or "").upper() != "F",
        merges=ctx.request.header(b"if-match") is None,  # else it knows all answers that came
        mails=ctx.core.settings.sends_mail,
        embed=embedder(ctx.core.blobs),
    )


def schedule_tag_header(row: EventRow) -> tuple[tuple[bytes, bytes], ...]:
    """The header, if the object has a Schedule-Tag."""
    if row.schedule_tag is None:
        return ()
    return ((b"schedule-tag", b'"%b"' % row.schedule_tag.encode()),)


@live(CALDAV("schedule-tag"), on=CalendarObject)
def schedule_tag(item: CalendarObject, ctx: DavContext) -> str | None:
    """Changes with what attendees have to know (RFC 6638 §9.3)."""
    tag = item.row.schedule_tag
    return None if tag is None else f'"{tag}"'


PROPERTIES = (schedule_tag,)
