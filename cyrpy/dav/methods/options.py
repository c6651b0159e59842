"""OPTIONS: what can be done here (RFC 4918 §10.1, RFC 9110 §9.3.7)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.resource import ROOT

BASE = ("3", "access-control", "extended-mkcol")


def options(ctx: DavContext) -> Answer:
    """Allow and DAV, each true of this very URL.

    Raises:
        DavError: 404 where there is nothing, nor can be.
    """
    # Microsoft Office takes a server for WebDAV by the last of these alone.
    headers = (
        (b"dav", _features(ctx)),
        (b"allow", allow(ctx)),
        (b"ms-author-via", b"DAV"),
    )
    if ctx.found is None and ctx.parent is None:
        raise DavError(404, "there is nothing at this URL")
    return Answer(200, headers)


def _features(ctx: DavContext) -> bytes:
    """The words of this subtree; above all subtrees, those of all."""
    owner = ctx.tree.owner(ctx.request.path)
    is_root = owner is None or owner.prefix.strip("/") == "/".join(ROOT)
    words = ctx.tree.features() if owner is None or is_root else owner.features
    locks = ("2",) if is_root or _has_locks(ctx) else ()
    adds = ("add-member",) if ctx.found is not None and "POST" in ctx.found.methods else ()
    return ", ".join(dict.fromkeys(("1", *locks, *BASE, *words, *adds))).encode()


def _has_locks(ctx: DavContext) -> bool:
    """Whether what is here, or could be made here, can be locked."""
    if ctx.found is not None:
        return "LOCK" in ctx.found.methods
    return ctx.parent is not None and may_make("LOCK", ctx)


def allow(ctx: DavContext) -> bytes:
    """The methods of the resource, or those that would make one here."""
    if ctx.found is not None:
        return ", ".join(sorted(ctx.found.methods)).encode()
    makes = ctx.parent.makes if ctx.parent is not None else frozenset()
    return ", ".join(sorted({"OPTIONS", *(makes or _creates(ctx))})).encode()


def may_make(method: str, ctx: DavContext) -> bool:
    """Whether a method may be tried where there is nothing yet; it may fail for other reasons."""
    makes = ctx.parent.makes if ctx.parent is not None else frozenset()
    if method == "LOCK" and "PUT" in makes:  # which then says that nothing empty can be here
        return True
    return method == "OPTIONS" or method in makes or method in _creates(ctx)


def _creates(ctx: DavContext) -> tuple[str, ...]:
    owner = ctx.tree.owner(ctx.request.path)
    return () if owner is None else owner.creates


METHOD = Method("OPTIONS", options, brief=lambda ctx: True)
