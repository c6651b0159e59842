"""The hidden module's own part of the tree: `/dav/`, `/dav/principals/` and the principals in it.

The directory is searched, not listed: who lists it finds itself and its groups, however many users
there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cyrpy.data import addresses, principals
from cyrpy.data.principals import GROUP
from cyrpy.dav import notifications
from cyrpy.dav.markup import Href
from cyrpy.dav.property import live
from cyrpy.dav.resource import (
    KINDS,
    PRINCIPALS,
    ROOT,
    TYPES,
    Collection,
    Principal,
    Resource,
    principal_path,
)
from cyrpy.dav.urls import Path, collection
from cyrpy.dav.xml import DAV
from cyrpy.groupware.proxies import owner_and_mode

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

_SEGMENT: Final = PRINCIPALS[-1]


class Root(Collection):
    """`/dav/`."""

    types = (DAV("collection"),)

    def __init__(self) -> None:
        super().__init__(collection(*ROOT))

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """The principals, and the prefix of each module."""
        found = [PrincipalCollection()]
        prefixes = (tuple(e.prefix.strip("/").split("/")) for e in ctx.tree.extensions)
        others = [ctx.resolve(path) for path in prefixes if path != ROOT]
        return [*found, *(other for other in others if other is not None)]


class PrincipalCollection(Collection):
    """`/dav/principals/`, and in it `user/`, `group/`, `room/` and `resource/`."""

    types = (DAV("collection"),)

    def __init__(self, kind: str | None = None) -> None:
        super().__init__(collection(*PRINCIPALS, *([kind] if kind else [])))
        self.kind = kind

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """Those as whom the user may act."""
        if self.kind is None:
            return [PrincipalCollection(kind) for kind in TYPES]
        return [p for p in acting_as(ctx) if KINDS[p.row.type] == self.kind]


def acting_as(ctx: DavContext) -> list[Principal]:
    """The user and the groups that it is in."""
    ids = sorted(ctx.actor.principals, key=lambda id: (id != ctx.user_id, id))
    found = [ctx.principal(id) for id in ids]
    return [principal for principal in found if principal is not None]


def resolve(path: Path, ctx: DavContext) -> Resource | None:
    """What is at a path below `/dav`."""
    if not path:
        return Root()
    if path[0] == notifications.SEGMENT:
        return notifications.resolve(path[1:], ctx)
    if path[0] != _SEGMENT or len(path) > 4 or not set(path[1:2]) <= TYPES.keys():
        return None
    if len(path) < 3:
        return PrincipalCollection(*path[1:])
    row = ctx.principal_named(TYPES[path[1]], path[2])
    found = None if row is None else Principal(row)
    return found if found is None or len(path) == 3 else ctx.tree.subprincipal(path[3], found, ctx)


@live(DAV("principal-URL"), on=Principal)
def principal_url(principal: Principal, ctx: DavContext) -> Href:
    """Its own URL (RFC 3744 §4.2)."""
    return Href(principal.url)


@live(DAV("alternate-URI-set"), on=Principal)
def alternate_uri_set(principal: Principal, ctx: DavContext) -> tuple[Href, ...]:
    """Its addresses (RFC 3744 §4.1)."""
    return mailtos(principal, ctx)


def mailtos(principal: Principal, ctx: DavContext) -> tuple[Href, ...]:
    """The principal's addresses as URIs, the one that others are shown first."""
    found = addresses.addresses_of(ctx.unit, principal.row.id)
    return tuple(Href(f"mailto:{address}") for address in found)


@live(DAV("group-member-set"), on=Principal)
def group_member_set(principal: Principal, ctx: DavContext) -> tuple[Href, ...] | None:
    """Who is in the group (RFC 3744 §4.3); only groups have it."""
    if principal.row.type != GROUP:
        return None
    rows = ctx.unit.all(principals.MEMBERS_OF, group_id=principal.row.id)
    return tuple(Href(collection(*principal_path(row))) for row in rows)


@live(DAV("group-membership"), on=Principal)
def group_membership(principal: Principal, ctx: DavContext) -> tuple[Href, ...]:
    """The groups that it is in (RFC 3744 §4.4); for whom it acts is told to itself alone."""
    rows = map(ctx.principal_row, sorted(principals.groups_of(ctx.unit, principal.row.id)))
    is_own = principal.row.id == ctx.user_id
    found = [row for row in rows if row is not None and (is_own or owner_and_mode(row) is None)]
    return tuple(Href(collection(*principal_path(row))) for row in found)


PROPERTIES = (principal_url, alternate_uri_set, group_member_set, group_membership)
