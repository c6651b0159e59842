"""Public links: a calendar, an address book or busy time for everybody who knows a URL."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from cyrpy.config import ModuleSettings
from cyrpy.core import Core
from cyrpy.groupware.publishing import Publishing
from cyrpy.module import Module
from cyrpy_public.app import PublicApp

PREFIX = "/public"


class PublicSettings(ModuleSettings):
    """Options `public_*` of imapd.conf."""

    rate_limit: int = Field(
        120,
        ge=0,
        description="How many requests for public links one address (of IPv6: one /64) may make "
        "in a minute; 0: as many as it likes.",
    )


def offers(settings: PublicSettings) -> Iterable[object]:
    """That owners can publish their calendars."""
    del settings
    yield Publishing(PREFIX)


def app(core: Core, settings: PublicSettings) -> PublicApp:
    """The sub-app that the host mounts at PREFIX."""
    return PublicApp(core, settings.rate_limit)


module = Module(
    name="public",
    summary="Public read-only links to calendars, address books and busy time",
    settings=PublicSettings,
    prefixes=(PREFIX,),
    sign_in="none",
    offers=offers,
    app=app,
)
