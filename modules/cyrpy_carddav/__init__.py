"""CardDAV (RFC 6352): address books as a subtree of the shared WebDAV tree."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy.core import Core
from cyrpy.dav.app import DavApp
from cyrpy.dav.extension import DavExtension
from cyrpy.module import Module
from cyrpy_carddav import principal_properties, properties
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.reports import REPORTS
from cyrpy_carddav.settings import CarddavSettings
from cyrpy_carddav.tree import PREFIX, resolve

EXTENSION = DavExtension(
    prefix=PREFIX,
    resolve=resolve,
    features=("addressbook", "resource-sharing"),
    properties=(*properties.PROPERTIES, *principal_properties.PROPERTIES),
    reports=REPORTS,
    creates=("MKCOL",),
    too_large=CARDDAV("max-resource-size"),
)


def offers(settings: CarddavSettings) -> Iterable[object]:
    """CardDAV's part of the tree, for principals and for reports that see all of it."""
    yield EXTENSION


def app(core: Core, settings: CarddavSettings) -> DavApp:
    """The sub-app that the host mounts at PREFIX."""
    return DavApp(core, EXTENSION, limits=settings)


module = Module(
    name="carddav",
    summary="Address books over WebDAV (RFC 6352)",
    settings=CarddavSettings,
    prefixes=(PREFIX,),
    # Every client asks there for current-user-principal, and most for nothing else.
    well_known={"carddav": "/dav/principals/"},
    requires=("dav",),
    offers=offers,
    app=app,
)
