"""A JMAP server with the types of the core and Note; two users and what one shares."""

from __future__ import annotations

import shutil

import pytest

from cyrpy.auth.authenticator import Authenticator
from cyrpy.auth.identity import Identity
from cyrpy.config import CoreSettings
from cyrpy.core import Core
from cyrpy.data import access
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Location
from cyrpy.host.app import SignInServices
from cyrpy_jmap.app import create_api, create_app
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.types.blob import BlobType
from cyrpy_jmap.types.core_echo import CoreEcho
from tests.jmap.engine.client import Client
from tests.jmap.engine.notes import Notes, make_table
from tests.support.accounts import new_account


@pytest.fixture
def location(sqlite_template, tmp_path) -> Location:
    """SQLite alone: what differs between databases is tested below the engine."""
    path = tmp_path / "cyrpy.db"
    shutil.copy(sqlite_template, path)
    return Location(file=path)


@pytest.fixture
def settings() -> JmapSettings:
    return JmapSettings(
        max_size_upload=3 << 20,
        max_size_request=200_000,
        max_calls_in_request=20,
        max_objects_in_get=10,
        max_objects_in_set=10,
        max_concurrent_requests=2,
        max_concurrent_upload=1,
        upload_quota=4 << 20,
        classic_profile="off",
    )


@pytest.fixture
def core(database, notifier, clock, tmp_path) -> Core:
    database.write(make_table)
    settings = CoreSettings(configdirectory=tmp_path)
    return Core(
        settings=settings,
        sign_in=Authenticator(SignInServices(settings, database, clock)),
        database=database,
        blobs=Blobs(tmp_path / "blobs"),
        notifier=notifier,
        offers=(CoreEcho(), BlobType(), Notes()),
        clock=clock,
    )


@pytest.fixture
def api(core, settings):
    return create_api(core, settings)


@pytest.fixture
def app(api, settings):
    return create_app(api, settings)


def identity(database, name: str, epoch: int = 1) -> Identity:
    number = new_account(database, name)
    return Identity(number, name, name, False, None, frozenset(), epoch, 1)


@pytest.fixture
def anna(app, core) -> Client:
    return Client(app, identity(core.database, "anna"))


@pytest.fixture
def bert(app, core) -> Client:
    return Client(app, identity(core.database, "bert"))


@pytest.fixture
def shared(core, anna, bert) -> Client:
    """Bert, who may enter anna's account."""
    owner, guest = anna.identity.principal_id, bert.identity.principal_id
    core.database.write(lambda unit: access.put_grant(unit, owner, "Note", 1, guest, "lr"))
    bert.identity = bert.identity._replace(epoch=2)
    return bert
