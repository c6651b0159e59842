"""Options `webdav_*` of imapd.conf."""

from __future__ import annotations

from pydantic import Field

from cyrpy.config import Size
from cyrpy.dav.limits import ItemLimits


class WebdavSettings(ItemLimits):
    """How much one user may keep, and one request may ask for."""

    max_resource_size: Size = Field(
        10 << 30, ge=1024, description="Largest file that a client may write."
    )
    quota: Size = Field(
        0, description="How much all files of one user may take; 0: as much as the disk holds."
    )
