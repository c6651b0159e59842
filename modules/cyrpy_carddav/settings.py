"""Options `carddav_*` of imapd.conf."""

from __future__ import annotations

from cyrpy.dav.limits import DavLimits


class CarddavSettings(DavLimits):
    """How much one request to address books may ask for."""
