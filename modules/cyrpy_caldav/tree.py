"""Calendar homes and calendars as resources (RFC 4791 §4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from cyrpy.data import calendars as rows
from cyrpy.data import events
from cyrpy.data.events import EventRow
from cyrpy.data.listing import Place
from cyrpy.dav.container import Container
from cyrpy.dav.errors import DavError
from cyrpy.dav.homes import Home, resolver
from cyrpy.dav.item import Content, Item, Upload, Written
from cyrpy.dav.markup import Xml
from cyrpy.dav.resource import Delta
from cyrpy.dav.sheet import Text
from cyrpy.dav.xml import CALENDARSERVER, DAV
from cyrpy.groupware import calendars
from cyrpy.groupware import events as use_cases
from cyrpy.groupware.access import ALL_LETTERS, CALENDAR_IMPLIED, normalized
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import Prepared, Target, Way
from cyrpy.groupware.events.read import most_private
from cyrpy.groupware.sharing import Container as Shared
from cyrpy_caldav import publication
from cyrpy_caldav.attachments import attached_before, keep_attached
from cyrpy_caldav.cells import CELLS, TEXT, asks_for_stored
from cyrpy_caldav.names import CALDAV, PRIVILEGES
from cyrpy_caldav.objects import CalendarObject, Texts, how_of, schedule_tag_header
from cyrpy_caldav.refusals import refusals
from cyrpy_caldav.scheduling import box_named, boxes
from cyrpy_caldav.scheduling_headers import check_schedule_tag
from cyrpy_caldav.settings import options
from cyrpy_caldav.uploads import prepared_of
from cyrpy_caldav.whole import whole

if TYPE_CHECKING:
    from cyrpy.dav.answer import Answer
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Resource

PREFIX: Final = "/dav/calendars"
SUBSCRIBED: Final = CALENDARSERVER("subscribed")  # a type of resources


class CalendarCollection(Container[CalendarView]):
    """A calendar, as its owner or a sharee sees it.

    Attributes:
        is_subscription: Whether it is made as a subscription.
        has_source: Whether it is then said what of.
    """

    is_subscription = False
    has_source = False

    makes = frozenset({"PUT"})
    types = (DAV("collection"), CALDAV("calendar"))
    privileges = PRIVILEGES
    kind = calendars.KIND
    item = calendars.EVENT
    reading = normalized("lr", CALENDAR_IMPLIED)
    writing = normalized("lrswite", CALENDAR_IMPLIED)
    listed = events.LISTED
    cells = CELLS

    def create(self, ctx: DavContext) -> CalendarView:
        """In the user's account; its name in URLs is its name, if the client gave none."""
        if self.is_subscription and not self.has_source:
            raise DavError(403, "a subscribed calendar needs its CS:source")
        values = {"name": self.name, **self.values}
        row = calendars.create(ctx.unit, self.home.row.id, values, uri=self.name)
        return CalendarView(row, ALL_LETTERS, is_owner=True, is_default=False)

    def update(self, ctx: DavContext) -> None:
        """A sharee's name, colour, order and time zone are its own."""
        calendars.update(ctx.unit, self.view, ctx.actor, self.values)

    def remove(self, ctx: DavContext) -> None:
        """With its events, as if each were deleted; the default calendar stays (RFC 6638 §4.3)."""
        try:
            if not self.view.is_default:
                use_cases.call_off(ctx.unit, ctx.actor, self.view, how_of(ctx))
            calendars.delete(ctx.unit, self.view, remove_events=True)
        except calendars.IsDefault as exc:
            raise DavError(
                403, f"{exc}; make another the default first", CALDAV("default-calendar-needed")
            ) from exc

    def share(self, ctx: DavContext, wanted: Mapping[int, str]) -> None:
        """Whoever may read also sees when the owner is busy."""
        letters = {id: normalized(given, CALENDAR_IMPLIED) for id, given in wanted.items()}
        calendars.set_shares(ctx.unit, self.view, letters)

    def draft(self, name: str, types: frozenset[str], ctx: DavContext) -> Resource:
        """There are no collections in calendars (RFC 4791 §4.2)."""
        raise DavError(
            403,
            "a calendar holds calendar objects, and no collections",
            CALDAV("calendar-collection-location-ok"),
        )

    def place(self) -> Place:
        """With the most private that the user sees."""
        return Place(self.view.row.account_id, self.view.row.id, most_private(self.view))

    def text(self, ctx: DavContext) -> Text | None:
        """The objects as they are stored, if those are asked for."""
        return TEXT if asks_for_stored(ctx) else None

    def members(self, ctx: DavContext) -> Iterator[CalendarObject]:
        """The objects that the user may see, in the order in which they came."""
        rows = use_cases.members(ctx.unit, self.view)
        while page := list(islice(rows, events.PAGE)):
            texts = Texts(page)
            for row in page:
                yield CalendarObject(self, row, texts)

    def member(self, name: str, ctx: DavContext) -> CalendarObject | None:
        """One object."""
        row = use_cases.find(ctx.unit, self.view, name)
        return None if row is None else self._object(row)

    def whole(self, ctx: DavContext) -> Content | None:
        """The calendar as one iCalendar object."""
        return whole(self, ctx)

    def members_named(self, names: Sequence[str], ctx: DavContext) -> Mapping[str, CalendarObject]:
        """The objects of these names, by one look-up."""
        rows = use_cases.of_names(ctx.unit, self.view, names)
        texts = Texts([rows[name] for name in dict.fromkeys(names) if name in rows])
        return {name: CalendarObject(self, row, texts) for name, row in rows.items()}

    def members_numbered(self, ids: Sequence[int], ctx: DavContext) -> Iterator[CalendarObject]:
        """The objects of these numbers, which the user may see, in that order."""
        for at in range(0, len(ids), events.PAGE):
            found = events.by_ids(ctx.unit, self.view.row.account_id, ids[at : at + events.PAGE])
            rows = [found[id] for id in ids[at : at + events.PAGE] if id in found]
            texts = Texts(rows)
            for row in rows:
                yield CalendarObject(self, row, texts)

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """The objects by their numbers."""
        return ((item.row.id, item) for item in self.members(ctx))

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """By the log, as far as it tells of what the user may see."""
        found = use_cases.calendar_changes_since(ctx.unit, self.view, since, limit)
        return Delta(found.new, (), (), found.more, found.all_names)

    def _object(self, row: EventRow) -> CalendarObject:
        return CalendarObject(self, row, Texts([row]))

    def limit_of_upload(self, ctx: DavContext) -> int:
        """Of calendar objects; attachments have another."""
        return options(ctx).max_resource_size

    def prepare(self, ctx: DavContext, name: str, upload: Upload) -> Prepared:
        """Parse and judge the object."""
        return prepared_of(ctx, upload)

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Any:  # noqa: ANN401 - either
        """A request to publish it, to share it, or a new object."""
        return publication.read(ctx, upload) or super().prepare_post(ctx, upload)

    def post(self, ctx: DavContext, prepared: Any) -> Answer | None:  # noqa: ANN401 - either
        """Publish it, share it, or add the object."""
        if isinstance(prepared, publication.Publication):
            return publication.publish(self, prepared, ctx)
        return super().post(ctx, prepared)

    def sharing_modes(self, ctx: DavContext) -> Xml:
        """It may be published too."""
        shared = super().sharing_modes(ctx)
        published = publication.may_publish(self, ctx)
        return Xml(shared + publication.CAN_BE_PUBLISHED) if published else shared

    def new_name(self, ctx: DavContext, prepared: Prepared) -> str:
        """Its UID, if that may be a name."""
        row = self.view.row
        return use_cases.free_name(ctx.unit, row.account_id, row.id, prepared.uid)

    def put(self, ctx: DavContext, name: str, found: Item | None, prepared: Prepared) -> Written:
        """Store an object (RFC 4791 §5.3.2)."""
        with refusals(self, ctx):
            target = self._target(name, found)
            check_schedule_tag(ctx, target.found)
            before = attached_before(ctx, target.found, prepared)
            stored = use_cases.put(ctx.unit, ctx.actor, target, prepared, Way(how_of(ctx)))
            keep_attached(ctx, stored.row, prepared, before)
        return self._written(stored)

    def accept(
        self, ctx: DavContext, name: str, source: Item, found: Item | None, *, move: bool
    ) -> Written:
        """Copy or move an object into this calendar."""
        if not isinstance(source, CalendarObject):
            raise DavError(
                403,
                "calendars hold calendar objects, nothing else",
                CALDAV("supported-calendar-data"),
            )
        target, row = self._target(name, found), source.row
        with refusals(self, ctx):
            if move:
                origin = source.calendar.view
                stored = use_cases.move(ctx.unit, ctx.actor, origin, row, target)
            else:
                stored = use_cases.copy(ctx.unit, ctx.actor, row, target)
        return self._written(stored)

    def _target(self, name: str, found: Item | None) -> Target:
        return Target(self.view, name, found.row if isinstance(found, CalendarObject) else None)

    def _written(self, stored: use_cases.Written) -> Written:
        headers = schedule_tag_header(stored.row)
        return Written(self._object(stored.row), stored.created, stored.exact, headers)


