"""tzdist (RFC 7808): time zones for clients that would otherwise carry their own data."""

from __future__ import annotations

from cyrpy.config import ModuleSettings
from cyrpy.core import Core
from cyrpy.module import Module
from cyrpy_tzdist.app import TzdistApp

PREFIX = "/tzdist"


def app(core: Core, settings: ModuleSettings) -> TzdistApp:
    """The sub-app that the host mounts at PREFIX; it needs neither data nor options."""
    del core, settings
    return TzdistApp()


module = Module(
    name="tzdist",
    summary="Time zone data distribution (RFC 7808)",
    app=app,
    prefixes=(PREFIX,),
    well_known={"timezone": PREFIX},
    sign_in="none",
)
