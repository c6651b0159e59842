"""DELETE (RFC 4918 §9.6)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method


def delete(ctx: DavContext) -> Answer:
    """Remove a resource, a collection with all that is in it.

    Raises:
        DavError: 400 for a Depth that would leave a part; 403 where the user may not.
    """
    resource = ctx.resource
    if resource.is_collection and ctx.request.depth not in {None, "infinity"}:
        raise DavError(400, "DELETE of a collection has Depth: infinity, or no Depth")
    resource.delete(ctx)
    return Answer(204)


METHOD = Method("DELETE", delete, writes=True)
