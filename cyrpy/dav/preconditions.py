"""If-Match and If-None-Match before a change (RFC 9110 §13.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cyrpy.dav.errors import DavError

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

_ETAG: Final = re.compile(r'(W/)?("[^"]*")')


def check(ctx: DavContext) -> None:
    """Make sure that the resource is what the client takes it for.

    A tag that is named never matches what has none, as collections do.

    Raises:
        DavError: 412 if it is not.
    """
    match, none_match = ctx.request.header(b"if-match"), ctx.request.header(b"if-none-match")
    if match is not None and not _matches(match, ctx, weak=False):
        raise DavError(412, "the resource is not the one that If-Match names")
    if none_match is not None and _matches(none_match, ctx, weak=True):
        raise DavError(412, "there is a resource that If-None-Match excludes")


def _matches(header: str, ctx: DavContext, *, weak: bool) -> bool:
    """Whether the resource is among those that a header names; `*` names any."""
    if ctx.found is None:
        return False
    if header == "*":
        return True
    etag = ctx.found.etag(ctx)
    tags = (tag for is_weak, tag in _ETAG.findall(header) if weak or not is_weak)
    return etag is not None and any(tag == etag for tag in tags)
