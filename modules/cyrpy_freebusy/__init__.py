"""Free-busy URLs, as Cyrus has them: when a user is busy, for whoever may know that."""

from __future__ import annotations

from pydantic import Field

from cyrpy.config import ModuleSettings
from cyrpy.core import Core
from cyrpy.module import Module
from cyrpy_freebusy.app import FreeBusyApp

PREFIX = "/freebusy"


class FreeBusySettings(ModuleSettings):
    """Options `freebusy_*` of imapd.conf."""

    public: bool = Field(
        False,
        description="Whether everybody, without sign-in, may ask when users, rooms and resources "
        "are busy.",
    )


def app(core: Core, settings: FreeBusySettings) -> FreeBusyApp:
    """The sub-app that the host mounts at PREFIX."""
    return FreeBusyApp(core, is_public=settings.public)


module = Module(
    name="freebusy",
    summary="Free-busy URLs: when users are busy",
    settings=FreeBusySettings,
    prefixes=(PREFIX,),
    sign_in="optional",
    app=app,
)
