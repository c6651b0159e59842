"""Live properties of every resource (RFC 4918 §15, RFC 3744 §5, RFC 3253 §3.1, RFC 5397)."""

from __future__ import annotations

from functools import lru_cache

from cyrpy.dav.conditional import http_date, iso_date
from cyrpy.dav.context import DavContext
from cyrpy.dav.item import Item
from cyrpy.dav.locks import described
from cyrpy.dav.markup import Href, Xml, element, empties
from cyrpy.dav.property import live
from cyrpy.dav.resource import PRINCIPALS, Collection, Resource
from cyrpy.dav.sync import SYNC, token
from cyrpy.dav.urls import collection
from cyrpy.dav.xml import CALENDARSERVER, DAV


@live(DAV("resourcetype"), on=Resource, allprop=True)
def resourcetype(resource: Resource, ctx: DavContext) -> Xml:
    """What kind of resource it is (RFC 4918 §15.9)."""
    return empties(resource.resource_types(ctx))


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


@live(DAV("supported-live-property-set"), on=Resource)
def supported_live_property_set(resource: Resource, ctx: DavContext) -> Xml:
    """The properties that the server gives a meaning to (RFC 3253 §3.1.4)."""
    return _supported(tuple(ctx.tree.properties(type(resource))))


@lru_cache(maxsize=64)
def _supported(names: tuple[str, ...]) -> Xml:
    return Xml(
        b"".join(
            element(DAV("supported-live-property"), element(DAV("prop"), empties([name])))
            for name in names
        )
    )


@live(DAV("getcontentlength"), on=Item, allprop=True)
def getcontentlength(item: Item, ctx: DavContext) -> int | None:
    """Octets of its content (RFC 4918 §15.4)."""
    return item.size(ctx)


@live(DAV("getcontenttype"), on=Item, allprop=True)
def getcontenttype(item: Item, ctx: DavContext) -> str | None:
    """Its media type (RFC 4918 §15.5)."""
    return item.content_type(ctx)


@live(DAV("getlastmodified"), on=Item, allprop=True)
def getlastmodified(item: Item, ctx: DavContext) -> str:
    """When its content last changed (RFC 4918 §15.7)."""
    return http_date(item.last_modified(ctx)).decode()


@live(DAV("creationdate"), on=Item, allprop=True)
def creationdate(item: Item, ctx: DavContext) -> str | None:
    """When it came (RFC 4918 §15.1)."""
    created = item.created(ctx)
    return None if created is None else iso_date(created)


@live(DAV("add-member"), on=Collection)
def add_member(resource: Collection, ctx: DavContext) -> Href | None:
    """Where a member without a name can be posted to (RFC 5995 §3.2.1)."""
    takes = "POST" in resource.methods and "PUT" in resource.makes
    return Href(resource.url) if takes else None


@live(DAV("supportedlock"), on=Resource, allprop=True)
def supportedlock(resource: Resource, ctx: DavContext) -> Xml:
    """Which locks it can have (RFC 4918 §15.10)."""
    return _LOCKS if "LOCK" in resource.methods else Xml(b"")


_LOCKS = Xml(
    b"".join(
        element(
            DAV("lockentry"),
            element(DAV("lockscope"), element(DAV(scope))),
            element(DAV("locktype"), element(DAV("write"))),
        )
        for scope in ("exclusive", "shared")
    )
)


@live(DAV("lockdiscovery"), on=Resource, allprop=True)
def lockdiscovery(resource: Resource, ctx: DavContext) -> Xml | None:
    """Which locks it has (RFC 4918 §15.8)."""
    if "LOCK" not in resource.methods:
        return None
    account = resource.account_id
    if account is None or not ctx.locks.held(account):
        return Xml(b"")
    return described(ctx.locks.covering(ctx.locks.place_of(resource)), ctx)


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
    supported_live_property_set,
    supportedlock,
    lockdiscovery,
    getcontentlength,
    getcontenttype,
    getlastmodified,
    creationdate,
    add_member,
    sync_token,
    getctag,
)
