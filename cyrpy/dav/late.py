"""Extensions as the host meets them: what they are made of is loaded when DAV is first asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from cyrpy.core import Core, Later
from cyrpy.data.threads import Lane
from cyrpy.dav.limits import DavLimits
from cyrpy.heap import loading
from cyrpy.http.late import LateApp
from cyrpy.http.scope import App

if TYPE_CHECKING:
    from cyrpy.dav.extension import DavExtension

KINDS: Final = frozenset({"cyrpy.dav.extension:DavExtension"})


def late_offer(extension: Callable[[], DavExtension]) -> Later:
    """The offer of an extension that is there when it is called for."""
    return Later(KINDS, lambda: (extension(),))


def late_app(core: Core, extension: Callable[[], DavExtension], limits: DavLimits) -> App:
    """The sub-app of an extension."""

    def load() -> App:
        with loading():
            from cyrpy.dav.app import DavApp  # noqa: PLC0415 - loaded late is the point of it

            return DavApp(core, extension(), limits)

    return LateApp(load, partial(core.database.run, Lane.WORK))
