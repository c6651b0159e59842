"""Servers with the users test and anna, each with its name for a password."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.server import Server


@pytest.fixture
def start(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts the server, with further options of imapd.conf."""
    shutil.copy(sqlite_template, tmp_path / "cyrpy.db")
    started: list[Server] = []

    def make(**options: str) -> Server:
        lines = "".join(f"{name}: {value}\n" for name, value in options.items())
        server = Server(tmp_path, lines)
        started.append(server)
        for name in ("test", "anna"):
            server.add(name)
        return server

    yield make
    for server in started:
        server.close()


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    return start()
