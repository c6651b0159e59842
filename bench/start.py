"""Start: `python -m bench.start` prints what a start costs against importing what it stands on.

The floor is a Python that imports starlette, sqlalchemy, pydantic and lxml, and ends. A start is
the CPU that a server has used when it has given its first answer. Which answer makes a
difference, for a module loads what only it needs when it is first asked.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.load import Wrong
from bench.servers import ROOT, free_port
from bench.workloads import AUTHORIZATION

ROUNDS = 7
PATIENCE = 60.0  # seconds
MODULES = "jmap caldav carddav webdav tzdist", "jmap caldav carddav webdav tzdist freebusy public"
FLOOR = "import starlette.applications, starlette.routing, sqlalchemy, pydantic, lxml.etree"
FIRST = {"health": "/healthz", "DAV": "/dav/principals/", "JMAP session": "/jmap/"}
ENV = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "modules")])}
CYRPY = [sys.executable, "-m", "cyrpy"]


def imported() -> float:
    """Seconds of CPU of the floor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", FLOOR], env=ENV, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def started(config: Path, path: str) -> tuple[float, int]:
    """Seconds of CPU until a server has answered a GET of `path`, and its resident KiB then."""
    port = free_port()
    command = [*CYRPY, "serve", "-C", str(config), "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _ask(process, f"http://127.0.0.1:{port}{path}")
        return _cpu(process.pid), _resident(process.pid)
    finally:
        process.terminate()
        process.wait(15)


def _ask(process: subprocess.Popen[bytes], url: str) -> None:
    request = urllib.request.Request(url, headers={"Authorization": AUTHORIZATION})  # noqa: S310
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(request).read()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise Wrong(f"{url}: no answer")


def _cpu(pid: int) -> float:
    """Seconds that all threads of a process ran."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


def configured(folder: Path, modules: str) -> Path:
    """An imapd.conf with a database and a user; everything has run once before."""
    config = folder / "imapd.conf"
    lines = (f"httpmodules: {modules}", f"configdirectory: {folder}", "defaultdomain: localhost")
    config.write_text("\n".join(lines) + "\n")
    add = [*CYRPY, "user", "add", "-C", str(config), "--password-stdin", "test"]
    subprocess.run(add, input=b"test\n", env=ENV, check=True, capture_output=True)
    for path in FIRST.values():
        started(config, path)
    return config


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    print("first answer   floor ms  start ms ratio  resident MiB")
    for modules in MODULES:
        print(modules)
        with tempfile.TemporaryDirectory() as folder:
            config = configured(Path(folder), modules)
            for name, path in FIRST.items():
                pairs = [(imported(), *started(config, path)) for _ in range(rounds)]
                floor, start, resident = (
                    statistics.median(part) for part in zip(*pairs, strict=True)
                )
                print(
                    f"{name:14} {floor * 1e3:8.0f} {start * 1e3:9.0f} {start / floor:5.2f} "
                    f"{resident / 1024:13.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
