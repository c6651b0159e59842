"""CalDAV (RFC 4791): calendars as a subtree of the shared WebDAV tree."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy.core import Core
from cyrpy.dav.app import DavApp
from cyrpy.dav.extension import DavExtension
from cyrpy.module import Module
from cyrpy_caldav import mkcalendar, principal_properties, properties
from cyrpy_caldav.settings import CaldavSettings
from cyrpy_caldav.tree import PREFIX, resolve

EXTENSION = DavExtension(
    prefix=PREFIX,
    resolve=resolve,
    properties=(*properties.PROPERTIES, *principal_properties.PROPERTIES),
    methods=(mkcalendar.METHOD,),
    creates=("MKCOL", "MKCALENDAR"),
)


def offers(settings: CaldavSettings) -> Iterable[object]:
    """CalDAV's part of the tree, for principals and for reports that see all of it."""
    yield EXTENSION


def app(core: Core, settings: CaldavSettings) -> DavApp:
    """The sub-app that the host mounts at PREFIX."""
    return DavApp(core, EXTENSION, limits=settings)


module = Module(
    name="caldav",
    summary="Calendars over WebDAV (RFC 4791)",
    settings=CaldavSettings,
    prefixes=(PREFIX,),
    # Every client asks there for current-user-principal, and most for nothing else.
    well_known={"caldav": "/dav/principals/"},
    requires=("dav",),
    offers=offers,
    app=app,
)
