"""expand-property (RFC 3253 §3.8): properties of resources that properties point to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Href, element, empties
from cyrpy.dav.multistatus import Found, Multistatus, find, response
from cyrpy.dav.report import report
from cyrpy.dav.resource import Resource
from cyrpy.dav.urls import split
from cyrpy.dav.xml import DAV, Element
from cyrpy.errors import CyrpyError

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

MAX_DEPTH: Final = 8
MAX_RESPONSES: Final = 2000  # each level multiplies by the hrefs of a property


class Expansion:
    """One answer in the making; counts what it costs."""

    def __init__(self, ctx: DavContext) -> None:
        self._ctx = ctx
        self._result = Multistatus(ctx)
        self._count = 0

    def expand(self, resource: Resource, wanted: Element, depth: int = 0) -> bytes:
        """The response for a resource.

        Raises:
            DavError: 403 if it becomes too deep or too large.
        """
        self._count += 1
        if self._count > MAX_RESPONSES or depth > MAX_DEPTH:
            raise DavError(
                403,
                f"at most {MAX_RESPONSES} resources, {MAX_DEPTH} levels deep, are expanded",
                DAV("number-of-matches-within-limits"),
            )
        found = Found()
        for property in wanted.iterchildren(DAV("property")):
            self._one(resource, property, found, depth)
        return response(self._ctx.spelled(resource.url), self._result.propstats(found))

    def _one(self, resource: Resource, property: Element, found: Found, depth: int) -> None:
        name = f"{{{property.get('namespace') or 'DAV:'}}}{property.get('name') or ''}"
        hrefs = self._hrefs(resource, name) if len(property) else None
        if hrefs is None:
            one = find(resource, [name], self._ctx)
            found.present += one.present
            found.missing += one.missing
            found.failed |= one.failed
            return
        inside = b"".join(self._follow(url, property, depth) for url in hrefs)
        found.present.append(element(name, inside) if inside else empties([name]))

    def _hrefs(self, resource: Resource, name: str) -> tuple[Href, ...] | None:
        """Where a property points to; None if it is not made of hrefs."""
        live = self._ctx.tree.properties(type(resource)).get(name)
        try:
            value = None if live is None else live.get(resource, self._ctx)
        except CyrpyError:
            return None  # told when it is looked up by itself
        if isinstance(value, Href):
            return (value,)
        return cast("tuple[Href, ...]", value) if isinstance(value, tuple) else None

    def _follow(self, url: Href, wanted: Element, depth: int) -> bytes:
        target = self._ctx.resolve(split(url)) if url.startswith("/") else None
        if target is None:
            return response(url, element(DAV("status"), b"HTTP/1.1 404 Not Found"))
        return self.expand(target, wanted, depth + 1)


@report(DAV("expand-property"), on=Resource, slow=True)
def expand_property(resource: Resource, body: Element, ctx: DavContext) -> Answer:
    """Properties, and those of what they point to."""
    result = Multistatus(ctx)
    return Answer.multistatus(result.body(Expansion(ctx).expand(resource, body)))


REPORTS = (expand_property,)
