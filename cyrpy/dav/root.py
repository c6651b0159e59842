"""What the whole tree has, and the principals in it: the extension of the module `dav`."""

from __future__ import annotations

from cyrpy.dav import (
    PREFIX,
    acl,
    expand,
    notifications,
    principals,
    properties,
    search,
    sharing,
    sync,
)
from cyrpy.dav.extension import DavExtension
from cyrpy.dav.methods import METHODS

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
