"""Runs the benchmarks and prints a table."""

from __future__ import annotations

import argparse
import http.client
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench import jmap
from bench.dav import Dav
from bench.dav_workloads import MULTIGET, seed, workloads
from bench.load import Wrong, drive_all
from bench.servers import CORES, Server, cyrpy, floor, raw, raw_jmap
from bench.workloads import WORKLOADS, Workload

ROUNDS = 3
READS = 20_000
# What nothing in Python can beat, and the status of its answers.
CEILINGS = {MULTIGET: (raw, 207), **dict.fromkeys(jmap.GETS, (raw_jmap, 200))}
HEAD = "workload       conns  floor µs   µs/req   p50 ms   p99 ms ratio"


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", help="a workload's name; repeatable")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one measurement")
    parser.add_argument("--connections", default="1,16", help="numbers of connections")
    parser.add_argument("--config", default="", help="a further line of imapd.conf")
    asked = parser.parse_args()
    os.sched_setaffinity(0, {CORES[-1]})
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder, cyrpy(Path(folder), asked.config) as server:
        dav = Dav(server.port)
        seed(dav)
        counts = [int(number) for number in asked.connections.split(",")]
        for workload in (*WORKLOADS, *jmap.workloads(server.port), *workloads(dav)):
            if asked.only and workload.name not in asked.only:
                continue
            prepared, octets = prepare(server, workload)
            with floor(octets) as bare:
                for count in counts:
                    print(row(server, bare, prepared, count, asked.seconds), flush=True)
            if workload.name in CEILINGS:
                opened, status = CEILINGS[workload.name]
                with opened(Path(folder) / "cyrpy.db") as ceiling:
                    print("the same against raw sqlite3 and a join of octets:")
                    for count in counts:
                        measured = row(server, ceiling, prepared, count, asked.seconds, status)
                        print(measured, flush=True)
        print(f"resident memory of the worker: {server.resident() // 1024} MiB")
        print(f"the calendars of an account by raw sqlite3: {raw_read(Path(folder)):.1f} µs")


def raw_read(folder: Path) -> float:
    """Microseconds of CPU that the rows behind getCalendars cost without anything of ours."""
    connection = sqlite3.connect(folder / "cyrpy.db", isolation_level=None)
    account = connection.execute("SELECT min(account_id) FROM calendars").fetchone()
    started = time.process_time()
    for _ in range(READS):
        connection.execute("SELECT * FROM calendars WHERE account_id = ?", account).fetchall()
    used = time.process_time() - started
    connection.close()
    return used / READS * 1e6


def prepare(server: Server, workload: Workload) -> tuple[Workload, int]:
    """The workload as it is sent, and the size of its answer, which is checked.

    Raises:
        Wrong: the answer is not the expected one.
    """
    if workload.status == 304:
        etag = fetch(server, replace(workload, status=200))[1]
        workload = replace(workload, headers=f"If-None-Match: {etag}")
    return workload, len(fetch(server, workload)[0])


def fetch(server: Server, workload: Workload) -> tuple[bytes, str]:
    """One answer and its ETag.

    Raises:
        Wrong: it is not the expected one.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    head, _, content = next(workload.requests()).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    connection.request(workload.method, first.split()[1], content, headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != workload.status or workload.expected not in body:
        raise Wrong(f"{workload.name}: {answer.status} {body[:200]!r}")
    return body, answer.headers.get("etag", "")


def row(
    server: Server,
    bare: Server,
    workload: Workload,
    connections: int,
    seconds: float,
    status: int = 200,
) -> str:
    """Measure workload and floor in turn."""
    floors, ours, halves, tails = [], [], [], []
    for _ in range(ROUNDS):
        sent = workload.requests()
        floors.append(measure(bare, sent, status, connections, seconds)[0])
        cost, p50, p99 = measure(server, workload.requests(), workload.status, connections, seconds)
        ours.append(cost)
        halves.append(p50)
        tails.append(p99)
    base, cost = statistics.median(floors), statistics.median(ours)
    return (
        f"{workload.name:14} {connections:5} {base:9.1f} {cost:8.1f} "
        f"{statistics.median(halves):8.2f} {statistics.median(tails):8.2f} {base / cost:.2f}"
    )


def measure(
    server: Server, requests: Iterator[bytes], status: int, connections: int, seconds: float
) -> tuple[float, float, float]:
    """Microseconds of CPU a request, and the 50th and 99th percentile in milliseconds."""
    before = server.cpu()
    result = drive_all(server.port, requests, status, connections, seconds)
    used = (server.cpu() - before) * 1e6
    return used / result.requests, result.percentile(50), result.percentile(99)


if __name__ == "__main__":
    main()
