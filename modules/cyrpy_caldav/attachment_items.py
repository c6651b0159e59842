"""Managed attachments as resources that can be fetched (RFC 8607 §3.9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cyrpy.data.attachments import AttachmentRow
from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Content, Item
from cyrpy.dav.resource import KINDS, TYPES, Resource
from cyrpy.dav.urls import collection, encode
from cyrpy.groupware.attachments import readable

if TYPE_CHECKING:
    from cyrpy.dav.answer import Headers
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.urls import Path

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
FOLDER: Final = "attachments"  # beside the calendars of a home, where no list shows it
DEPTH: Final = 4  # of a path below the prefix: user, its name, FOLDER, the managed id


class AttachmentItem(Item):
    """One attachment, for whom may see an event on which it hangs."""

    methods = frozenset({"OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"})

    def __init__(self, row: AttachmentRow, url: str) -> None:
        super().__init__(url, row.account_id)
        self.row = row

    def content(self, ctx: DavContext) -> Content:
        """As it was posted."""
        blob = ctx.core.blobs.find(ctx.unit, [self.row.account_id], self.row.blob_id)
        if blob is None:
            raise DavError(404, "the attachment is gone")
        return Content(blob, self.row.media_type)

    def etag(self, ctx: DavContext) -> str:
        """What has this managed id never changes."""
        return f'"{self.row.managed_id}"'

    def last_modified(self, ctx: DavContext) -> int:
        """When it came."""
        return self.row.created_at

    def created(self, ctx: DavContext) -> int:
        """The same."""
        return self.row.created_at

    def size(self, ctx: DavContext) -> int:
        """Octets."""
        return self.row.size

    def content_type(self, ctx: DavContext) -> str:
        """As it was posted."""
        return self.row.media_type

    def headers(self, ctx: DavContext) -> Headers:
        """A file to be saved, not a page to be shown."""
        name = self.row.filename
        if name is None:
            return ((b"content-disposition", b"attachment"),)
        encoded = quote(name.encode("utf-8", "replace"), safe="!#$&+-.^_`|~")
        return ((b"content-disposition", b"attachment; filename*=UTF-8''" + encoded.encode()),)


def attachment_at(path: Path, ctx: DavContext) -> Resource | None:
    """The attachment at a path below the prefix, if the user may read it."""
    kind = TYPES.get(path[0])
    owner = None if kind is None else ctx.principal_named(kind, path[1])
    if owner is None:
        return None
    row = readable(ctx.unit, owner.id, path[3], ctx.actor)
    return None if row is None else AttachmentItem(row, _path_of(row, ctx))


def url_of(row: AttachmentRow, ctx: DavContext) -> str:
    """The absolute URL, which stands in events, also in those of others."""
    configured, request = ctx.core.settings.http_base_url, ctx.request
    if configured:
        return f"{configured}{_path_of(row, ctx)}"
    host = request.header(b"host") or ""
    if _HOST.fullmatch(host) is None:
        host = ctx.core.settings.servername or "localhost"
    return f"{request.scheme}://{host}{request.base}{_path_of(row, ctx)}"


def _path_of(row: AttachmentRow, ctx: DavContext) -> str:
    owner = ctx.principal_row(row.account_id)
    assert owner is not None  # noqa: S101 - attachments do not outlive their account
    home = collection("dav", "calendars", KINDS[owner.type], owner.name)
    return f"{home}{FOLDER}/{encode(row.managed_id)}"
