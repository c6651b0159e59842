"""What mail costs against the floor: `python -m bench.mail_workloads`.

Requests are measured against the bare ASGI application, as `python -m bench` does; deliveries
against aiosmtpd with a handler that does nothing (`lmtp_floor.py`) and an insert of the same octets
into SQLite, in transactions of as many messages as there are connections, each of which is synced
to the disk.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

from bench.load import drive_all
from bench.mail import NUMBERS, Box, deliveries, letter
from bench.mail_scale import answer
from bench.servers import CORES, Server, cyrpy, floor, free_port, started

ROUNDS = 5
MESSAGES = 2000
INSERTS = 2000
USER = "test"
HEAD = "workload         floor µs   µs/req  ratio"


def seed(server: Server, lmtp: int) -> Box:
    """Deliver MESSAGES; the inbox that they are in."""
    while True:
        deliveries(lmtp, f"{USER}@localhost", 8, 2)
        box = Box(USER, "")
        found = answer(server, box.boxes())[0][1]
        assert isinstance(found, dict)  # noqa: S101 - narrows the type
        inbox = next(one for one in found["list"] if one["role"] == "inbox")
        if inbox["totalEmails"] >= MESSAGES:
            return Box(USER, inbox["id"])


def size_of(server: Server, request: bytes) -> int:
    """About how long the answer is."""
    return len(repr(answer(server, request)))


def measure(act: dict[str, tuple[Server, Callable[[], int]]]) -> dict[str, float]:
    """Microseconds of CPU of one, by name; medians, measured in turn."""
    taken: dict[str, list[float]] = {name: [] for name in act}
    for _ in range(ROUNDS):
        for name, (server, run) in act.items():
            before = server.cpu()
            done = run()
            taken[name].append((server.cpu() - before) / done * 1e6)
    return {name: statistics.median(one) for name, one in taken.items()}


def driver(server: Server, requests: Iterator[bytes], seconds: float) -> Callable[[], int]:
    """Sends these for so long; how many were answered."""
    return lambda: drive_all(server.port, requests, 200, 1, seconds).requests


def compare(server: Server, name: str, requests: Iterator[bytes], octets: int, s: float) -> None:
    """A request against the bare application."""
    with floor(octets) as bare:
        found = measure(
            {
                "floor": (bare, driver(bare, requests, s)),
                "ours": (server, driver(server, requests, s)),
            }
        )
    show(name, found["floor"], found["ours"])


def show(name: str, base: float, cost: float) -> None:
    """One line; the ratio is how often the floor goes into it."""
    print(f"{name:16} {base:8.1f} {cost:8.1f} {cost / base:6.2f}", flush=True)


def raw_insert(folder: Path, group: int) -> float:
    """Microseconds of CPU for one message put into a table."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, octets BLOB)")
    letters = [letter(next(NUMBERS)) for _ in range(INSERTS)]
    before = time.process_time()
    for start in range(0, INSERTS, group):
        connection.execute("BEGIN IMMEDIATE")
        for octets in letters[start : start + group]:
            connection.execute("INSERT INTO raw (octets) VALUES (?)", (octets,))
        connection.execute("COMMIT")
    used = time.process_time() - before
    connection.close()
    return used / INSERTS * 1e6


def compare_delivery(server: Server, lmtp: int, folder: Path, connections: int) -> None:
    """A delivery against what cannot be done without."""
    port = free_port()
    with started([sys.executable, "-m", "bench.lmtp_floor", str(port)], port, {}) as bare:

        def run(port: int) -> Callable[[], int]:
            return lambda: deliveries(port, f"{USER}@localhost", connections, 1.5).requests

        found = measure({"floor": (bare, run(port)), "ours": (server, run(lmtp))})
    inserts = statistics.median(raw_insert(folder, connections) for _ in range(ROUNDS))
    show(f"delivery by {connections}", found["floor"] + inserts, found["ours"])


def main() -> None:
    """Measure everything, on SQLite."""
    parser = argparse.ArgumentParser(prog="python -m bench.mail_workloads", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of one measurement")
    asked = parser.parse_args()
    os.sched_setaffinity(0, {CORES[-1]})
    lmtp = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with cyrpy(folder, f"lmtp_listen: 127.0.0.1:{lmtp}\n") as server:
            box = seed(server, lmtp)
            print(HEAD)
            requests = {
                "newest 50": box.newest(),
                "word": box.found("alpha"),
                "phrase": box.found('"alpha delta"'),
                "Mailbox/get": box.boxes(),
            }
            for title, one in requests.items():
                compare(server, title, repeat(one), size_of(server, one), asked.seconds)
            found = answer(server, box.newest())[0][1]
            assert isinstance(found, dict)  # noqa: S101 - narrows the type
            compare(server, "flag", box.flags(found["ids"]), 300, asked.seconds)
            for connections in (1, 8, 32):
                compare_delivery(server, lmtp, folder, connections)


if __name__ == "__main__":
    main()
