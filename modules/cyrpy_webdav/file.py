"""Files as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cyrpy.data import files
from cyrpy.data.blobs import Blob
from cyrpy.data.dav import Key
from cyrpy.data.files import KIND, FileRow
from cyrpy.data.incoming import ROW_LIMIT
from cyrpy.dav import privileges
from cyrpy.dav.answer import Headers
from cyrpy.dav.item import Content, Item
from cyrpy_webdav.media import is_shown

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

_ATTACHMENT: Final = ((b"content-disposition", b"attachment"),)


class File(Item):
    """A file."""

    def __init__(self, url: str, row: FileRow) -> None:
        super().__init__(url, row.account_id)
        self.row = row

    @property
    def blob(self) -> Blob:
        """Its octets, in the blob store."""
        row = self.row
        return Blob(row.digest or b"", row.size, row.media_type, in_file=row.size > ROW_LIMIT)

    def display_name(self, ctx: DavContext) -> str | None:
        """Its name."""
        return self.row.name

    def held(self, ctx: DavContext) -> frozenset[str]:
        """Only its owner sees it."""
        return privileges.OWNING

    def content(self, ctx: DavContext) -> Content:
        """As it was stored; there is no other form."""
        return Content(self.blob, self.row.media_type)

    def etag(self, ctx: DavContext) -> str:
        """By what is in it."""
        return f'"{(self.row.digest or b"").hex()[:32]}"'

    def last_modified(self, ctx: DavContext) -> int:
        """When it was last written."""
        return self.row.updated_at

    def created(self, ctx: DavContext) -> int:
        """When it came."""
        return self.row.created_at

    def size(self, ctx: DavContext) -> int:
        """Octets."""
        return self.row.size

    def content_type(self, ctx: DavContext) -> str:
        """As the client said, or by its name."""
        return self.row.media_type

    def headers(self, ctx: DavContext) -> Headers:
        """What a browser could run is offered to be saved."""
        return () if is_shown(self.row.media_type) else _ATTACHMENT

    def dead_key(self, ctx: DavContext) -> Key:
        """By its number."""
        return Key(self.row.account_id, KIND, self.row.id)

    def save(self, ctx: DavContext) -> None:
        """Its properties have changed."""
        files.touch(ctx.unit, self.row)

    def delete(self, ctx: DavContext) -> None:
        """With its content."""
        files.remove(ctx.unit, ctx.core.blobs, self.row)
