"""One server in a process of its own for all dialogues, and users whom nobody else uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.davwire import WireClient, joined
from tests.support.process import Process

OPTIONS = "httpmodules: caldav carddav webdav tzdist\n"


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """`cyrpy serve`."""
    folder: Path = tmp_path_factory.mktemp("interop")
    started = Process(folder, OPTIONS)
    yield started
    started.stop()
    log = "".join(started.log)
    assert "Traceback" not in log, log


@pytest.fixture
def anna(process: Process) -> Iterator[WireClient]:
    """A user with a connection of its own."""
    client = joined(process, "anna")
    yield client
    client.close()


@pytest.fixture
def bert(process: Process) -> Iterator[WireClient]:
    """Another one."""
    client = joined(process, "bert")
    yield client
    client.close()
