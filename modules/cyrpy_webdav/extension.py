"""The part of the tree that holds drives: all that it declares."""

from __future__ import annotations

from cyrpy.dav.extension import DavExtension
from cyrpy_webdav.names import PREFIX
from cyrpy_webdav.properties import PROPERTIES
from cyrpy_webdav.tree import resolve

EXTENSION = DavExtension(
    prefix=PREFIX,
    resolve=resolve,
    properties=PROPERTIES,
    creates=("MKCOL", "PUT", "LOCK"),
    streams=True,
)
