"""Live properties of files and folders (RFC 4918 §15, RFC 4331)."""

from __future__ import annotations

from cyrpy.data import files
from cyrpy.dav.conditional import http_date, iso_date
from cyrpy.dav.context import DavContext
from cyrpy.dav.property import live
from cyrpy.dav.xml import DAV
from cyrpy_webdav.file import File
from cyrpy_webdav.folder import Folder
from cyrpy_webdav.names import quota_of


@live(DAV("displayname"), on=File, kept=True)
def file_displayname(file: File, ctx: DavContext) -> str | None:
    """What a client calls it; its name in the URL stays (RFC 4918 §15.2)."""
    return None


@file_displayname.setter
def set_file_displayname(file: File, text: str | None, ctx: DavContext) -> None:
    """Kept as the client wrote it."""


@live(DAV("displayname"), on=Folder, kept=True)
def folder_displayname(folder: Folder, ctx: DavContext) -> str | None:
    """What a client calls it; its name in the URL stays (RFC 4918 §15.2)."""
    return None


@folder_displayname.setter
def set_folder_displayname(folder: Folder, text: str | None, ctx: DavContext) -> None:
    """Kept as the client wrote it."""


@live(DAV("getlastmodified"), on=Folder, allprop=True)
def getlastmodified(folder: Folder, ctx: DavContext) -> str | None:
    """When the folder was made (RFC 4918 §15.7); of what is in it, each file tells."""
    return None if folder.row is None else http_date(folder.row.updated_at).decode()


@live(DAV("creationdate"), on=Folder, allprop=True)
def creationdate(folder: Folder, ctx: DavContext) -> str | None:
    """When it was made (RFC 4918 §15.1)."""
    return None if folder.row is None else iso_date(folder.row.created_at)


@live(DAV("quota-used-bytes"), on=Folder)
def quota_used_bytes(folder: Folder, ctx: DavContext) -> int:
    """What all files of the user take (RFC 4331 §4)."""
    return files.usage(ctx.unit, folder.owner).octets


@live(DAV("quota-available-bytes"), on=Folder)
def quota_available_bytes(folder: Folder, ctx: DavContext) -> int | None:
    """How much more they may take; absent without a quota (RFC 4331 §3)."""
    quota = quota_of(ctx)
    return max(0, quota - files.usage(ctx.unit, folder.owner).octets) if quota else None


PROPERTIES = (
    file_displayname,
    folder_displayname,
    getlastmodified,
    creationdate,
    quota_used_bytes,
    quota_available_bytes,
)
