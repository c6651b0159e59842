"""Options `carddav_*` of imapd.conf."""

from __future__ import annotations

from cyrpy.dav.limits import ItemLimits


class CarddavSettings(ItemLimits):
    """How much one request to address books may ask for, and how large a card may be."""
