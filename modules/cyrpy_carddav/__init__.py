"""CardDAV (RFC 6352): address books as a subtree of the shared WebDAV tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cyrpy.core import Core
from cyrpy.dav.late import late_app, late_offer
from cyrpy.http.scope import App
from cyrpy.module import Module
from cyrpy_carddav.settings import CarddavSettings

if TYPE_CHECKING:
    from cyrpy.dav.extension import DavExtension

PREFIX = "/dav/addressbooks"


def _extension() -> DavExtension:
    from cyrpy_carddav.extension import EXTENSION  # noqa: PLC0415 - as `cyrpy.dav.late` says

    return EXTENSION


def offers(settings: CarddavSettings) -> Iterable[object]:
    """CardDAV's part of the tree, for principals and for reports that see all of it."""
    del settings
    yield late_offer(_extension)


def app(core: Core, settings: CarddavSettings) -> App:
    """The sub-app that the host mounts at PREFIX."""
    return late_app(core, _extension, settings)


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
