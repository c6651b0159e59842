"""DELETE (RFC 4918 §9.6)."""

from __future__ import annotations

from cyrpy.data import dav
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.item import Item
from cyrpy.dav.resource import Resource
from cyrpy.dav.urls import Path


def delete(ctx: DavContext) -> Answer:
    """Remove a resource, a collection with all that is in it: all or nothing, never a part.

    Raises:
        DavError: 400 for a Depth that would leave a part; 403 where the user may not.
    """
    resource = ctx.resource
    if resource.is_collection and ctx.request.depth not in {None, "infinity"}:
        raise DavError(400, "DELETE of a collection has Depth: infinity, or no Depth")
    remove(resource, ctx.request.path, ctx)
    return Answer(204)


def remove(resource: Resource, path: Path, ctx: DavContext, *, keep_lock: bool = False) -> None:
    """Remove it with its locks and dead properties; `keep_lock` leaves one on that very URL.

    Raises:
        CyrpyError: 423, or the user may not.
    """
    if resource.is_reference(ctx):
        resource.delete(ctx)
        return
    ctx.locks.require(path, membership=not keep_lock, tree=resource.is_collection)
    key = resource.dead_key(ctx) if isinstance(resource, Item) else None
    ctx.locks.drop(path, root=not keep_lock)
    resource.delete(ctx)
    if key is not None:
        dav.forget(ctx.unit, key)


METHOD = Method("DELETE", delete, writes=True)
