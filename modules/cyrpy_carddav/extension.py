"""The part of the tree that holds address books: all that it declares."""

from __future__ import annotations

from cyrpy.dav.extension import DavExtension
from cyrpy_carddav import principal_properties, properties
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.reports import REPORTS
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
