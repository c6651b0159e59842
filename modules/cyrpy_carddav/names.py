"""XML names of CardDAV."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.xml import Namespace

CARDDAV: Final = Namespace("urn:ietf:params:xml:ns:carddav")
