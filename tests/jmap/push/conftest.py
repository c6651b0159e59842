"""A JMAP server with the type Note, and users with credentials."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from cyrpy.auth.authenticator import Authenticator
from cyrpy.auth.identity import Identity
from cyrpy.config import CoreSettings
from cyrpy.core import Core
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Location
from cyrpy.data.migrate import core_history, module_history, upgrade
from cyrpy_jmap.app import create_api
from cyrpy_jmap.push.callback import PushCallbacks
from cyrpy_jmap.push.courier import Courier
from cyrpy_jmap.push.sender import Pace
from cyrpy_jmap.push.service import sending
from cyrpy_jmap.push.ssrf import Policy
from cyrpy_jmap.push.vapid import Vapid
from cyrpy_jmap.push.websocket import WEBSOCKET
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.types import TYPES
from cyrpy_jmap.types.push_subscription import PushSubscriptions
from tests.jmap.engine.notes import Notes, make_table
from tests.jmap.push.receiver import Receiver, make_certificate
from tests.jmap.push.served import Site
from tests.jmap.push.subscriber import Subscriber

MIGRATIONS = "cyrpy_jmap:migrations"
HERE = Policy(frozenset({"https", "http"}), lambda _: True, lambda _: True)
QUICK = Pace(turn=0.05, gap=0.0, first_retry=0.01, longest_retry=0.05)


@pytest.fixture(scope="session")
def jmap_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the module's tables too."""
    path = tmp_path_factory.mktemp("jmap") / "cyrpy.db"
    upgrade(Location(file=path), [core_history(), module_history("jmap", MIGRATIONS)])
    return path


@pytest.fixture
def location(jmap_template, tmp_path) -> Location:
    """SQLite; what differs between databases is tested in test_push_store.py."""
    path = tmp_path / "cyrpy.db"
    path.write_bytes(jmap_template.read_bytes())
    return Location(file=path)


@pytest.fixture
def settings() -> JmapSettings:
    return JmapSettings(max_size_request=20_000, max_concurrent_requests=2)


@pytest.fixture
def core(database, notifier, clock, tmp_path) -> Core:
    database.write(make_table)
    vapid = Vapid()
    settings = CoreSettings(configdirectory=tmp_path, servername="mail.example.com")
    services = SimpleNamespace(settings=settings, database=database, clock=clock)
    return Core(
        settings=settings,
        sign_in=Authenticator(services),
        database=database,
        blobs=Blobs(tmp_path / "blobs"),
        notifier=notifier,
        offers=(
            *(t for t in TYPES if t.name not in {"PushSubscription", "PushCallback"}),
            Notes(),
            PushSubscriptions(HERE),
            PushCallbacks(HERE),
            vapid,
            vapid.capability,
            WEBSOCKET,
        ),
        clock=clock,
    )


@pytest.fixture
def site(core, settings) -> Site:
    return Site(core, create_api(core, settings), settings)


@pytest.fixture
def anna(site) -> Identity:
    return site.user("anna")


@pytest.fixture
def bert(site) -> Identity:
    return site.user("bert")


@pytest.fixture
def serve(site):
    """Run a scenario against a served site."""

    def serve(scenario, **options) -> None:
        async def whole() -> None:
            async with site.served(**options) as served:
                await scenario(served)

        asyncio.run(whole())

    return serve


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """TLS contexts of a server called localhost, and of clients that trust it."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def push(site, anna, certificate):
    """Run a scenario with a receiver, while the site pushes; `subscriber` acts for anna."""
    server, client = certificate

    def push(scenario, pace=QUICK, policy=HERE) -> None:
        async def whole() -> None:
            async with Receiver().listening(server) as receiver:
                courier = Courier(policy, client, site.core.clock)
                async with sending(site.api, courier, pace):
                    await scenario(Subscriber(site, anna), receiver)

        asyncio.run(whole())

    return push
