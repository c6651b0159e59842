"""MKCOL, plain and extended (RFC 4918 §9.3, RFC 5689), and what makes collections of one type."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.markup import document
from cyrpy.dav.multistatus import change_propstats
from cyrpy.dav.patch import Instruction, Refused, apply, instructions
from cyrpy.dav.xml import DAV, Element, children

_HEADERS = ((b"cache-control", b"no-cache"),)


def mkcol(ctx: DavContext) -> Answer:
    """A new collection, of the type and with the properties that the body says.

    Raises:
        DavError: 415 for a body that is something else.
    """
    root = ctx.request.xml
    if root is not None and root.tag != DAV("mkcol"):
        raise DavError(415, "the body of MKCOL is a DAV:mkcol (RFC 5689)")
    wanted = [] if root is None else instructions(root)
    types = frozenset({DAV("collection")})
    for instruction in wanted:
        if instruction.name == DAV("resourcetype") and instruction.element is not None:
            types = _types(instruction.element)
    rest = [instruction for instruction in wanted if instruction.name != DAV("resourcetype")]
    return make(ctx, types, rest, DAV("mkcol-response"))


def _types(element: Element) -> frozenset[str]:
    types = frozenset(str(child.tag) for child in children(element))
    if DAV("collection") not in types:
        raise DavError(
            403, "MKCOL makes collections: DAV:resourcetype must say so", DAV("valid-resourcetype")
        )
    return types


def make(
    ctx: DavContext, types: frozenset[str], wanted: list[Instruction], response: str
) -> Answer:
    """Create the collection with its properties, or nothing.

    Raises:
        DavError: 409 if there is no collection to make it in, 403 if it cannot be.
    """
    if ctx.parent is None:
        raise DavError(409, "there is no collection in which this could be made")
    ctx.locks.require(ctx.request.path, membership=True)
    draft = ctx.parent.draft(ctx.request.path[-1], types, ctx)
    names = tuple(dict.fromkeys(instruction.name for instruction in wanted))
    try:
        apply(draft, wanted, ctx)
    except Refused as refused:
        body = document(response, change_propstats(names, refused.failures))
        return Answer.xml(424, body, _HEADERS)
    preferences = ctx.request.preferences
    headers = (*_HEADERS, *preferences.applied)
    if names and preferences.representation:
        return Answer.xml(201, document(response, change_propstats(names, {})), headers)
    return Answer(201, headers)


METHOD = Method("MKCOL", mkcol, has_body=True, writes=True, on_new=True)
