"""Servers in this process, for garbage; those that are killed the tests start themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.jmap import Jmap
from tests.support.process import Process
from tests.support.servers import new_client, postgresql_server, server, sqlite_server

__all__ = ["postgresql_server", "server", "sqlite_server"]


@pytest.fixture
def client(sqlite_server) -> Jmap:
    """A user of the server on a file."""
    return new_client(sqlite_server, "anna")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("process")
    started = Process(folder)
    yield started
    started.stop()
