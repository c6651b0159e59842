"""If-Match, If-None-Match and If-Unmodified-Since before a change (RFC 9110 §13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cyrpy.dav.conditional import check_unchanged, names
from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Item

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext


def check(ctx: DavContext) -> None:
    """Make sure that the resource is what the client takes it for.

    A tag that is named never matches what has none, as collections do.

    Raises:
        DavError: 412 if it is not.
    """
    request, found = ctx.request, ctx.found
    none_match = request.header(b"if-none-match")
    if found is None:
        if request.header(b"if-match") is not None:
            raise DavError(412, "there is no resource that If-Match could name")
        return
    modified = found.last_modified(ctx) if isinstance(found, Item) else None
    check_unchanged(request, found.etag(ctx), modified)
    if none_match is not None and names(none_match, found.etag(ctx), weak=True):
        raise DavError(412, "there is a resource that If-None-Match excludes")
