"""XML names of CalDAV and of Apple's additions to it, and its privileges."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.privileges import Privilege, supported
from cyrpy.dav.xml import Namespace

CALDAV: Final = Namespace("urn:ietf:params:xml:ns:caldav")
APPLE: Final = Namespace("http://apple.com/ns/ical/")
# RFC 4791 §6.1.1: part of DAV:read
READ_FREE_BUSY: Final = Privilege(CALDAV("read-free-busy"), "See when the owner is busy", "9")
PRIVILEGES: Final = supported(READ_FREE_BUSY)
