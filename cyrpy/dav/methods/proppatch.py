"""PROPPATCH (RFC 4918 §9.2)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.multistatus import Multistatus
from cyrpy.dav.patch import Refused, apply, instructions
from cyrpy.dav.xml import DAV


def proppatch(ctx: DavContext) -> Answer:
    """All changes or none; what could not be done is told property by property.

    Raises:
        DavError: 400 if the body is no DAV:propertyupdate.
    """
    resource, root = ctx.resource, ctx.request.xml
    wanted = instructions(root) if root is not None else []
    if root is None or root.tag != DAV("propertyupdate") or not wanted:
        raise DavError(400, "the body of PROPPATCH is a DAV:propertyupdate that changes something")
    ctx.locks.require(ctx.request.path)
    failures: dict[str, DavError] = {}
    try:
        apply(resource, wanted, ctx)
    except Refused as refused:
        failures = refused.failures
    preferences = ctx.request.preferences
    if preferences.minimal and not failures:
        return Answer(200, preferences.applied)
    result = Multistatus(ctx)
    names = tuple(dict.fromkeys(instruction.name for instruction in wanted))
    result.changed(resource.url, names, failures)
    return Answer.multistatus(result.body())


METHOD = Method("PROPPATCH", proppatch, has_body=True, writes=True)
