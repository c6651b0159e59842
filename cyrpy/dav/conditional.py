"""Conditional GET (RFC 9110 §13): 304 for what the client has, 412 for what it does not mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.item import Item
    from cyrpy.dav.request import Request

_ETAG: Final = re.compile(r'(W/)?("[^"]*")')
ANYTHING: Final = frozenset({None, "", "*/*"})  # of Accept


def names(header: str, tag: str | None, *, weak: bool) -> bool:
    """Whether a header names a tag; `*` names any that there is."""
    if header == "*":
        return True
    tags = (named for is_weak, named in _ETAG.findall(header) if weak or not is_weak)
    return tag is not None and any(named == tag for named in tags)


def date_of(request: Request, name: bytes) -> int | None:
    """A date in a header, in unix seconds; None if there is none (RFC 9110 §13.1.3)."""
    text = request.header(name)
    if text is None:
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def http_date(seconds: int) -> bytes:
    """A date as headers have it (RFC 9110 §5.6.7)."""
    return formatdate(seconds, usegmt=True).encode("ascii")


def iso_date(seconds: int) -> str:
    """A date as DAV:creationdate has it (RFC 3339)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def before_content(item: Item, ctx: DavContext) -> Answer | None:
    """The answer, where the content need not be looked at.

    Raises:
        DavError: 412 if it is not the resource that the client means.
    """
    request = ctx.request
    check_unchanged(request, item.etag(ctx), item.last_modified(ctx))
    if request.header(b"if-none-match") is None or request.header(b"accept") not in ANYTHING:
        return None
    tag, modified = item.etag(ctx), item.last_modified(ctx)
    return not_modified(tag, modified, ctx) if is_current(tag, modified, ctx) else None


def check_unchanged(request: Request, tag: str | None, modified: int | None) -> None:
    """If-Match, or without it If-Unmodified-Since (RFC 9110 §13.2.2).

    Raises:
        DavError: 412.
    """
    match = request.header(b"if-match")
    if match is not None:
        if not names(match, tag, weak=False):
            raise DavError(412, "the resource is not the one that If-Match names")
        return
    since = date_of(request, b"if-unmodified-since")
    if since is not None and modified is not None and modified > since:
        raise DavError(412, "the resource was changed after If-Unmodified-Since")


def is_current(tag: str, modified: int, ctx: DavContext) -> bool:
    """Whether the client has that already."""
    none_match = ctx.request.header(b"if-none-match")
    if none_match is not None:
        return names(none_match, tag, weak=True)
    since = date_of(ctx.request, b"if-modified-since")
    return since is not None and modified <= since


def not_modified(tag: str, modified: int, ctx: DavContext) -> Answer:
    """304 (RFC 9110 §15.4.5)."""
    return Answer(
        304,
        (
            (b"etag", tag.encode("latin-1")),
            (b"last-modified", http_date(modified)),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"accept"),
        ),
    )
