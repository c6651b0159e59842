"""Scale: `python -m bench.scale` prints what a calendar of 100,000 objects costs against 1,000.

A tenth of the objects recur without end. As many of either calendar are in the week that is asked
for; the others are elsewhere: at other times of the year or the month, in other weeks of a cycle,
or they begin later. Both databases are measured; what PostgreSQL's own processes use counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count, repeat
from pathlib import Path

from bench.dav import CALENDARS, EPILOG, PROLOG, Dav, query_of, sync_of, token_in
from bench.load import drive_all
from bench.postgresql import Postgresql
from bench.servers import CORES, Server, cyrpy
from cyrpy.config import load
from cyrpy.data import calendars, principals
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.data.unit import Unit
from cyrpy.groupware.access import ALL_LETTERS, Actor
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import Prepared, prepare, put_all
from cyrpy.host.configuration import location_of

WEEK = datetime(2026, 6, 1)
HITS = 10  # single events in the week, and as many recurring ones
ROUNDS = 5
USER = "test@localhost"
Make = Callable[[int], str]


def event(number: int, start: datetime, rule: str = "") -> bytes:
    """An object of some 500 octets."""
    recurrence = f"RRULE:{rule}\r\n" if rule else ""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//scale//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:scale-{number:06d}\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\n{recurrence}"
        f"SUMMARY:Event number {number}\r\nLOCATION:Room {number % 17}\r\n"
        f"DESCRIPTION:{'What is to be said of it. ' * 10}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def objects(total: int) -> Iterator[bytes]:
    """The objects of a calendar, a tenth of them recurring without end."""
    for number in range(total):
        nth, hour = number // 10, number % 8 + 9
        if number % 10:
            yield event(number, _single(nth * 9 + number % 10) + timedelta(hours=hour))
            continue
        start, rule = _recurring(nth)
        yield event(number, start + timedelta(hours=hour), rule)


def _single(nth: int) -> datetime:
    if nth <= HITS:
        return WEEK + timedelta(days=nth % 7)
    # Over fourteen years, and none of them near the week.
    return WEEK + timedelta(days=60 + nth * 7 % 2400) * (1 if nth % 2 else -1)


def _recurring(nth: int) -> tuple[datetime, str]:
    if nth < HITS:
        return datetime(2020, 1, 6) + timedelta(days=nth % 7), "FREQ=WEEKLY"
    kind, spread = nth % 4, nth // 4
    if kind == 0:  # birthdays
        return datetime(1990, 8, 1) + timedelta(days=spread % 240), "FREQ=YEARLY"
    if kind == 1:
        return datetime(2019, 1, 14 + spread % 10), "FREQ=MONTHLY"
    if kind == 2:
        return WEEK - timedelta(weeks=102, days=spread % 5), "FREQ=WEEKLY;INTERVAL=4"
    return WEEK + timedelta(days=30 + spread % 700), "FREQ=WEEKLY"


@contextmanager
def opened(config: Path) -> Iterator[Database]:
    """The database of a server, beside it."""
    _, settings = load(config)
    database = Database(location_of(settings), publisher=Notifier(), clock=time.time)
    yield database
    database.close()


def fill(database: Database, uri: str, made: Iterable[bytes]) -> None:
    """Put the objects into a calendar of the user."""

    def destination(unit: Unit) -> tuple[Actor, CalendarView]:
        user = unit.first(principals.BY_NAME, name=USER)
        assert user is not None  # noqa: S101 - was added before
        row = unit.first(calendars.BY_URI, account_id=user.id, uri=uri)
        assert row is not None  # noqa: S101 - was made before
        return Actor(user.id, frozenset({user.id})), CalendarView(row, ALL_LETTERS, True, False)

    with database.read() as unit:
        account_id = destination(unit)[0].principal_id
    assert account_id is not None  # noqa: S101 - narrows the type
    prepared: Iterator[Prepared] = map(prepare, made)
    done = put_all(database, account_id, destination, prepared)
    assert not done.refused, done.refused[:3]  # noqa: S101 - a benchmark of nothing
    database.tidy()


def requests(dav: Dav, uri: str) -> dict[str, tuple[int, Iterator[bytes]]]:
    """Status and requests of each workload on a calendar."""
    url = f"{CALENDARS}{uri}/"
    dav.answer("PUT", f"{url}last.ics", event(900_009, datetime(2031, 1, 1)).decode(), 201)
    before = token_in(dav.answer("PROPFIND", url, f"{PROLOG}<D:sync-token/>{EPILOG}"))
    for number in range(3):
        dav.answer("PUT", f"{url}new-{number}.ics", event(900_000 + number, WEEK).decode(), 201)
    week = dav.request("REPORT", url, query_of(WEEK), depth="1")
    puts = (
        dav.request("PUT", f"{url}put-{n}.ics", event(910_000 + n, datetime(2031, 1, 1)).decode())
        for n in count(time.time_ns() % 10**9 * 1000)
    )
    return {
        "week query": (207, repeat(week)),
        "sync": (207, repeat(dav.request("REPORT", url, sync_of(before)))),
        "PUT": (201, puts),
    }


def measure(
    server: Server, others: Callable[[], float], sent: Iterator[bytes], status: int
) -> float:
    """Microseconds of CPU a request, the median of some rounds."""
    found = []
    for _ in range(ROUNDS):
        before = server.cpu() + others()
        result = drive_all(server.port, sent, status, connections=1, seconds=0.7)
        found.append((server.cpu() + others() - before) / result.requests * 1e6)
    return statistics.median(found)


def compare(folder: Path, options: str, large: int, others: Callable[[], float]) -> None:
    """Measure on one database, and print."""
    with cyrpy(folder, options) as server:
        dav = Dav(server.port)
        sizes = {"small": 1000, "large": large}
        for uri, total in sizes.items():
            dav.answer("MKCALENDAR", f"{CALENDARS}{uri}/", "", 201)
            with opened(folder / "imapd.conf") as database:
                fill(database, uri, objects(total))
        found = {uri: requests(dav, uri) for uri in sizes}
        for name in found["small"]:
            taken = {
                uri: measure(server, others, found[uri][name][1], found[uri][name][0])
                for uri in sizes
            }
            ratio = taken["large"] / taken["small"]
            print(f"{name:12} {taken['small']:10.0f} {taken['large']:10.0f} {ratio:6.2f}")


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--objects", type=int, default=100_000, help="of the large calendar")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    os.sched_setaffinity(0, {CORES[-1]})
    if asked.only != "postgresql":
        print(f"SQLite          1,000 µs  {asked.objects:,} µs  ratio")
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), "", asked.objects, lambda: 0.0)
    if asked.only != "sqlite":
        print(f"PostgreSQL      1,000 µs  {asked.objects:,} µs  ratio")
        with tempfile.TemporaryDirectory() as folder, Postgresql.started() as postgresql:
            url = f"database_url: {postgresql.url}\n"
            compare(Path(folder), url, asked.objects, postgresql.cpu)


if __name__ == "__main__":
    main()
