"""Serving by one process and by several: signals, replacement, reload, the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson
import pytest
from host_support import DEADLINE, Client, wait_for

GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Serving:
    def __init__(self, folder, workers: int, factory: str) -> None:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            "from cyrpy.host.listen import Listen\n"
            "from cyrpy.host.serve import ServeOptions, serve\n"
            "from cyrpy.host.server import ServerOptions\n"
            f"options = ServeOptions((Listen(port=0),), {workers}, None, "
            "ServerOptions(shutdown_timeout=10))\n"
            f"sys.exit(serve('host_apps:{factory}', {{'folder': {str(folder)!r}}}, options))\n"
        )
        self.log = folder / "stderr"
        with self.log.open("wb") as stderr:
            self.process = subprocess.Popen([sys.executable, "-c", code], stderr=stderr)

    @property
    def port(self) -> int:
        found = re.search(r"cyrpy listens on http://127.0.0.1:(\d+)", self.log.read_text())
        assert self.process.poll() is None, self.log.read_text()
        return int(found[1]) if found else 0

    def ask(self) -> dict:
        with Client(self.port) as client:
            return orjson.loads(client.ask(GET).body)

    def pids(self) -> list[str]:
        """The workers, or none if the process serves by itself."""
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@contextmanager
def serving(folder, workers: int):
    server = Serving(folder, workers, "make")
    try:
        wait_for(lambda: server.port)
        yield server
    finally:
        server.process.kill()
        server.process.wait(DEADLINE)


@pytest.fixture(params=[1, 2])
def server(request, tmp_path):
    with serving(tmp_path, request.param) as server:
        yield server


@pytest.fixture
def two(tmp_path):
    with serving(tmp_path, 2) as server:
        yield server


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_graceful_end_finishes_the_running_request(server, tmp_path):
    with Client(server.port) as client:
        client.say(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for((tmp_path / "begun").exists)
        server.process.send_signal(signal.SIGTERM)
        wait_for((tmp_path / "stopping").exists)
        (tmp_path / "go").touch()
        assert client.answer().status == 200
    assert server.process.wait(DEADLINE) == 0
    assert "Traceback" not in server.log.read_text()


def test_a_hangup_reloads_and_replaces_nobody(server):
    pids = server.pids()
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: all(server.ask()["reloads"] == 1 for _ in range(20)))
    assert server.pids() == pids
    assert server.process.poll() is None


def test_a_reload_that_fails_changes_nothing(server, tmp_path):
    (tmp_path / "bad").touch()
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "stays as it was: line 7 is bad" in server.log.read_text())
    assert server.ask()["reloads"] == 0


def test_a_killed_worker_is_replaced(two):
    victim = two.ask()["pid"]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: f"worker {victim} ended (SIGKILL)" in two.log.read_text())
    wait_for(lambda: len(two.pids()) == 2)
    assert str(victim) not in two.pids()
    assert two.ask()["pid"] != victim


def test_workers_end_with_their_parent(two):
    pid = two.ask()["pid"]
    two.process.kill()
    wait_for(lambda: not is_alive(pid))


def test_a_second_signal_does_not_wait(server, tmp_path):
    with Client(server.port) as client:
        client.say(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for((tmp_path / "begun").exists)
        server.process.send_signal(signal.SIGINT)
        wait_for((tmp_path / "stopping").exists)
        server.process.send_signal(signal.SIGINT)
        server.process.wait(5)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_application_that_cannot_start_ends_everything_and_says_why(tmp_path, workers):
    server = Serving(tmp_path, workers, "broken")
    assert server.process.wait(DEADLINE) != 0
    assert f"no configuration in {tmp_path.name}" in server.log.read_text()


def test_an_ordinary_client_gets_along(server):
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        assert client.get("/").json()["reloads"] == 0
        assert client.post("/", content=b"x" * 100).status_code == 200
