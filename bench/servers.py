"""The servers under test, each a process pinned to one core."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
ROOT = Path(__file__).parents[1]
CONFIG = """\
httpmodules: jmap caldav carddav tzdist
configdirectory: {folder}
defaultdomain: localhost
"""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running one."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu(self) -> float:
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self) -> int:
        """Resident memory in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def started(command: list[str], port: int, env: dict[str, str]) -> Iterator[Server]:
    """Run a command on the first core until it listens, and end it afterwards."""

    def pin() -> None:
        os.sched_setaffinity(0, {CORES[0]})

    paths = os.pathsep.join([str(ROOT), str(ROOT / "modules")])
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": paths, **env},
        stdout=subprocess.DEVNULL,
        preexec_fn=pin,  # noqa: PLW1509 - no threads here
    )
    try:
        _wait(process, port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(15)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen on port {port}")


@contextmanager
def floor(octets: int) -> Iterator[Server]:
    """The bare application, answering with so many octets."""
    with bare("bench.floor:app", {"FLOOR_OCTETS": str(octets)}) as server:
        yield server


@contextmanager
def raw(database: Path) -> Iterator[Server]:
    """The ceiling of a multiget, over the database of a server."""
    with bare("bench.raw:app", {"RAW_DATABASE": str(database)}) as server:
        yield server


@contextmanager
def raw_jmap(database: Path) -> Iterator[Server]:
    """The ceiling of a JMAP /get, over the database of a server."""
    with bare("bench.raw_jmap:app", {"RAW_DATABASE": str(database)}) as server:
        yield server


@contextmanager
def bare(app: str, env: dict[str, str]) -> Iterator[Server]:
    """An application on the same uvicorn, and nothing beside it."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    command += ["--log-level", "error"]
    with started(command, port, env) as server:
        yield server


@contextmanager
def cyrpy(folder: Path, options: str = "") -> Iterator[Server]:
    """Cyrpy with a user `test`, sign-in, access log and request ids."""
    config = folder / "imapd.conf"
    config.write_text(CONFIG.format(folder=folder) + options)
    base = [sys.executable, "-m", "cyrpy"]
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "modules")])}
    for command in (["db", "upgrade"], ["user", "add", "--password-stdin", "test"]):
        subprocess.run(
            [*base, *command, "-C", str(config)],
            input=b"test\n",
            check=True,
            capture_output=True,
            env={**os.environ, **env},
        )
    port = free_port()
    command = [*base, "serve", "-C", str(config), "--listen", f"127.0.0.1:{port}"]
    with started(command, port, {}) as server:
        yield server
