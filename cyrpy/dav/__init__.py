"""WebDAV toolkit, and the hidden module `dav`: the root of the tree, and the principals."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy.core import Core
from cyrpy.dav import (
    acl,
    expand,
    notifications,
    principals,
    properties,
    search,
    sharing,
    sync,
)
from cyrpy.dav.app import DavApp
from cyrpy.dav.extension import DavExtension
from cyrpy.dav.limits import DavLimits
from cyrpy.dav.methods import METHODS
from cyrpy.module import Module

PREFIX = "/dav"

EXTENSION = DavExtension(
    prefix=PREFIX,
    resolve=principals.resolve,
    properties=(
        *properties.PROPERTIES,
        *acl.PROPERTIES,
        *principals.PROPERTIES,
        *notifications.PROPERTIES,
        *sharing.PROPERTIES,
    ),
    reports=(*expand.REPORTS, *search.REPORTS, *sync.REPORTS),
    methods=METHODS,
)


def offers(settings: DavLimits) -> Iterable[object]:
    """What every resource of the tree has."""
    yield EXTENSION


def app(core: Core, settings: DavLimits) -> DavApp:
    """The sub-app for what no other DAV module owns."""
    return DavApp(core, EXTENSION, limits=settings)


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
