"""Where drives are, and how much of the settings holds in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cyrpy_webdav.settings import WebdavSettings

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

PREFIX: Final = "/dav/drive"
PATH: Final = ("dav", "drive")


def quota_of(ctx: DavContext) -> int:
    """Octets that all files of a user may have; 0: no limit."""
    extension = ctx.tree.owner(PATH)
    limits = None if extension is None else extension.limits
    return limits.quota if isinstance(limits, WebdavSettings) else 0
