"""CalDAV (RFC 4791): calendars as a subtree of the shared WebDAV tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cyrpy.core import Core
from cyrpy.dav.late import late_app, late_offer
from cyrpy.http.scope import App
from cyrpy.module import Module
from cyrpy_caldav.settings import CaldavSettings

if TYPE_CHECKING:
    from cyrpy.dav.extension import DavExtension

PREFIX = "/dav/calendars"


def _extension() -> DavExtension:
    from cyrpy_caldav.extension import EXTENSION  # noqa: PLC0415 - as `cyrpy.dav.late` says

    return EXTENSION


def offers(settings: CaldavSettings) -> Iterable[object]:
    """CalDAV's part of the tree, for principals and for reports that see all of it."""
    del settings
    yield late_offer(_extension)


def app(core: Core, settings: CaldavSettings) -> App:
    """The sub-app that the host mounts at PREFIX."""
    return late_app(core, _extension, settings)


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
