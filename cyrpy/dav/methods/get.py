"""GET and HEAD of collections: a plain list of what is in them, for people."""

from __future__ import annotations

from itertools import islice
from typing import Final

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.extension import Method
from cyrpy.dav.markup import escape
from cyrpy.dav.resource import Collection, Resource

MAX_LISTED: Final = 1000
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


def get(ctx: DavContext) -> Answer:
    """The list; clients of the protocol use PROPFIND."""
    resource = ctx.resource
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


METHODS = (Method("GET", get), Method("HEAD", get))
