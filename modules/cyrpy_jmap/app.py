"""The sub-app, put together of what the enabled modules offer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import ASGIApp

from cyrpy.core import Core
from cyrpy.data import secrets
from cyrpy_jmap.api import Api
from cyrpy_jmap.blob_source import BlobSource
from cyrpy_jmap.call import Services
from cyrpy_jmap.capability import CORE, Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.dialects.classic import PROFILES, Classic
from cyrpy_jmap.dialects.classic.auth import ClassicAuth
from cyrpy_jmap.download import Download
from cyrpy_jmap.engine import Engine
from cyrpy_jmap.push.service import endpoints, sending
from cyrpy_jmap.routes import Jmap
from cyrpy_jmap.session import Sessions
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.signing import Signer
from cyrpy_jmap.upload import Upload

SIGNING_KEY: Final = "jmap-signing"  # its name among the secrets


def app(core: Core, settings: JmapSettings) -> Jmap:
    """The sub-app that the host mounts."""
    api = create_api(core, settings)
    key = secrets.obtain(core.database, SIGNING_KEY, lambda: core.random_bytes(32).hex())
    signer = Signer(bytes.fromhex(key), core.clock)
    own: dict[str, ASGIApp] = {
        **endpoints(api, settings.max_concurrent_push),
        "download": Download(api, signer),
    }
    if settings.classic_profile != "off":
        profile = PROFILES[settings.classic_profile]
        own["auth"] = ClassicAuth(api, profile, core.sign_in, signer, base_url=api.base_url)
    return create_app(api, settings, own)


@asynccontextmanager
async def lifespan(core: Core, settings: JmapSettings) -> AsyncIterator[None]:
    """Web push runs beside the requests."""
    async with sending(create_api(core, settings)):
        yield


def create_api(core: Core, settings: JmapSettings) -> Api:
    """The engine behind all endpoints."""
    types = core.offered(DataType)
    named = (*(type.capability for type in types), *core.offered(Capability))
    # A capability without a URN holds methods that no client can name in `using`.
    capabilities = [CORE, *(capability for capability in named if capability.urn)]
    services = Services(core, settings.limits(), core.offered(BlobSource))
    sessions = Sessions(services.limits, capabilities)
    return Api(Engine(services, types), sessions, _classic(core, settings, sessions))


def _classic(core: Core, settings: JmapSettings, sessions: Sessions) -> Classic | None:
    """The dialect of requests that are arrays, if there is one."""
    if settings.classic_profile == "off":
        return None
    return Classic(
        PROFILES[settings.classic_profile],
        settings.limits(),
        sessions.capabilities,
        pretty=core.settings.httpprettytelemetry,
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
