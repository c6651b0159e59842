"""What a user is told of shares: small XML documents (calendarserver-sharing §4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cyrpy.data import addresses, changes, invitations
from cyrpy.data.invitations import NOTICE, NoticeRow
from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.dav.item import Content, Item
from cyrpy.dav.markup import XML, Href, Xml, document, element, href
from cyrpy.dav.property import live
from cyrpy.dav.resource import KINDS, ROOT, Collection, Delta, Principal, Resource, principal_path
from cyrpy.dav.urls import Path, collection, encode
from cyrpy.dav.xml import CALENDARSERVER, DAV
from cyrpy.groupware.invitations import ANSWERED, INVITED, Standing

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

SEGMENT: Final = "notifications"
PREFIX: Final = (*ROOT, SEGMENT)
SUFFIX: Final = ".xml"


class Notifications(Collection):
    """`/dav/notifications/user/<userid>/`: the user's own, and nobody else's."""

    types = (DAV("collection"), CALENDARSERVER("notification"))

    def __init__(self, row: PrincipalRow) -> None:
        super().__init__(collection(*PREFIX, KINDS[row.type], row.name), row.id)
        self.row = row
        self.sync_tag = f"{NOTICE}.{row.id}"

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """All of them, the oldest first."""
        rows = ctx.unit.all(invitations.NOTICES, account_id=self.row.id)
        return [Notification(self, row) for row in rows]

    def member(self, name: str, ctx: DavContext) -> Resource | None:
        """One by its uid."""
        key = {"account_id": self.row.id, "uid": name.removesuffix(SUFFIX)}
        row = ctx.unit.first(invitations.NOTICE_BY_UID, **key)
        return None if row is None or not name.endswith(SUFFIX) else Notification(self, row)

    def sync_state(self, ctx: DavContext) -> str:
        """Of all of them."""
        return str(changes.state(ctx.unit, self.row.id, NOTICE))

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """By number."""
        rows = ctx.unit.all(invitations.NOTICES, account_id=self.row.id)
        return [(row.id, Notification(self, row)) for row in rows]

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """By the log."""
        found = changes.changes_since(ctx.unit, self.row.id, NOTICE, since, limit=limit)
        names = dict.fromkeys(f"{uid}{SUFFIX}" for uid in found.names.values())
        members = {name: self.member(name, ctx) for name in names}
        return Delta(
            found.new,
            [member for member in members.values() if member is not None],
            [f"{self.url}{encode(name)}" for name, member in members.items() if member is None],
            found.more,
        )


class Notification(Item):
    """One of them; a client removes it when it has shown it."""

    methods = Resource.methods | {"GET", "HEAD", "DELETE"}

    def __init__(self, parent: Notifications, row: NoticeRow) -> None:
        super().__init__(f"{parent.url}{encode(row.uid + SUFFIX)}", row.account_id)
        self.row = row

    def content(self, ctx: DavContext) -> Content:
        """As XML."""
        return Content(document(CALENDARSERVER("notification"), _body(self.row, ctx)), XML.decode())

    def etag(self, ctx: DavContext) -> str:
        """By when it was last said."""
        return f'"{self.row.updated_modseq}"'

    def last_modified(self, ctx: DavContext) -> int:
        """When it was said."""
        return self.row.created_at

    def content_type(self, ctx: DavContext) -> str | None:
        """XML."""
        return XML.decode()

    def delete(self, ctx: DavContext) -> None:
        """For good; what it told of stays as it is."""
        invitations.remove_notice(ctx.unit, self.row)


def _body(row: NoticeRow, ctx: DavContext) -> bytes:
    at = datetime.fromtimestamp(row.created_at, UTC).strftime("%Y%m%dT%H%M%SZ")
    stamp = element(CALENDARSERVER("dtstamp"), at)
    facts = row.facts
    summary = facts.get("summary") or facts.get("name") or facts["uri"]
    if row.type == ANSWERED:
        accepted = facts["standing"] == Standing.ACCEPTED.value
        inside = element(
            CALENDARSERVER("invite-reply"),
            element(DAV("href"), address_of(facts["sharee"], ctx)),
            element(CALENDARSERVER("invite-accepted" if accepted else "invite-declined")),
            element(CALENDARSERVER("in-reply-to"), facts["uid"]),
            element(CALENDARSERVER("summary"), summary),
        )
        return stamp + inside
    state = "invite-noresponse" if row.type == INVITED else "invite-deleted"
    inside = element(
        CALENDARSERVER("invite-notification"),
        element(CALENDARSERVER("uid"), facts["uid"]),
        element(DAV("href"), address_of(facts["sharee"], ctx)),
        element(CALENDARSERVER(state)),
        access_of(facts["rights"]),
        element(CALENDARSERVER("hosturl"), href(facts["host"], ctx.request.base)),
        person(facts["owner"], ctx, CALENDARSERVER("organizer")),
        element(CALENDARSERVER("summary"), summary),
    )
    return stamp + inside


def address_of(id: int, ctx: DavContext) -> str:
    """How a principal is called in invitations: its address, else its URL."""
    found = addresses.addresses_of(ctx.unit, id)
    if found:
        return f"mailto:{found[0]}"
    row = ctx.principal_row(id)
    return "" if row is None else ctx.request.base + collection(*principal_path(row))


def person(id: int, ctx: DavContext, name: str) -> Xml:
    """An element with a principal's address and name; it may be gone by now."""
    row = ctx.principal_row(id)
    called = b"" if row is None else element(CALENDARSERVER("common-name"), row.display_name)
    return element(name, element(DAV("href"), address_of(id, ctx)), called)


def access_of(letters: str) -> Xml:
    """CS:access for letters."""
    mode = "read-write" if "w" in letters else "read"
    return element(CALENDARSERVER("access"), element(CALENDARSERVER(mode)))


def resolve(path: Path, ctx: DavContext) -> Resource | None:
    """What is at a path below `/dav/notifications`: `user/<userid>/…`."""
    if len(path) not in {2, 3} or path[0] != KINDS[INDIVIDUAL]:
        return None
    row = ctx.principal_named(INDIVIDUAL, path[1])
    if row is None or row.id != ctx.user_id:
        return None
    found = Notifications(row)
    return found if len(path) == 2 else found.member(path[2], ctx)


@live(CALENDARSERVER("notification-URL"), on=Principal)
def notification_url(principal: Principal, ctx: DavContext) -> Href | None:
    """Where the user is told of shares; of others nobody needs to know."""
    is_own = principal.row.id == ctx.user_id and principal.row.type == INDIVIDUAL
    return Href(Notifications(principal.row).url) if is_own else None


@live(CALENDARSERVER("notificationtype"), on=Notification)
def notificationtype(notification: Notification, ctx: DavContext) -> Xml:
    """What it tells of, without the details."""
    name = "invite-reply" if notification.row.type == ANSWERED else "invite-notification"
    return element(CALENDARSERVER(name))


PROPERTIES = (notification_url, notificationtype)
