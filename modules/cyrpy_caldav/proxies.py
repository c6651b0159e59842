"""Delegates as WebDAV principals: `…/principals/user/<userid>/calendar-proxy-write/`.

Apple's caldav-proxy: the members of these groups may read, or read and write, all calendars of the
user. The owner sets DAV:group-member-set; clients find those for whom they act by
CS:calendar-proxy-read-for and -write-for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.dav import privileges
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Href
from cyrpy.dav.property import live
from cyrpy.dav.resource import Collection, Principal, Resource, principal_path
from cyrpy.dav.urls import collection
from cyrpy.dav.xml import CALENDARSERVER, DAV, Element
from cyrpy.groupware import proxies
from cyrpy.groupware.proxies import Mode

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

MAX_DELEGATES: Final = 200


class Proxies(Collection):
    """The delegates of one user; which of them, subclasses say."""

    methods = Resource.methods | {"PROPPATCH"}
    mode: ClassVar[Mode]

    def __init__(self, owner: PrincipalRow) -> None:
        url = f"{collection(*principal_path(owner))}calendar-proxy-{self.mode}/"
        super().__init__(url, owner.id)
        self.owner = owner
        self.wanted: list[PrincipalRow] | None = None  # what PROPPATCH sets

    def display_name(self, ctx: DavContext) -> str | None:
        """Its owner's, and what the delegates may."""
        return f"{self.owner.display_name} ({self.mode})"

    def held(self, ctx: DavContext) -> frozenset[str]:
        """The owner says who they are."""
        return privileges.OWNING if self.owner.id == ctx.user_id else privileges.READING

    def save(self, ctx: DavContext) -> None:
        """Make those the delegates whom the request names."""
        if self.wanted is not None:
            proxies.set_delegates(ctx.unit, self.owner, self.mode, self.wanted)


class ReadProxies(Proxies):
    """Those who may read."""

    mode = "read"
    types = (DAV("collection"), DAV("principal"), CALENDARSERVER("calendar-proxy-read"))


class WriteProxies(Proxies):
    """Those who may write."""

    mode = "write"
    types = (DAV("collection"), DAV("principal"), CALENDARSERVER("calendar-proxy-write"))


def _subprincipal(kind: type[Proxies], principal: Principal, ctx: DavContext) -> Resource | None:
    """The delegates of a user; only people have some, and only they and themselves see them."""
    row = principal.row
    if row.type != INDIVIDUAL:
        return None
    group = proxies.group_of(ctx.unit, row, kind.mode)
    is_member = group is not None and group.id in ctx.actor.principals
    return kind(row) if row.id == ctx.user_id or is_member else None


SUBPRINCIPALS: Final = {
    "calendar-proxy-read": partial(_subprincipal, ReadProxies),
    "calendar-proxy-write": partial(_subprincipal, WriteProxies),
}


def _hrefs(element: Element) -> list[str]:
    found = [(node.text or "").strip() for node in element.iterfind(DAV("href"))]
    if len(found) > MAX_DELEGATES:
        raise DavError(409, f"a user has at most {MAX_DELEGATES} delegates")
    return found


@live(DAV("group-member-set"), on=Proxies, parse=_hrefs)
def group_member_set(group: Proxies, ctx: DavContext) -> tuple[Href, ...]:
    """The delegates (RFC 3744 §4.3)."""
    members = proxies.delegates(ctx.unit, group.owner, group.mode)
    return tuple(Href(collection(*principal_path(row))) for row in members)


@group_member_set.setter
def set_group_member_set(group: Proxies, hrefs: list[str] | None, ctx: DavContext) -> None:
    """By the URLs of principals.

    Raises:
        DavError: 403 for who is not the owner; 409 for what is no user, room or resource.
    """
    if group.owner.id != ctx.user_id:
        raise DavError(403, "only the user itself says who its delegates are")
    found = {url: ctx.at(url) for url in hrefs or ()}
    unknown = [url[:100] for url, there in found.items() if not isinstance(there, Principal)]
    if unknown:
        raise DavError(409, f"there is no principal at {', '.join(unknown[:10])}")
    members = [there.row for there in found.values() if isinstance(there, Principal)]
    if any(row.type == "group" or row.id == group.owner.id for row in members):
        raise DavError(409, "delegates are other users, rooms and resources; not groups")
    group.wanted = list({row.id: row for row in members}.values())


@live(DAV("principal-URL"), on=Proxies)
def principal_url(group: Proxies, ctx: DavContext) -> Href:
    """Its own URL (RFC 3744 §4.2)."""
    return Href(group.url)


def _acting_for(principal: Principal, mode: Mode, ctx: DavContext) -> tuple[Href, ...]:
    if principal.row.id != ctx.user_id:
        return ()
    rows = proxies.delegators(ctx.unit, principal.row, mode)
    return tuple(Href(collection(*principal_path(row))) for row in rows)


@live(CALENDARSERVER("calendar-proxy-read-for"), on=Principal)
def calendar_proxy_read_for(principal: Principal, ctx: DavContext) -> tuple[Href, ...]:
    """Whose calendars it reads as a delegate (caldav-proxy §5.3)."""
    return _acting_for(principal, "read", ctx)


@live(CALENDARSERVER("calendar-proxy-write-for"), on=Principal)
def calendar_proxy_write_for(principal: Principal, ctx: DavContext) -> tuple[Href, ...]:
    """Whose calendars it writes as a delegate (caldav-proxy §5.3)."""
    return _acting_for(principal, "write", ctx)


PROPERTIES: Final = (
    group_member_set,
    principal_url,
    calendar_proxy_read_for,
    calendar_proxy_write_for,
)
