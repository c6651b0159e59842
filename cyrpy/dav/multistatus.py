"""Multistatus: one response for each resource, its properties sorted by status (RFC 4918 §13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cyrpy.dav.errors import DavError, status_line
from cyrpy.dav.markup import Whole, Xml, document, element, empties, escape, render, tags
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.urls import can_be_echoed, encode
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.errors import CyrpyError

if TYPE_CHECKING:
    from cyrpy.data.listing import Rows
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.property import LiveProperty
    from cyrpy.dav.sheet import Sheet

MAX_PROPERTIES: Final = 500  # in one request
_OK: Final = status_line(200)
_MISSING: Final = element(DAV("status"), status_line(404))
_PROPSTAT: Final = b"<D:propstat><D:prop>%b</D:prop><D:status>%b</D:status>%b%b</D:propstat>"
_FIRST: Final = b"<D:response><D:href>"
_RESPONSE: Final = b"<D:response><D:href>%b</D:href>%b</D:response>\n"


def requested_properties(parent: Element | None) -> tuple[str, ...]:
    """The names in the DAV:prop that is in `parent`, each once; none if there is no DAV:prop.

    Raises:
        DavError: 400 if there are more than MAX_PROPERTIES.
    """
    prop = None if parent is None else parent.find(DAV("prop"))
    names = tuple(dict.fromkeys(str(c.tag) for c in children(prop))) if prop is not None else ()
    if len(names) > MAX_PROPERTIES:
        raise DavError(400, f"at most {MAX_PROPERTIES} properties may be asked for")
    return names


class Found:
    """The properties of one resource, as markup: those that are there, and what is wrong."""

    __slots__ = ("failed", "missing", "present")

    def __init__(self) -> None:
        self.present: list[bytes] = []
        self.missing: list[str] = []
        self.failed: dict[str, DavError] = {}


class Step(NamedTuple):
    """How one property of one type of resource is looked up and written."""

    name: str
    live: LiveProperty[Any] | None
    start: bytes
    end: bytes
    empty: bytes


def steps(kind: type[Resource], names: Iterable[str], ctx: DavContext) -> tuple[Step, ...]:
    """How those properties are looked up, which is the same for all resources of a type."""
    live = ctx.tree.properties(kind)
    return tuple(Step(name, live.get(name), *tags(name)) for name in names)


def find(resource: Resource, names: Iterable[str], ctx: DavContext) -> Found:
    """Look up named properties, live ones first."""
    return find_by(steps(type(resource), names, ctx), resource, ctx)


def find_by(plan: Iterable[Step], resource: Resource, ctx: DavContext) -> Found:
    """Look up properties, live ones first."""
    found = Found()
    base = ctx.request.base
    for name, declared, start, end, empty in plan:
        if declared is None:
            _find_dead(resource, name, found, ctx)
            continue
        try:
            value = declared.get(resource, ctx)
        except CyrpyError as exc:  # of this property alone: the rest is good
            found.failed[name] = DavError.of(exc)
            continue
        if value is None:
            _find_dead(resource, name, found, ctx)
            continue
        if isinstance(value, Whole):
            found.present.append(value)
            continue
        inside = render(value, base)
        found.present.append(b"%b%b%b" % (start, inside, end) if inside else empty)
    return found


def _find_dead(resource: Resource, name: str, found: Found, ctx: DavContext) -> None:
    octets = ctx.dead.of(resource.dead_key(ctx)).get(name)
    if octets is None:
        found.missing.append(name)
    else:
        found.present.append(octets)


def all_names(resource: Resource, ctx: DavContext, *, allprop: bool) -> tuple[str, ...]:
    """What DAV:allprop gives (RFC 4918 §14.2), or all properties that the resource has."""
    live = ctx.tree.properties(type(resource))
    names = [name for name, p in live.items() if p.allprop or not allprop]
    return tuple(dict.fromkeys((*names, *ctx.dead.of(resource.dead_key(ctx)))))


def propstat(content: bytes, status: int, error: DavError | None = None) -> bytes:
    """Properties that share a status."""
    if error is None:
        return _PROPSTAT % (content, _OK if status == 200 else status_line(status), b"", b"")
    described = element(DAV("responsedescription"), error.description)
    return _PROPSTAT % (content, status_line(status), error.markup, described)


class Multistatus:
    """Collects responses, and writes them."""

    def __init__(self, ctx: DavContext) -> None:
        self._ctx = ctx
        self._minimal = ctx.request.preferences.minimal
        self._responses: list[bytes] = []
        self._counted = 0  # responses whose octets are in `_octets`
        self._octets = 0
        self._plans: dict[tuple[type[Resource], tuple[str, ...]], tuple[Step, ...]] = {}

    def __len__(self) -> int:
        return len(self._responses)

    def cut(self, count: int | None, octets: int) -> bool:
        """Leave out what is more than so many responses, or behind so many octets; whether any is.

        What was looked at before is not looked at again.
        """
        for place in range(self._counted, len(self._responses)):
            if place == count or self._octets >= octets:
                del self._responses[place:]
                return True
            self._octets += len(self._responses[place])
        self._counted = len(self._responses)
        return False

    def add(self, resource: Resource, names: tuple[str, ...]) -> None:
        """The named properties of a resource; one without a value is a 404 (RFC 4918 §9.1)."""
        key = (type(resource), names)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = steps(type(resource), names, self._ctx)
        found = find_by(plan, resource, self._ctx)
        self._responses.append(response(self._ctx.spelled(resource.url), self.propstats(found)))

    def add_block(self, responses: bytes) -> None:
        """Many responses that were written together, which count as one here."""
        self._responses.append(responses)

    def add_rows(self, sheet: Sheet, rows: Rows, of: Collection, hrefs: Sequence[str] = ()) -> None:
        """Those of members of a collection; the text of one perhaps as it says it itself.

        `hrefs` is how the client spelled their URLs, where that may be otherwise than the sheet.
        """
        for place, line in enumerate(sheet.lines(rows)):
            name = rows[place][0]
            if line is not None:
                self._responses.append(line)
            elif (member := of.member(name, self._ctx)) is not None:
                self.add(member, sheet.names)
            else:
                continue
            if hrefs:
                self.respell(self._ctx.spelled(of.url) + encode(name), hrefs[place])

    def respell(self, url: str, href: str) -> None:
        """Give the response that was added last the URL as the client spelled it, if it can be.

        Clients look for what they asked for, some of them letter by letter.
        """
        if href == url or not can_be_echoed(href):
            return
        start = b"%b%b<" % (_FIRST, escape(url))
        if self._responses[-1].startswith(start):
            rest = self._responses[-1][len(start) - 1 :]
            self._responses[-1] = b"%b%b%b" % (_FIRST, escape(href), rest)

    def propstats(self, found: Found) -> bytes:
        """The propstats of one response; the missing unless `return=minimal` (RFC 8144 §2.1)."""
        if not (found.missing or found.failed):
            return _PROPSTAT % (b"".join(found.present), _OK, b"", b"")
        parts = []
        missing = () if self._minimal else found.missing
        if found.present or not (missing or found.failed):
            parts.append(propstat(b"".join(found.present), 200))
        if missing:
            parts.append(propstat(empties(missing), 404))
        parts += [
            propstat(empties([name]), error.status, error) for name, error in found.failed.items()
        ]
        return b"".join(parts)

    def add_all(self, resource: Resource, include: Sequence[str]) -> None:
        """What DAV:allprop gives, and `include`; what is not there is not mentioned."""
        names = dict.fromkeys((*all_names(resource, self._ctx, allprop=True), *include))
        found = find(resource, names, self._ctx)
        found.missing = [name for name in found.missing if name in include]
        self._responses.append(response(self._ctx.spelled(resource.url), self.propstats(found)))

    def add_names(self, resource: Resource) -> None:
        """The names of all properties that the resource has (RFC 4918 §14.20)."""
        names = all_names(resource, self._ctx, allprop=False)
        found = find(resource, names, self._ctx)
        has = [name for name in names if name not in found.missing]
        self._responses.append(
            response(self._ctx.spelled(resource.url), propstat(empties(has), 200))
        )

    def status(self, url: str, status: int, error: DavError | None = None) -> None:
        """A status for a whole resource, given by its URL."""
        content = element(DAV("status"), status_line(status))
        if error is not None:
            described = element(DAV("responsedescription"), error.description)
            content = Xml(content + error.markup + described)
        self._responses.append(response(self._ctx.spelled(url), content))

    def missing(self, href: str) -> None:
        """404 for something that a client named, spelled as it named it."""
        self._responses.append(response(href, _MISSING))

    def changed(self, url: str, names: Sequence[str], failures: Mapping[str, DavError]) -> None:
        """What became of the instructions of a PROPPATCH (RFC 4918 §9.2.1)."""
        self._responses.append(response(self._ctx.spelled(url), change_propstats(names, failures)))

    def body(self, *more: bytes) -> bytes:
        """The document; `more` stands after the responses (DAV:sync-token)."""
        return document(DAV("multistatus"), b"".join((*self._responses, *more)))


def response(url: str, content: bytes) -> bytes:
    """One DAV:response."""
    return _RESPONSE % (escape(url), content)


def change_propstats(names: Sequence[str], failures: Mapping[str, DavError]) -> bytes:
    """One propstat for all if nothing failed; else what failed, and the rest as 424."""
    if not failures:
        return propstat(empties(names), 200)
    parts = [propstat(empties([name]), e.status, e) for name, e in failures.items()]
    rest = [name for name in names if name not in failures]
    return b"".join(parts) + (propstat(empties(rest), 424) if rest else b"")
