"""The sub-app, put together of what the enabled modules offer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.types import ASGIApp

from cyrpy.core import Core
from cyrpy.data import secrets
from cyrpy.data.threads import Lane
from cyrpy.http.late import LateApp
from cyrpy.http.scope import App
from cyrpy_jmap.api import Api
from cyrpy_jmap.blob_source import BlobSource
from cyrpy_jmap.call import Services
from cyrpy_jmap.capability import CORE, Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.dialects.base import Dialect
from cyrpy_jmap.download import Download
from cyrpy_jmap.engine import Engine
from cyrpy_jmap.push.service import endpoints, sending
from cyrpy_jmap.push.vapid import Vapid
from cyrpy_jmap.routes import Jmap
from cyrpy_jmap.session import Sessions
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.signing import Signer
from cyrpy_jmap.upload import Upload

SIGNING_KEY: Final = "jmap-signing"  # its name among the secrets


@dataclass(frozen=True, slots=True)
class Opened:
    """JMAP of one running server."""

    app: Jmap
    api: Api

    def sending(self) -> AbstractAsyncContextManager[None]:
        """Push to subscriptions and callbacks meanwhile."""
        return sending(self.api)


def opened(core: Core, settings: JmapSettings) -> Opened:
    """JMAP with its own types and those that other modules offer; on a thread that may write.

    Raises:
        CyrpyError: the database cannot be used.
    """
    (vapid,) = core.offered(Vapid)
    vapid.open(core)  # its key is in every Session object
    api = create_api(core, settings)
    return Opened(_app(api, settings), api)


def _app(api: Api, settings: JmapSettings) -> Jmap:
    """The URLs under /jmap, all of them."""
    core: Core = api.services.core
    key = secrets.obtain(core.database, SIGNING_KEY, lambda: core.random_bytes(32).hex())
    signer = Signer(bytes.fromhex(key), core.clock)
    own: dict[str, ASGIApp] = {
        **endpoints(api, settings.max_concurrent_push),
        "download": Download(api, signer),
    }
    if settings.classic_profile != "off":
        load = partial(_classic_sign_in, api, settings, signer)
        own["auth"] = LateApp(load, partial(core.database.run, Lane.WORK))
    return create_app(api, settings, own)


def _classic_sign_in(api: Api, settings: JmapSettings, signer: Signer) -> App:
    """The sign-in of the classic dialect."""
    from cyrpy_jmap.dialects.classic import PROFILES  # noqa: PLC0415 - for those who speak it
    from cyrpy_jmap.dialects.classic.auth import ClassicAuth  # noqa: PLC0415

    profile = PROFILES[settings.classic_profile]
    sign_in = api.services.core.sign_in
    return ClassicAuth(api, profile, sign_in, signer, base_url=api.base_url)


def create_api(core: Core, settings: JmapSettings) -> Api:
    """The engine behind all endpoints."""
    types = core.offered(DataType)
    named = (*(type.capability for type in types), *core.offered(Capability))
    # A capability without a URN holds methods that no client can name in `using`.
    capabilities = [CORE, *(capability for capability in named if capability.urn)]
    services = Services(core, settings.limits(), core.offered(BlobSource))
    sessions = Sessions(services.limits, capabilities)
    classic = partial(_classic, core, settings, sessions)
    has_classic = settings.classic_profile != "off"
    return Api(Engine(services, types), sessions, classic if has_classic else None)


def _classic(core: Core, settings: JmapSettings, sessions: Sessions) -> Dialect:
    """The dialect of requests that are arrays."""
    from cyrpy_jmap.dialects.classic import PROFILES, Classic  # noqa: PLC0415 - as above

    return Classic(
        PROFILES[settings.classic_profile],
        settings.limits(),
        sessions.capabilities,
        pretty=core.settings.httpprettytelemetry,
        delays_send=core.settings.sends_mail,
    )


def create_app(
    api: Api, settings: JmapSettings, further: Mapping[str, ASGIApp] | None = None
) -> Jmap:
    """The URLs under /jmap; `further` are such by their first part (`eventsource`)."""
    own: dict[str, ASGIApp] = {
        "upload": Upload(api, settings.upload_quota),
        "download": Download(api),
    }
    return Jmap(api, {**own, **(further or {})})
