"""A server with drives, and two users."""

from __future__ import annotations

import pytest

import cyrpy_webdav
from tests.support.dav import MODULES, Client, Server
from tests.support.dav_fixtures import anna, bert
from tests.webdav.drive import Drive

__all__ = ["anna", "bert", "drive", "server"]


@pytest.fixture
def server(database, tmp_path) -> Server:
    return Server(database, tmp_path, modules=(*MODULES, cyrpy_webdav.module))


@pytest.fixture
def drive(anna: Client) -> Drive:
    return Drive(anna)
