"""Plain files over WebDAV (RFC 4918): each user's drive, in the shared tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from cyrpy.core import Core
from cyrpy.dav.late import late_app, late_offer
from cyrpy.http.scope import App
from cyrpy.module import Module
from cyrpy_webdav.names import PREFIX
from cyrpy_webdav.settings import WebdavSettings

if TYPE_CHECKING:
    from cyrpy.dav.extension import DavExtension


def _extension() -> DavExtension:
    from cyrpy_webdav.extension import EXTENSION  # noqa: PLC0415 - as `cyrpy.dav.late` says

    return EXTENSION


def offers(settings: WebdavSettings) -> Iterable[object]:
    """The drives, as a part of the tree."""
    yield late_offer(lambda: replace(_extension(), limits=settings))


def app(core: Core, settings: WebdavSettings) -> App:
    """The sub-app that the host mounts at PREFIX."""
    return late_app(core, _extension, settings)


module = Module(
    name="webdav",
    summary="Plain files over WebDAV (RFC 4918)",
    settings=WebdavSettings,
    prefixes=(PREFIX,),
    requires=("dav",),
    offers=offers,
    app=app,
)
