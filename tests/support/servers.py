"""Servers that many tests share, one on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import Server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server in this process; its users are the tests' own."""
    folder: Path = tmp_path_factory.mktemp("server")
    options = ""
    if request.param == "postgresql":
        options = f"database_url: {request.getfixturevalue('postgresql').new_database()}\n"
    made = Server(folder, options)
    yield made
    made.close()
