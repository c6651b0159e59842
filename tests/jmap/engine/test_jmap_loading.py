"""JMAP is loaded by the first request for it, or soon after the start without one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from cyrpy_jmap import loading
from cyrpy_jmap.loading import Parts
from tests.support.server import Server, ask, basic

# Beside JMAP: what only a few servers, or only some requests, have a use for.
NOT_LOADED = (
    "cyrpy_jmap.types",
    "cyrpy_jmap.dialects",
    "aiosmtpd",
    "alembic",
    "cryptography",
    "dateutil",
    "httpx",
    "icalendar",
    "sqlalchemy.dialects.postgresql",
    "vobject",
    "websockets",
)
START = """
import sys
import cyrpy.cli.commands, cyrpy.host.app
from cyrpy.host.registry import enable
cyrpy.cli.commands.build(["serve"])
enable(["jmap", "caldav", "carddav", "webdav", "tzdist"])
print(*sys.modules)
"""


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    made.add("anna")
    yield made
    made.close()


def parts(server: Server) -> Parts:
    (found,) = server.core.offered(Parts)
    return found


def test_a_start_imports_nothing_that_it_may_never_need():
    done = subprocess.run(
        [sys.executable, "-c", START], check=True, capture_output=True, text=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert "cyrpy_jmap" in loaded
    assert loaded.isdisjoint(NOT_LOADED)


def test_first_requests_at_the_same_time_are_all_answered(server):
    assert parts(server).opened is None

    async def together():
        app, signed = server.site.app, basic("anna")
        return await asyncio.gather(*(ask(app, "GET", "/jmap/", b"", signed) for _ in range(3)))

    answers = server.await_(together())
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert parts(server).opened is not None


def test_without_a_request_it_is_loaded_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "UNASKED", 0.0)
    server = Server(tmp_path)
    deadline = time.monotonic() + 30
    while parts(server).opened is None and time.monotonic() < deadline:
        server.await_(asyncio.sleep(0.01))
    assert parts(server).opened is not None
    server.close()
