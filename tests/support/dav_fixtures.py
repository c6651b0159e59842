"""Fixtures of all DAV tests: the modules over both databases, and two users."""

from __future__ import annotations

import pytest

from tests.support.dav import Client, Server


@pytest.fixture
def server(database, tmp_path) -> Server:
    return Server(database, tmp_path)


@pytest.fixture
def anna(server) -> Client:
    return server.client("anna", display_name="Anna Adler")


@pytest.fixture
def bert(server) -> Client:
    return server.client("bert", display_name="Bert Öztürk")
