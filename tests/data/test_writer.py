"""The grouped writer of SQLite: members of one commit do not share each other's fate."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func, select

from cyrpy.data.connections import SqliteConnection
from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from cyrpy.data.statement import Query, insert_all
from cyrpy.data.tables import blobs, changes
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import StorageFull
from tests.support.accounts import new_account
from tests.support.clock import Clock

COUNT = Query[tuple[int]](
    select(func.count()).select_from(changes).where(changes.c.account_id == bindparam("account_id"))
)
INSERT_BLOB = Query[None](insert_all(blobs))


class Boom(Exception):
    """What a failing member raises."""


class Limited(SqliteConnection):
    """A connection to a file that may grow by `pages` and no more, as on a full disk."""

    pages: int | None = None

    def __init__(self, path: Path, **more) -> None:
        super().__init__(path, **more)
        if self.pages is not None:
            used = self.raw.execute("PRAGMA page_count").fetchone()[0]
            self.raw.execute(f"PRAGMA max_page_count = {used + self.pages}")


@pytest.fixture
def location(sqlite_template: Path, tmp_path: Path) -> Location:
    path = tmp_path / "cyrpy.db"
    shutil.copy(sqlite_template, path)
    return Location(file=path)


@pytest.fixture
def full_soon(location, clock, monkeypatch) -> Iterator[Database]:
    """A database on a disk with room for some more pages."""
    monkeypatch.setattr(Limited, "pages", 40)
    monkeypatch.setattr("cyrpy.data.database.SqliteConnection", Limited)
    opened = Database(location, publisher=Notifier(), clock=clock)
    yield opened
    opened.close()


def run_together(database: Database, works: list[Callable[[Unit], object]]) -> list[object]:
    """Queue all of them behind one that waits, so that they share commits; what each ended in."""
    release = threading.Event()
    outcomes: list[object] = [None] * len(works)

    def run(index: int) -> None:
        try:
            outcomes[index] = database.write(works[index])
        except Exception as exc:  # noqa: BLE001 - it is the outcome
            outcomes[index] = exc

    def hold() -> None:
        with suppress(StorageFull):  # it shares the fate of those behind it
            database.write(lambda _: release.wait(10))

    first = threading.Thread(target=hold)
    first.start()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    release.set()
    for thread in [first, *threads]:
        thread.join()
    return outcomes


def lines(database: Database, account: int) -> int:
    with database.read() as unit:
        return unit.value(COUNT, account_id=account)


def test_one_failing_member_leaves_the_others_committed(location, clock):
    database = Database(location, publisher=Notifier(), clock=clock)
    account = new_account(database, "anna")

    def good(unit: Unit) -> int:
        return unit.record(account, "Note", "N1", ChangeKind.UPDATED)

    def bad(unit: Unit) -> None:
        unit.record(account, "Note", "N2", ChangeKind.UPDATED)
        raise Boom

    outcomes = run_together(database, [good, bad, good, bad, good] * 8)
    assert sum(isinstance(o, Boom) for o in outcomes) == 16
    assert sorted(o for o in outcomes if isinstance(o, int)) == list(range(1, 25))
    assert lines(database, account) == 24
    database.close()


def test_a_member_that_breaks_a_constraint_fails_alone(location, clock):
    database = Database(location, publisher=Notifier(), clock=clock)
    account = new_account(database, "anna")
    digest = bytes(32)

    def insert(unit: Unit) -> None:
        unit.record(account, "Note", "N1", ChangeKind.UPDATED)
        unit.run(INSERT_BLOB, digest=digest, size=0, octets=b"", created_at=0)

    outcomes = run_together(database, [insert] * 10)
    assert outcomes.count(None) == 1
    assert lines(database, account) == 1
    database.close()


def test_a_full_disk_acknowledges_only_what_is_there(full_soon, clock):
    account = new_account(full_soon, "anna")

    def fill(number: int) -> Callable[[Unit], int]:
        def work(unit: Unit) -> int:
            digest = number.to_bytes(32)
            unit.run(INSERT_BLOB, digest=digest, size=0, octets=bytes(20_000), created_at=0)
            return unit.record(account, "Note", f"N{number}", ChangeKind.CREATED)

        return work

    outcomes = run_together(full_soon, [fill(n) for n in range(60)])
    acknowledged = [o for o in outcomes if isinstance(o, int)]
    refused = [o for o in outcomes if isinstance(o, StorageFull)]
    assert len(acknowledged) + len(refused) == 60
    assert refused
    assert lines(full_soon, account) == len(acknowledged)


def test_after_a_full_disk_small_writes_go_on(full_soon):
    account = new_account(full_soon, "anna")

    def too_much(unit: Unit) -> None:
        unit.run(INSERT_BLOB, digest=bytes(32), size=0, octets=bytes(4_000_000), created_at=0)

    with pytest.raises(StorageFull):
        full_soon.write(too_much)
    full_soon.write(lambda unit: unit.record(account, "Note", "N1", ChangeKind.CREATED))
    assert lines(full_soon, account) == 1


def test_two_processes_worth_of_writers_take_turns(location):
    clock = Clock()
    databases = [Database(location, publisher=Notifier(), clock=clock) for _ in range(2)]
    account = new_account(databases[0], "anna")

    def write_some(database: Database) -> None:
        for _ in range(50):
            database.write(lambda unit: unit.record(account, "Note", "N1", ChangeKind.UPDATED))

    threads = [threading.Thread(target=write_some, args=(d,)) for d in databases for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lines(databases[0], account) == 300
    for database in databases:
        database.close()
