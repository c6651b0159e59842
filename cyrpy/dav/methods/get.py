"""GET and HEAD: the content of an item; of a collection, a plain list for people."""

from __future__ import annotations

from itertools import islice
from typing import Final

from cyrpy.dav import conditional
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.item import Content, Item
from cyrpy.dav.markup import escape
from cyrpy.dav.ranges import Span, span_of
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.stream import FilePart

MAX_LISTED: Final = 1000
SMALL: Final = 64 << 10  # octets of an item that the event loop may read itself
_PAGE: Final = (
    b'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>%b</title></head>\n'
    b"<body><h1>%b</h1>\n<p>%b</p>\n<ul>\n%b</ul></body></html>\n"
)
_HEADERS: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"cache-control", b"private, no-cache"),
    (b"x-content-type-options", b"nosniff"),
)
# Whatever a client has stored, no browser runs it as a page of this server.
SAFE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cache-control", b"private, no-cache"),
    (b"accept-ranges", b"bytes"),
)
_VARY: Final = (b"vary", b"accept")


def is_brief(ctx: DavContext) -> bool:
    """Whether it is a small item just as it is stored, or nothing."""
    found = ctx.found
    if found is None:
        return True
    if not isinstance(found, Item) or ctx.request.header(b"accept") not in conditional.ANYTHING:
        return False
    size = found.size(ctx)
    return size is not None and size <= SMALL


def get(ctx: DavContext) -> Answer:
    """The content, or the list; clients of the protocol list by PROPFIND."""
    resource = ctx.resource
    if isinstance(resource, Item):
        return _content(resource, ctx)
    content = resource.whole(ctx) if isinstance(resource, Collection) else None
    return _listing(resource, ctx) if content is None else _whole(content, ctx)


def _whole(content: Content, ctx: DavContext) -> Answer:
    """All of a collection; it has no ranges, for it is made for each answer."""
    headers = [(b"content-type", content.media_type.encode()), *SAFE[:-1], _VARY]
    if content.etag is not None:
        none_match = ctx.request.header(b"if-none-match")
        headers.append((b"etag", content.etag.encode()))
        if none_match is not None and conditional.names(none_match, content.etag, weak=True):
            return Answer(304, tuple(headers[-2:]))
    return _sent(200, headers, content, Span(0, _size(content)), ctx)


def _content(item: Item, ctx: DavContext) -> Answer:
    early = conditional.before_content(item, ctx)
    if early is not None:
        return early
    content = item.content(ctx)
    tag = content.etag or item.etag(ctx)
    modified = item.last_modified(ctx)
    size = _size(content)
    if conditional.is_current(tag, modified, ctx):
        return conditional.not_modified(tag, modified, ctx)
    is_get = ctx.request.method == "GET"  # the only one that has ranges (RFC 9110 §14.2)
    span = span_of(ctx.request, size, tag, modified) if is_get else Span(0, size)
    headers = describe(item, content, ctx)
    if span.is_part_of(size):
        headers.append((b"content-range", span.of(size)))
        return _sent(206, headers, content, span, ctx)
    return _sent(200, headers, content, span, ctx)


def represented(
    item: Item, status: int, ctx: DavContext, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Answer:
    """The content as the answer to another method (RFC 8144 §3)."""
    content = item.content(ctx)
    given = [
        *headers,
        *ctx.request.preferences.applied,
        (b"content-location", ctx.spelled(item.url).encode("ascii")),
        *describe(item, content, ctx),
    ]
    return _sent(status, given, content, Span(0, _size(content)), ctx)


def describe(item: Item, content: Content, ctx: DavContext) -> list[tuple[bytes, bytes]]:
    """The headers of content."""
    tag = content.etag or item.etag(ctx)
    headers = [
        (b"content-type", content.media_type.encode("latin-1")),
        (b"etag", tag.encode("latin-1")),
        (b"last-modified", conditional.http_date(item.last_modified(ctx))),
        *SAFE,
        *item.headers(ctx),
    ]
    if content.varies:
        headers.append(_VARY)
    return headers


def _size(content: Content) -> int:
    octets = content.octets
    return len(octets) if isinstance(octets, bytes) else octets.size


def _sent(
    status: int, headers: list[tuple[bytes, bytes]], content: Content, span: Span, ctx: DavContext
) -> Answer:
    """The octets of the span, from where they are."""
    octets = content.octets
    if isinstance(octets, bytes):
        whole = span.start == 0 and span.stop == len(octets)
        body = octets if whole else octets[span.start : span.stop]
        return Answer(status, tuple(headers), body)
    blobs = ctx.core.blobs
    if ctx.request.method == "HEAD":
        return Answer(status, tuple(headers), size=span.stop - span.start)
    if not octets.in_file:
        return Answer(status, tuple(headers), blobs.part(ctx.unit, octets, span.start, span.stop))
    try:
        file = FilePart(blobs.path(octets.digest), span.start, span.stop)
    except FileNotFoundError as exc:  # another has just removed it
        raise DavError(404, "the content is gone") from exc
    return Answer(status, tuple(headers), file=file)


def _listing(resource: Resource, ctx: DavContext) -> Answer:
    members = resource.members(ctx) if isinstance(resource, Collection) else ()
    found = list(islice(members, MAX_LISTED + 1))
    items = b"".join(_item(member, ctx) for member in found[:MAX_LISTED])
    if len(found) > MAX_LISTED:
        items += b"<li>and more</li>\n"
    title = escape(resource.display_name(ctx) or resource.url)
    about = b"This is for calendar and contacts clients (WebDAV)."
    return Answer(200, _HEADERS, _PAGE % (title, title, about, items))


def _item(member: Resource, ctx: DavContext) -> bytes:
    url = ctx.spelled(member.url)
    name = member.display_name(ctx) or member.url.rstrip("/").rpartition("/")[2]
    return b'<li><a href="%b">%b</a></li>\n' % (escape(url), escape(name))


METHODS = tuple(Method(name, get, brief=is_brief) for name in ("GET", "HEAD"))
