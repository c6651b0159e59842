"""COPY and MOVE (RFC 4918 §9.8, §9.9): all or nothing, so no answer has to tell of parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.copying import copy_collection, copy_dead
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.item import Item, Written
from cyrpy.dav.methods.delete import remove
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.urls import Path, check_name, split

_PORTS: Final = {"http": 80, "https": 443}


class Target(NamedTuple):
    """Where it goes."""

    path: Path
    parent: Collection
    found: Resource | None  # what is there now

    @property
    def name(self) -> str:
        """Its last segment."""
        return self.path[-1]


def destination(ctx: DavContext) -> Path:
    """The path in the Destination header (RFC 4918 §10.3).

    Raises:
        DavError: 400 if it is no URL, 502 if it is another server's.
    """
    text = ctx.request.header(b"destination")
    if not text:
        raise DavError(400, f"{ctx.request.method} needs a Destination header")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise DavError(400, "the Destination header is no URL") from exc
    if parts.query or parts.fragment or (parts.scheme and parts.scheme not in _PORTS):
        raise DavError(400, "the Destination header is no http URL of a resource")
    if parts.netloc and not _is_here(parts.hostname or "", port, ctx):
        raise DavError(502, "the Destination is on another server: this one does not write there")
    if not parts.path.startswith(f"{ctx.request.base}/"):
        raise DavError(502, "the Destination is outside of what this server serves")
    return split(parts.path.removeprefix(ctx.request.base))


def _is_here(host: str, port: int | None, ctx: DavContext) -> bool:
    """Whether a host is this server, by the name that the request used, or by its own.

    A proxy in front may speak another scheme than we do, so a port that is its default is none.
    """
    if host == (ctx.core.settings.servername or "").lower():
        return True
    try:
        asked = urlsplit("//" + (ctx.request.header(b"host") or ""))
        asked_port = asked.port
    except ValueError:
        return False
    defaults = {None, *_PORTS.values()}
    same_port = port == asked_port or (port in defaults and asked_port in defaults)
    return host == (asked.hostname or "") and same_port


def accounts(ctx: DavContext) -> Iterator[int | None]:
    """The accounts that the destination is in, besides the source's."""
    path = destination(ctx)
    if path:
        parent = ctx.resolve(path[:-1])
        yield None if parent is None else parent.account_id


def copy(ctx: DavContext) -> Answer:
    """A copy at the Destination, with the dead properties and without the locks."""
    return _transfer(ctx, move=False)


def move(ctx: DavContext) -> Answer:
    """The resource at the Destination, and no more where it was."""
    return _transfer(ctx, move=True)


def _transfer(ctx: DavContext, *, move: bool) -> Answer:
    source, path = ctx.resource, ctx.request.path
    depth = ctx.request.depth or "infinity"
    if source.is_collection and (depth == "1" or (move and depth != "infinity")):
        raise DavError(
            400,
            f"{ctx.request.method} of a collection has Depth: infinity (or 0, to copy it alone)",
        )
    target = _target(ctx, source)
    if target.found is not None and not _overwrites(ctx):
        raise DavError(412, "there is something at the Destination, and Overwrite is F")
    if move:
        ctx.locks.require(path, membership=True, tree=source.is_collection)
    ctx.locks.require(
        target.path,
        membership=target.found is None,
        tree=target.found is not None and target.found.is_collection,
    )
    if isinstance(source, Collection):
        written = _collection(source, target, ctx, move=move, deep=depth == "infinity")
    elif isinstance(source, Item):
        written = _item(source, target, ctx, move=move)
    else:
        raise DavError(403, "this cannot be copied or moved")
    if move:
        ctx.locks.drop(path)
    return _answer(written, target, ctx)


def _target(ctx: DavContext, source: Resource) -> Target:
    path = destination(ctx)
    parent = ctx.resolve(path[:-1]) if path else None
    if not isinstance(parent, Collection):
        raise DavError(409, "there is no collection at the Destination in which this could be")
    found = ctx.resolve(path)
    here, there = ctx.locks.place(ctx.request.path), ctx.locks.place(path)
    if path == ctx.request.path or (here is not None and here == there):
        raise DavError(403, "source and Destination are the same resource")
    if here is not None and there is not None and here.account_id == there.account_id:
        if there.url.startswith(here.url + "/") and source.is_collection:
            raise DavError(403, "a collection cannot be put into itself")
        if here.url.startswith(there.url + "/"):
            raise DavError(403, "a resource cannot replace a collection that it is in")
    check_name(path[-1])
    return Target(path, parent, found)


def _overwrites(ctx: DavContext) -> bool:
    value = (ctx.request.header(b"overwrite") or "T").upper()
    if value not in {"T", "F"}:
        raise DavError(400, "the Overwrite header must be T or F (RFC 4918 §10.6)")
    return value == "T"


def _item(source: Item, target: Target, ctx: DavContext, *, move: bool) -> Written:
    found = target.found
    if found is not None and not isinstance(found, Item):
        _replace(found, target, ctx)
        found = None
    elif found is not None:
        ctx.locks.drop(target.path, root=False)
    key = source.dead_key(ctx)
    written = target.parent.accept(ctx, target.name, source, found, move=move)
    copy_dead(key, written.item.dead_key(ctx), ctx, move=move)
    return written._replace(created=target.found is None)


def _collection(
    source: Collection, target: Target, ctx: DavContext, *, move: bool, deep: bool
) -> Written:
    if target.found is not None:
        _replace(target.found, target, ctx)
    if move:
        made = source.relocate(ctx, target.parent, target.name)
    else:
        made = copy_collection(source, target.parent, target.name, ctx, deep=deep)
    return Written(made, created=target.found is None)


def _replace(found: Resource, target: Target, ctx: DavContext) -> None:
    """Remove what is at the Destination; a lock on that URL stays (RFC 4918 §7.6)."""
    remove(found, target.path, ctx, keep_lock=True)
    ctx.look_again()


def _answer(written: Written, target: Target, ctx: DavContext) -> Answer:
    headers = list(written.headers)
    item = written.item
    tag = item.etag(ctx) if isinstance(item, Item) and written.exact else None
    if tag is not None:
        headers.append((b"etag", tag.encode()))
    if written.created:
        url = ctx.request.base + item.url
        headers.append((b"location", url.encode("ascii")))
    return Answer(201 if written.created else 204, tuple(headers))


METHODS = (
    Method("COPY", copy, writes=True, accounts=accounts),
    Method("MOVE", move, writes=True, accounts=accounts),
)
