"""OPTIONS: what can be done here (RFC 4918 §10.1, RFC 9110 §9.3.7)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.resource import ROOT

BASE = ("1", "3", "access-control", "extended-mkcol")  # no "2": there are no locks


def options(ctx: DavContext) -> Answer:
    """Allow and DAV, each true of this very URL.

    Raises:
        DavError: 404 where there is nothing, nor can be.
    """
    headers = ((b"dav", _features(ctx)), (b"allow", allow(ctx)))
    if ctx.found is None and ctx.parent is None:
        raise DavError(404, "there is nothing at this URL")
    return Answer(200, headers)


def _features(ctx: DavContext) -> bytes:
    """The words of this subtree; above all subtrees, those of all."""
    owner = ctx.tree.owner(ctx.request.path)
    is_root = owner is None or owner.prefix.strip("/") == "/".join(ROOT)
    words = ctx.tree.features() if owner is None or is_root else owner.features
    return ", ".join((*BASE, *words)).encode()


def allow(ctx: DavContext) -> bytes:
    """The methods of the resource, or those that would make one here."""
    if ctx.found is not None:
        return ", ".join(sorted(ctx.found.methods)).encode()
    owner = ctx.tree.owner(ctx.request.path)
    creates = () if owner is None else owner.creates
    return ", ".join(sorted({"OPTIONS", *creates})).encode()


METHOD = Method("OPTIONS", options)
