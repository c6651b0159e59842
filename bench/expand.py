"""Expansion: `python -m bench.expand` prints what a month of a calendar costs, expanded.

Of 10,000 events a tenth recur, by rules as people use them, and most of these since some years.
The server answers CalendarEvent/query with expandRecurrences; the same is done by python-dateutil,
which is handed start, end and rule of each event and has nothing to read or to parse but the rule.
Both must find as many instances.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from datetime import datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from dateutil.rrule import rrulestr

from bench.dav import CALENDARS, Dav
from bench.jmap import ACCOUNT, answer
from bench.load import drive_all
from bench.scale import event, fill, opened
from bench.servers import CORES, Server, cyrpy
from bench.workloads import CALENDARS as USING
from bench.workloads import Workload, jmap

MONTH, END = datetime(2026, 6, 1), datetime(2026, 7, 1)
COUNT = 10_000
ROUNDS = 5
HOUR = timedelta(hours=1)
RULES = (
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=YEARLY",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=DAILY",
)


class Planned(NamedTuple):
    """One event of an hour, in UTC."""

    start: datetime
    rule: str = ""


def plan() -> list[Planned]:
    """All events."""
    made = []
    for number in range(COUNT):
        nth, hour = number // 10, timedelta(hours=number % 12 + 6)
        if number % 10:
            made.append(Planned(datetime(2022, 1, 3) + timedelta(days=number % 2000) + hour))
        else:
            start = datetime(2020, 1, 6) + timedelta(days=nth * 7 % 2100) + hour
            made.append(Planned(start, RULES[nth % len(RULES)]))
    return made


def by_dateutil(events: list[Planned]) -> int:
    """How many instances overlap the month."""
    found = 0
    for start, rule in events:
        if rule:
            times = rrulestr(rule, dtstart=start).between(MONTH - HOUR, END)
            found += len(times)
        elif MONTH - HOUR < start < END:
            found += 1
    return found


def request() -> str:
    """The query."""
    span = f'"after":"{MONTH.isoformat()}","before":"{END.isoformat()}"'
    arguments = f'{{"accountId":"{ACCOUNT}","expandRecurrences":true,"filter":{{{span}}}}}'
    return jmap(USING, "CalendarEvent/query", arguments)


def served(server: Server) -> tuple[float, int]:
    """Seconds of CPU of one query, and how many instances it finds."""
    body = request()
    ((name, response, _),) = answer(server.port, body)["methodResponses"]
    assert name == "CalendarEvent/query", response  # noqa: S101 - a benchmark of nothing
    sent = repeat(Workload("", "POST", "/jmap/", body).request())
    before = server.cpu()
    result = drive_all(server.port, sent, 200, connections=1, seconds=1.5)
    return (server.cpu() - before) / result.requests, len(response["ids"])


def main() -> None:
    """Measure both in turn, and print."""
    os.sched_setaffinity(0, {CORES[-1]})
    events = plan()
    octets = (event(n, one.start, one.rule) for n, one in enumerate(events))
    with tempfile.TemporaryDirectory() as folder, cyrpy(Path(folder)) as server:
        dav = Dav(server.port)
        dav.answer("MKCALENDAR", f"{CALENDARS}month/", "", 201)
        with opened(Path(folder) / "imapd.conf") as database:
            fill(database, "month", octets)
        pairs = []
        for _ in range(ROUNDS):
            started = time.process_time()
            expected = by_dateutil(events)
            theirs = time.process_time() - started
            ours, found = served(server)
            assert found == expected, (found, expected)  # noqa: S101 - as above
            pairs.append((theirs, ours))
        theirs, ours = (statistics.median(part) for part in zip(*pairs, strict=True))
        print(
            f"{found} instances: python-dateutil {theirs * 1e3:.0f} ms, cyrpy {ours * 1e3:.1f} ms"
        )
        print(f"ratio {theirs / ours:.1f}")


if __name__ == "__main__":
    main()
