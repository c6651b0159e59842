"""POST: to a collection, a member without a name (RFC 5995); else what a resource makes of it."""

from __future__ import annotations

from typing import Any

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.methods.put import stored, uploaded
from cyrpy.dav.resource import Collection
from cyrpy.dav.urls import encode, split


def prepare(ctx: DavContext) -> Any:  # noqa: ANN401 - what the resource makes of it
    """Parse the body as the resource wants it.

    Raises:
        DavError: it is nothing that can be posted here.
    """
    resource = ctx.found
    if resource is None or "POST" not in resource.methods:
        return None  # refused when it is clear what is there
    return resource.prepare_post(ctx, uploaded(resource, ctx))


def post(ctx: DavContext) -> Answer:
    """Do what it asks for."""
    resource = ctx.resource
    answer = resource.post(ctx, ctx.prepared)
    if answer is not None:
        return answer
    if not isinstance(resource, Collection):
        raise DavError(405, "nothing can be posted here")
    return add_member(resource, ctx.prepared, ctx)


def add_member(collection: Collection, prepared: Any, ctx: DavContext) -> Answer:  # noqa: ANN401
    """Store it under a name that the collection chooses, and tell where (RFC 5995 §3.1)."""
    name = collection.new_name(ctx, prepared)
    url = f"{collection.url}{encode(name)}"
    ctx.locks.require(split(url), membership=True)
    written = collection.put(ctx, name, None, prepared)
    location = ctx.spelled(written.item.url).encode("ascii")
    return stored(written, ctx, ((b"location", location),))


METHOD = Method("POST", post, uploads=True, writes=True, prepare=prepare)
