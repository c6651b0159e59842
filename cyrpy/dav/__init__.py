"""WebDAV toolkit, and the hidden module `dav`: the root of the tree, and the principals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cyrpy.core import Core
from cyrpy.dav.late import late_app, late_offer
from cyrpy.dav.limits import DavLimits
from cyrpy.http.scope import App
from cyrpy.module import Module

if TYPE_CHECKING:
    from cyrpy.dav.extension import DavExtension

PREFIX = "/dav"


def _extension() -> DavExtension:
    from cyrpy.dav.root import EXTENSION  # noqa: PLC0415 - as `cyrpy.dav.late` says

    return EXTENSION


def offers(settings: DavLimits) -> Iterable[object]:
    """What every resource of the tree has."""
    del settings
    yield late_offer(_extension)


def app(core: Core, settings: DavLimits) -> App:
    """The sub-app for what no other DAV module owns."""
    return late_app(core, _extension, settings)


module = Module(
    name="dav",
    summary="WebDAV principals and access control (RFC 4918, RFC 3744), for the DAV modules",
    settings=DavLimits,
    prefixes=(PREFIX,),
    # DAVx5 and python-caldav ask there when they were given a host and nothing more.
    root=dict.fromkeys(("OPTIONS", "PROPFIND", "REPORT"), f"{PREFIX}/"),
    offers=offers,
    app=app,
)
