"""PROPFIND (RFC 4918 §9.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.request import Depth
from cyrpy.dav.resource import Collection, Principal, Resource
from cyrpy.dav.sheet import Sheet
from cyrpy.dav.xml import DAV, children

FEW: Final = 50  # properties
MAX_RESPONSES: Final = 50_000  # where all that is below is asked for
KINDS = frozenset({DAV("prop"), DAV("allprop"), DAV("propname")})


def propfind(ctx: DavContext) -> Answer:
    """Properties of a resource, of its members too (Depth 1), or of all below it.

    Raises:
        DavError: 400 for a body that asks for nothing; 403 propfind-finite-depth for
            Depth: infinity, unless the server allows that.
    """
    resource = ctx.resource
    depth = ctx.request.depth or "infinity"
    if depth == "infinity" and resource.is_collection and not ctx.limits.allow_infinite_depth:
        raise DavError(
            403, "this server answers PROPFIND of Depth 0 and 1", DAV("propfind-finite-depth")
        )
    result = Multistatus(ctx)
    add = _adder(ctx, result)
    sheet = _sheet(resource, ctx) if depth == "1" and isinstance(resource, Collection) else None
    walked: Depth = depth if sheet is None else "0"
    found = _walk(resource, walked, ctx, without_root=ctx.request.preferences.without_root)
    for number, each in enumerate(found):
        if number >= MAX_RESPONSES and depth == "infinity":
            raise DavError(
                507, f"there are more than {MAX_RESPONSES} resources: ask for parts, with Depth: 1"
            )
        add(each)
    if sheet is not None and isinstance(resource, Collection):
        result.add_block(sheet.block(resource.sheet_columns(sheet, ctx)))
    return Answer.multistatus(result.body(), (*_location(resource, ctx), *_applied(ctx)))


def _sheet(resource: Collection, ctx: DavContext) -> Sheet | None:
    """What writes the members from rows, where rows tell all that is asked for."""
    root = ctx.request.xml
    names = () if root is None else ctx.request.said(requested_properties)
    sheet = resource.sheet(names, ctx) if names else None
    return None if sheet is None or sheet.has_text else sheet


def _adder(ctx: DavContext, result: Multistatus) -> Callable[[Resource], None]:
    """What adds a resource to the answer as the body asks; no body asks for allprop."""
    root = ctx.request.xml
    if root is None:
        return partial(result.add_all, include=())
    if root.tag != DAV("propfind"):
        raise DavError(400, "the body of PROPFIND is a DAV:propfind")
    asked = [child for child in children(root) if child.tag in KINDS]
    if len(asked) != 1:
        raise DavError(400, "DAV:propfind has one of DAV:prop, DAV:allprop and DAV:propname")
    if asked[0].tag == DAV("prop"):
        return partial(result.add, names=ctx.request.said(requested_properties))
    if asked[0].tag == DAV("propname"):
        return result.add_names
    include = root.find(DAV("include"))
    names = () if include is None else tuple(str(child.tag) for child in children(include))
    return partial(result.add_all, include=names)


def _walk(
    resource: Resource, depth: Depth, ctx: DavContext, *, without_root: bool = False
) -> Iterator[Resource]:
    """The resource and what is below it, as deep as was asked."""
    if not without_root:
        yield resource
    if depth != "0" and isinstance(resource, Collection):
        for member in resource.members(ctx):
            yield from _walk(member, "infinity" if depth == "infinity" else "0", ctx)


def _location(resource: Resource, ctx: DavContext) -> tuple[tuple[bytes, bytes], ...]:
    """Where a collection was asked for without its slash, its URL (RFC 4918 §5.2)."""
    if not resource.is_collection or ctx.request.asked.endswith("/"):
        return ()
    return ((b"content-location", ctx.spelled(resource.url).encode("ascii")),)


def _applied(ctx: DavContext) -> tuple[tuple[bytes, bytes], ...]:
    preferences = ctx.request.preferences
    applied = [b"return=minimal"] if preferences.minimal else []
    if preferences.without_root:
        applied.append(b"depth-noroot")
    return ((b"preference-applied", b", ".join(applied)),) if applied else ()


def is_brief(ctx: DavContext) -> bool:
    """Whether some properties of one collection are asked for by name.

    Groups may have many members, and data of an item may have to be expanded.
    """
    if ctx.request.depth != "0" or ctx.request.xml is None:
        return False
    names = ctx.request.said(requested_properties)
    is_plain = isinstance(ctx.found, Collection) and not isinstance(ctx.found, Principal)
    return is_plain and 0 < len(names) <= FEW


METHOD = Method("PROPFIND", propfind, has_body=True, brief=is_brief)
