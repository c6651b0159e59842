"""Plain files over WebDAV (RFC 4918): each user's drive, in the shared tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cyrpy.core import Core
from cyrpy.dav.app import DavApp
from cyrpy.dav.extension import DavExtension
from cyrpy.module import Module
from cyrpy_webdav.names import PREFIX
from cyrpy_webdav.properties import PROPERTIES
from cyrpy_webdav.settings import WebdavSettings
from cyrpy_webdav.tree import resolve

EXTENSION = DavExtension(
    prefix=PREFIX,
    resolve=resolve,
    properties=PROPERTIES,
    creates=("MKCOL", "PUT", "LOCK"),
    streams=True,
)


def offers(settings: WebdavSettings) -> Iterable[object]:
    """The drives, as a part of the tree."""
    yield replace(EXTENSION, limits=settings)


def app(core: Core, settings: WebdavSettings) -> DavApp:
    """The sub-app that the host mounts at PREFIX."""
    return DavApp(core, EXTENSION, limits=settings)


module = Module(
    name="webdav",
    summary="Plain files over WebDAV (RFC 4918)",
    settings=WebdavSettings,
    prefixes=(PREFIX,),
    requires=("dav",),
    offers=offers,
    app=app,
)
