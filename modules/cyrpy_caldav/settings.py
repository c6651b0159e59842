"""Options `caldav_*` of imapd.conf."""

from __future__ import annotations

from cyrpy.dav.limits import DavLimits


class CaldavSettings(DavLimits):
    """How much one request to calendars may ask for."""
