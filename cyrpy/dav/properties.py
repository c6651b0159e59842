"""Live properties of every resource (RFC 4918 §15, RFC 3744 §5, RFC 3253 §3.1, RFC 5397)."""

from __future__ import annotations

from functools import lru_cache

from cyrpy.dav.context import DavContext
from cyrpy.dav.markup import Href, Xml, element, empties
from cyrpy.dav.property import live
from cyrpy.dav.resource import PRINCIPALS, Collection, Resource
from cyrpy.dav.sync import SYNC, token
from cyrpy.dav.urls import collection
from cyrpy.dav.xml import CALENDARSERVER, DAV


@live(DAV("resourcetype"), on=Resource, allprop=True)
def resourcetype(resource: Resource, ctx: DavContext) -> Xml:
    """What kind of resource it is (RFC 4918 §15.9)."""
    return empties(resource.types)


@live(DAV("displayname"), on=Resource, allprop=True, searched="name")
def displayname(resource: Resource, ctx: DavContext) -> str | None:
    """Name for people (RFC 4918 §15.2)."""
    return resource.display_name(ctx)


@live(DAV("getetag"), on=Resource, allprop=True)
def getetag(resource: Resource, ctx: DavContext) -> str | None:
    """Changes with its content (RFC 4918 §15.6)."""
    return resource.etag(ctx)


@live(DAV("owner"), on=Resource)
def owner(resource: Resource, ctx: DavContext) -> Href | None:
    """Whose it is (RFC 3744 §5.1)."""
    return ctx.principal_href(resource.owner_id)


@live(DAV("current-user-principal"), on=Resource)
def current_user_principal(resource: Resource, ctx: DavContext) -> Href | None:
    """Who asks (RFC 5397 §3)."""
    return ctx.principal_href(ctx.user_id)


@live(DAV("principal-collection-set"), on=Resource)
def principal_collection_set(resource: Resource, ctx: DavContext) -> Href:
    """Where principals are (RFC 3744 §5.8)."""
    return Href(collection(*PRINCIPALS))


@live(DAV("supported-report-set"), on=Resource)
def supported_report_set(resource: Resource, ctx: DavContext) -> Xml:
    """The reports that can be asked of it (RFC 3253 §3.1.5)."""
    can_sync = isinstance(resource, Collection) and resource.sync_tag is not None
    names = ctx.tree.reports(type(resource))
    return _reports(tuple(name for name in names if name != SYNC or can_sync))


@lru_cache(maxsize=64)
def _reports(names: tuple[str, ...]) -> Xml:
    return Xml(
        b"".join(
            element(DAV("supported-report"), element(DAV("report"), empties([name])))
            for name in names
        )
    )


@live(DAV("supported-method-set"), on=Resource)
def supported_method_set(resource: Resource, ctx: DavContext) -> Xml:
    """The methods that it takes (RFC 3253 §3.1.3)."""
    tag = b'<D:supported-method name="%b"/>'
    return Xml(b"".join(tag % name.encode() for name in sorted(resource.methods)))


@live(DAV("sync-token"), on=Collection)
def sync_token(resource: Collection, ctx: DavContext) -> str | None:
    """What sync-collection can go on from (RFC 6578 §4)."""
    return None if resource.sync_tag is None else token(resource, resource.sync_state(ctx))


@live(CALENDARSERVER("getctag"), on=Collection)
def getctag(resource: Collection, ctx: DavContext) -> str | None:
    """Changes whenever a member changes (caldav-ctag); for clients without sync-collection."""
    if resource.sync_tag is None:
        return None
    return f"{resource.sync_tag}-{resource.sync_state(ctx)}"


PROPERTIES = (
    resourcetype,
    displayname,
    getetag,
    owner,
    current_user_principal,
    principal_collection_set,
    supported_report_set,
    supported_method_set,
    sync_token,
    getctag,
)
