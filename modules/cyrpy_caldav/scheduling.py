"""The scheduling inbox and outbox of a home (RFC 6638 §2.1, §2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cyrpy.data import schedule
from cyrpy.data.changes import changes_since, state
from cyrpy.data.dav import Key
from cyrpy.data.ids import decode
from cyrpy.data.schedule import KIND, LETTER, MessageRow
from cyrpy.dav import privileges
from cyrpy.dav.item import Content, Item
from cyrpy.dav.privileges import STANDARD, Privilege
from cyrpy.dav.resource import Collection, Delta, Resource
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV
from cyrpy.groupware import calendars, freebusy
from cyrpy_caldav import scheduling_post
from cyrpy_caldav.names import CALDAV

if TYPE_CHECKING:
    from cyrpy.dav.answer import Answer
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.homes import Home
    from cyrpy.dav.item import Upload

INBOX: Final = "Inbox"  # names in URLs, as in Cyrus; found in any case
OUTBOX: Final = "Outbox"
MAX_POSTED: Final = 256 * 1024  # octets of a free-busy request

DELIVER: Final = Privilege(
    CALDAV("schedule-deliver"),
    "Have messages delivered here",
    parts=(
        Privilege(CALDAV("schedule-deliver-invite"), "Have invitations delivered here"),
        Privilege(CALDAV("schedule-deliver-reply"), "Have replies delivered here"),
        Privilege(CALDAV("schedule-query-freebusy"), "Ask when the owner is busy"),
    ),
)
SEND: Final = Privilege(
    CALDAV("schedule-send"),
    "Send messages",
    parts=(
        Privilege(CALDAV("schedule-send-invite"), "Send invitations"),
        Privilege(CALDAV("schedule-send-reply"), "Send replies"),
        Privilege(CALDAV("schedule-send-freebusy"), "Ask when others are busy"),
    ),
)


def _with(further: Privilege) -> Privilege:
    """All privileges, with those of scheduling (RFC 6638 §6)."""
    return Privilege(STANDARD.name, STANDARD.description, parts=(*STANDARD.parts, further))


class Box(Collection):
    """The inbox or the outbox; nobody but its owner sees it."""

    methods = Collection.methods | {"PROPPATCH"}
    kind: str  # of its dead properties
    scheduling: Privilege

    def __init__(self, home: Home[Any], name: str) -> None:
        super().__init__(f"{home.url}{name}/", home.row.id)
        self.home = home
        self.name = name
        self.number = home.row.id

    def display_name(self, ctx: DavContext) -> str:
        """Its name in URLs."""
        return self.name

    def held(self, ctx: DavContext) -> frozenset[str]:
        """All that an owner has, and all of scheduling."""
        return privileges.OWNING | {each.name for each in self.scheduling.walk()}

    def dead_key(self, ctx: DavContext) -> Key:
        """There is one of each in an account."""
        return Key(self.number, self.kind, 0)


class Inbox(Box):
    """What others sent; it was processed before, and is there to be seen and removed."""

    types = (DAV("collection"), CALDAV("schedule-inbox"))
    kind = "ScheduleInbox"
    scheduling = DELIVER
    privileges = _with(DELIVER)

    def __init__(self, home: Home[Any]) -> None:
        super().__init__(home, INBOX)
        self.sync_tag = f"{KIND}.{self.number}"
        self.default: calendars.CalendarView | None = None  # that a setter put in
        self.availability: list[bytes | None] = []

    def save(self, ctx: DavContext) -> None:
        """Write what setters put in."""
        if self.default is not None:
            calendars.set_default(ctx.unit, self.default.row)
        for octets in self.availability:
            freebusy.set_availability(ctx.unit, self.number, octets)

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """The messages, in the order in which they came."""
        return [self._item(row) for row in schedule.inbox(ctx.unit, self.number)]

    def member(self, name: str, ctx: DavContext) -> Resource | None:
        """One message."""
        row = schedule.find(ctx.unit, self.number, name)
        return None if row is None else self._item(row)

    def members_named(self, names: Sequence[str], ctx: DavContext) -> Mapping[str, Resource]:
        """From among the few that there are."""
        wanted = set(names)
        rows = schedule.inbox(ctx.unit, self.number)
        return {row.uri: self._item(row) for row in rows if row.uri in wanted}

    def _item(self, row: MessageRow) -> InboxItem:
        return InboxItem(self, row)

    def sync_state(self, ctx: DavContext) -> str:
        """Of the messages."""
        return str(state(ctx.unit, self.number, KIND))

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """By their numbers."""
        return [(row.id, self._item(row)) for row in schedule.inbox(ctx.unit, self.number)]

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """By the log; a message comes and goes, and never changes."""
        found = changes_since(ctx.unit, self.number, KIND, since, limit=limit)
        there = {row.id: row for row in schedule.inbox(ctx.unit, self.number)}
        changed: list[Resource] = []
        gone: list[str] = []
        for wire_id, name in found.names.items():
            row = there.get(decode(LETTER, wire_id) or 0)
            if row is not None:
                changed.append(self._item(row))
            elif name is not None:
                gone.append(f"{self.url}{encode(name)}")
        return Delta(found.new, changed, gone, found.more)


class InboxItem(Item):
    """One message: an iCalendar object with METHOD."""

    methods = Resource.methods | {"GET", "HEAD", "DELETE"}
    privileges = Inbox.privileges

    def __init__(self, inbox: Inbox, row: MessageRow) -> None:
        super().__init__(f"{inbox.url}{encode(row.uri)}", row.account_id)
        self.inbox = inbox
        self.row = row

    def octets(self, ctx: DavContext) -> bytes:
        """As it was delivered."""
        found = schedule.octets_of(ctx.unit, self.row.account_id, [self.row.id])
        return found[self.row.id]

    def content(self, ctx: DavContext) -> Content:
        """The message."""
        return Content(self.octets(ctx), self.content_type(ctx))

    def content_type(self, ctx: DavContext) -> str:
        """With the method, as iTIP wants it (RFC 5546 §4)."""
        row = self.row
        kind = row.component.lower()
        return f"text/calendar; charset=utf-8; component={kind}; method={row.method}"

    def etag(self, ctx: DavContext) -> str:
        """Of the octets."""
        return f'"{self.row.etag}"'

    def last_modified(self, ctx: DavContext) -> int:
        """When it came."""
        return self.row.created_at

    def created(self, ctx: DavContext) -> int:
        """When it came."""
        return self.row.created_at

    def size(self, ctx: DavContext) -> int:
        """Octets."""
        return self.row.size

    def held(self, ctx: DavContext) -> frozenset[str]:
        """As on the inbox."""
        return self.inbox.held(ctx)

    def delete(self, ctx: DavContext) -> None:
        """Once it was seen; this tells nobody anything (RFC 6638 §4.2)."""
        schedule.remove(ctx.unit, self.row)


class Outbox(Box):
    """Where others' busy time is asked for (RFC 6638 §5)."""

    types = (DAV("collection"), CALDAV("schedule-outbox"))
    methods = Box.methods | {"POST"}
    kind = "ScheduleOutbox"
    scheduling = SEND
    privileges = _with(SEND)

    def __init__(self, home: Home[Any]) -> None:
        super().__init__(home, OUTBOX)

    def limit_of_upload(self, ctx: DavContext) -> int:
        """A request names people and a span of time."""
        return MAX_POSTED

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Answer:
        """The whole answer: what it tells is read, and nothing is written."""
        return scheduling_post.free_busy(ctx, upload)

    def post(self, ctx: DavContext, prepared: Answer) -> Answer:
        """What was found out."""
        return prepared


def boxes(home: Home[Any], ctx: DavContext) -> list[Resource]:
    """Both of them, in one's own home."""
    return [Inbox(home), Outbox(home)] if home.is_own(ctx) else []


def box_named(home: Home[Any], name: str, ctx: DavContext) -> Resource | None:
    """The one of that name."""
    if not home.is_own(ctx):
        return None
    if name.lower() == INBOX.lower():
        return Inbox(home)
    return Outbox(home) if name.lower() == OUTBOX.lower() else None
