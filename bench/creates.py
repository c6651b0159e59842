"""Creates: `python -m bench.creates` prints what 100 events cost in one call against one each.

Both are the classic setCalendarEvents, over one connection. A call is a transaction, so what is
compared is what a transaction costs beside the event in it.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import orjson

from bench.jmap import answer
from bench.load import Wrong, drive_all
from bench.servers import CORES, Server, cyrpy
from bench.workloads import Workload

MANY = 100
ROUNDS = 5
EVENT = {
    "calendarId": "Default",
    "summary": "Review of the engine",
    "description": "What is to be said of it. " * 10,
    "location": "Room 7",
    "startTimeZone": "Europe/Vienna",
    "endTimeZone": "Europe/Vienna",
    "showAsFree": False,
    "isAllDay": False,
    "alerts": None,
    "recurrence": None,
    "inclusions": None,
    "exceptions": None,
    "organizer": None,
    "attendees": None,
    "attachments": None,
}


def body(numbers: Iterator[int], together: int) -> str:
    """A request with one call that creates so many."""
    create = {}
    for n in range(together):
        start = datetime(2026, 1, 1, 9) + timedelta(days=next(numbers) % 3000)
        end = start + timedelta(hours=1)
        create[f"k{n}"] = {**EVENT, "start": start.isoformat(), "end": end.isoformat()}
    return orjson.dumps([["setCalendarEvents", {"create": create}, "0"]]).decode()


def measure(server: Server, numbers: Iterator[int], together: int) -> float:
    """Microseconds of CPU of one event.

    Raises:
        Wrong: it was not made.
    """
    ((name, response, _),) = answer(server.port, body(numbers, together))
    if len(response.get("created", ())) != together:
        raise Wrong(f"{name}: {response}")
    sent = (Workload("", "POST", "/jmap/", body(numbers, together)).request() for _ in count())
    before = server.cpu()
    result = drive_all(server.port, sent, 200, connections=1, seconds=1.5)
    return (server.cpu() - before) / result.requests / together * 1e6


def main() -> None:
    """Measure both in turn, and print."""
    os.sched_setaffinity(0, {CORES[-1]})
    numbers = count()
    with tempfile.TemporaryDirectory() as folder, cyrpy(Path(folder)) as server:
        taken: dict[int, list[float]] = {MANY: [], 1: []}
        for _ in range(ROUNDS):
            for together, costs in taken.items():
                costs.append(measure(server, numbers, together))
    together, alone = (statistics.median(costs) for costs in taken.values())
    print(f"an event costs {together:.0f} µs with {MANY} in a call, {alone:.0f} µs alone")
    print(f"ratio {together / alone:.2f}")


if __name__ == "__main__":
    main()
