"""PUT: make or replace a member of a collection (RFC 4918 §9.7, RFC 9110 §9.3.4)."""

from __future__ import annotations

from typing import Any

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.item import Item, Upload, Written
from cyrpy.dav.methods.get import represented
from cyrpy.dav.resource import Resource
from cyrpy.dav.urls import check_name


def prepare(ctx: DavContext) -> Any:  # noqa: ANN401 - what the collection makes of it
    """Parse the body as the collection wants it.

    Raises:
        DavError: 400, 403, 409, 413 or 415 for what can be stored whatever is there by then.
    """
    parent = ctx.parent
    if parent is None:
        raise DavError(409, "there is no collection in which this could be stored")
    if "PUT" not in parent.makes:
        return None  # refused when it is clear what is there
    if ctx.request.header(b"content-range") is not None:
        raise DavError(400, "PUT replaces a resource as a whole: Content-Range is not accepted")
    check_name(ctx.request.path[-1])
    return parent.prepare(ctx, ctx.request.path[-1], uploaded(parent, ctx))


def uploaded(target: Resource, ctx: DavContext) -> Upload:
    """The body, no larger than the resource takes.

    Raises:
        DavError: it is larger.
    """
    request = ctx.request
    size = len(request.body) if request.incoming is None else request.incoming.size
    limit = target.limit_of_upload(ctx)
    if size > limit:
        raise too_large(limit, ctx.tree.condition_of_size(request.path))
    return Upload(request.body, request.media_type, request.incoming)


def too_large(limit: int, condition: str | None) -> DavError:
    """What to say of too much content: 403 where a precondition says so (RFC 4791 §1.3)."""
    text = f"a resource here may have at most {limit} octets"
    return DavError(413 if condition is None else 403, text, condition)


def foresee(ctx: DavContext) -> None:
    """Refuse what need not even be sent.

    Raises:
        DavError: 409, 423 or 507.
    """
    if ctx.parent is None:
        raise DavError(409, "there is no collection in which this could be stored")
    ctx.locks.require(ctx.request.path, membership=ctx.found is None)
    length = ctx.request.header(b"content-length") or ""
    if length.isascii() and length.isdigit():
        ctx.parent.make_room(ctx, ctx.request.path[-1], int(length))


def put(ctx: DavContext) -> Answer:
    """Store it, and tell its entity tag if it was stored as it came.

    Raises:
        DavError: 409 if there is no collection to store it in.
    """
    parent, found = ctx.parent, ctx.found
    if parent is None:
        raise DavError(409, "there is no collection in which this could be stored")
    if found is not None and not isinstance(found, Item):
        raise DavError(405, "a collection has no content that could be replaced")
    ctx.locks.require(ctx.request.path, membership=found is None)
    written = parent.put(ctx, ctx.request.path[-1], found, ctx.prepared)
    return stored(written, ctx)


def stored(
    written: Written, ctx: DavContext, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Answer:
    """The answer to what stored something (RFC 8144 §3.1)."""
    item = written.item
    status = 201 if written.created else 204
    tag = item.etag(ctx) if written.exact else None
    given = [*headers, *written.headers]
    if tag is not None:
        given.append((b"etag", tag.encode()))
    if ctx.request.preferences.representation and isinstance(item, Item):
        return represented(item, 201 if written.created else 200, ctx, (*headers, *written.headers))
    return Answer(status, tuple(given))


METHOD = Method(
    "PUT", put, uploads=True, writes=True, on_new=True, prepare=prepare, foresee=foresee
)