class CalendarHome(Home[CalendarView]):
    """The calendars of one principal, and in one's own what others share."""

    privileges = PRIVILEGES
    prefix = ("dav", "calendars")
    principals = frozenset({"individual", "location", "resource"})
    container = CalendarCollection
    reserved = frozenset({"inbox", "outbox", "attachments"})  # RFC 6638 and RFC 8607, as in Cyrus

    def draft(self, name: str, types: frozenset[str], ctx: DavContext) -> Resource:
        """A new calendar, or a subscription to one."""
        made = super().draft(name, types - {SUBSCRIBED}, ctx)
        if isinstance(made, CalendarCollection):
            made.is_subscription = SUBSCRIBED in types
        return made

    def visible(self, account_id: int, ctx: DavContext) -> list[CalendarView]:
        """With what the user set for itself put in."""
        return calendars.visible(ctx.unit, account_id, ctx.actor)

    def offered(self, account_id: int, container_id: int, ctx: DavContext) -> Shared | None:
        """A calendar."""
        row = rows.by_id(ctx.unit, account_id, container_id)
        return None if row is None else calendars.container(row)

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """The calendars, and the inbox and outbox of scheduling."""
        return [*super().members(ctx), *boxes(self, ctx)]

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """With the inbox and the outbox, which were always there."""
        return [*enumerate(boxes(self, ctx)), *super().sync_members(ctx)]

    def member(self, name: str, ctx: DavContext) -> Resource | None:
        """A calendar, the inbox or the outbox."""
        return super().member(name, ctx) or box_named(self, name, ctx)


resolve: Final = resolver(CalendarHome)
