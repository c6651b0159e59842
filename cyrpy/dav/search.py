"""Reports that find principals (RFC 3744 §9.2-9.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

from cyrpy.data import directory
from cyrpy.data.principals import PrincipalRow
from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Value, document, element, empties
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.principals import acting_as
from cyrpy.dav.property import LiveProperty, Searched
from cyrpy.dav.report import report
from cyrpy.dav.resource import Collection, Principal, Resource
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.groupware.proxies import owner_and_mode

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

MAX_MATCHES: Final = 200
MAX_CRITERIA: Final = 20
_TAG: Final = re.compile(b"<[^>]*>")
Matcher = Callable[[str, str], bool]
# CalendarServer's attribute match-type, which clients send along.
MATCHES: Final[Mapping[str, Matcher]] = {
    "contains": lambda text, wanted: wanted in text,
    "starts-with": lambda text, wanted: text.startswith(wanted),
    "ends-with": lambda text, wanted: text.endswith(wanted),
    "equals": lambda text, wanted: text == wanted,
}


@dataclass(frozen=True)
class Criterion:
    """One DAV:property-search: each of the properties must match."""

    properties: tuple[LiveProperty[Principal], ...]
    text: str
    matches: Matcher
    known: bool  # whether all properties are ones that can be searched

    @property
    def searched(self) -> Searched | None:
        """What the directory can be searched for, to find all that may match."""
        kinds = {p.searched for p in self.properties}
        return next((kind for kind in ("name", "address", "type") if kind in kinds), None)

    def fits(self, principal: Principal, ctx: DavContext) -> bool:
        """Whether a principal matches."""
        wanted = self.text.casefold()
        return self.known and all(
            any(self.matches(text.casefold(), wanted) for text in _texts(p.get(principal, ctx)))
            for p in self.properties
        )


def _texts(value: Value | None) -> Iterable[str]:
    """What of a value is compared: text, or each URI, of an address what comes after `mailto:`."""
    if isinstance(value, bytes):
        return [unescape(text.decode()) for text in _TAG.split(value) if text]
    if isinstance(value, str):
        return [value.removeprefix("mailto:")]
    return [url.removeprefix("mailto:") for url in value] if isinstance(value, tuple) else []


@report(DAV("principal-property-search"), on=Collection, slow=True)
def principal_property_search(where: Collection, body: Element, ctx: DavContext) -> Answer:
    """Principals by name, address or type, at most MAX_MATCHES of them (RFC 3744 §9.4).

    Raises:
        DavError: 400 if it has no DAV:property-search, or too many.
    """
    criteria = [_criterion(each, ctx) for each in body.findall(DAV("property-search"))]
    if not 1 <= len(criteria) <= MAX_CRITERIA:
        raise DavError(400, f"between 1 and {MAX_CRITERIA} DAV:property-search are needed")
    anyof = body.get("test") == "anyof"
    everywhere = body.find(DAV("apply-to-principal-collection-set")) is not None
    result = Multistatus(ctx)
    names = requested_properties(body) or _beside(body)
    for row in _candidates(criteria, ctx, anyof=anyof):
        if owner_and_mode(row) is not None:  # who somebody's delegates are is no one's business
            continue
        principal = Principal(row)
        fits = (criterion.fits(principal, ctx) for criterion in criteria)
        if not (everywhere or _holds(where, principal)) or not (any(fits) if anyof else all(fits)):
            continue
        if len(result) == MAX_MATCHES:
            result.status(where.url, 507, _TOO_MANY)
            break
        result.add(principal, names)
    return Answer.multistatus(result.body())


def _beside(body: Element) -> tuple[str, ...]:
    """Properties that stand beside an empty DAV:prop, as python-caldav 3.6 writes them."""
    own = {DAV("property-search"), DAV("prop"), DAV("apply-to-principal-collection-set")}
    names = [str(child.tag) for child in children(body) if child.tag not in own]
    return tuple(dict.fromkeys(names[:MAX_CRITERIA]))


_TOO_MANY: Final = DavError(
    507,
    f"more than {MAX_MATCHES} principals match; search for more of the name",
    DAV("number-of-matches-within-limits"),
)


def _criterion(element: Element, ctx: DavContext) -> Criterion:
    live = ctx.tree.properties(Principal)
    names = requested_properties(element)
    found = tuple(live[name] for name in names if name in live and live[name].searched)
    match = element.find(DAV("match"))
    kind = "contains" if match is None else match.get("match-type", "contains")
    if kind not in MATCHES:
        raise DavError(400, f"match-type is one of {', '.join(MATCHES)}")
    text = "" if match is None else match.text or ""
    return Criterion(found, text, MATCHES[kind], bool(names) and len(found) == len(names))


def _candidates(
    criteria: list[Criterion], ctx: DavContext, *, anyof: bool
) -> Iterable[PrincipalRow]:
    """All principals that may match, by name: those of the narrowest criterion, or of each."""
    usable = [c for c in criteria if c.known and c.searched is not None]
    if not usable or (not anyof and len(usable) < len(criteria)):
        return []
    rank = {"address": 0, "name": 1, "type": 2, None: 3}
    usable.sort(key=lambda c: (rank[c.searched], -len(c.text)))
    rows: dict[int, PrincipalRow] = {}
    for criterion in usable if anyof else usable[:1]:
        if criterion.searched == "type":
            found = directory.all_principals(ctx.unit)
        else:
            found = directory.matching(ctx.unit, criterion.text)
        rows |= {row.id: row for row in found}
    return sorted(rows.values(), key=lambda row: row.name)


def _holds(where: Collection, principal: Principal) -> bool:
    """Whether a principal is there, or below at any depth.

    Asked at its own URL, too: python-caldav searches for others at whatever URL it was given.
    """
    return principal.url.startswith(where.url)


@report(DAV("principal-search-property-set"), on=Collection)
def principal_search_property_set(where: Collection, body: Element, ctx: DavContext) -> Answer:
    """What principals can be searched by (RFC 3744 §9.5)."""
    found = [
        element(
            DAV("principal-search-property"),
            element(DAV("prop"), empties([name])),
            element(DAV("description"), live.description).replace(
                b"<D:description", b'<D:description xml:lang="en"', 1
            ),
        )
        for name, live in ctx.tree.properties(Principal).items()
        if live.searched is not None
    ]
    return Answer.xml(200, document(DAV("principal-search-property-set"), b"".join(found)))


@report(DAV("principal-match"), on=Collection)
def principal_match(where: Collection, body: Element, ctx: DavContext) -> Answer:
    """The members that are the user, or that belong to it by some property (RFC 3744 §9.3).

    Raises:
        DavError: 400 if it says neither DAV:self nor DAV:principal-property.
    """
    by = body.find(DAV("principal-property"))
    if by is None and body.find(DAV("self")) is None:
        raise DavError(400, "principal-match needs DAV:self or DAV:principal-property")
    own = acting_as(ctx)
    found: Iterable[Resource]
    if by is None:
        found = [principal for principal in own if _holds(where, principal)]
    else:
        urls = {principal.url for principal in own}
        properties = [str(child.tag) for child in children(by)]
        found = [m for m in where.members(ctx) if urls & set(_pointing(m, properties, ctx))]
    result = Multistatus(ctx)
    names = requested_properties(body)
    for member in found:
        result.add(member, names)
    return Answer.multistatus(result.body())


def _pointing(resource: Resource, names: list[str], ctx: DavContext) -> Iterable[str]:
    live = ctx.tree.properties(type(resource))
    for name in names:
        yield from _texts(live[name].get(resource, ctx) if name in live else None)


@report(DAV("acl-principal-prop-set"), on=Resource)
def acl_principal_prop_set(resource: Resource, body: Element, ctx: DavContext) -> Answer:
    """Properties of the principals to whom something is granted (RFC 3744 §9.2)."""
    ctx.require(resource, DAV("read-acl"))
    result = Multistatus(ctx)
    names = requested_properties(body)
    for id in resource.grants(ctx):
        principal = ctx.principal(id)
        if principal is not None:
            result.add(principal, names)
    return Answer.multistatus(result.body())


REPORTS = (
    principal_property_search,
    principal_search_property_set,
    principal_match,
    acl_principal_prop_set,
)
