"""What snapshots remember: it is never older than the snapshot."""

from __future__ import annotations

import shutil

from cyrpy.data import principals
from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from cyrpy.data.principals import INDIVIDUAL
from cyrpy.data.unit import Unit

VALUES = {
    "name": "anna@example.com",
    "wire_id": "anna",
    "type": INDIVIDUAL,
    "display_name": "Anna",
    "description": None,
    "time_zone": None,
}


def names(unit: Unit) -> list[str]:
    """All principals, perhaps from before."""
    return unit.kept("names", lambda: [row.name for row in unit.all(principals.ALL)])


def added(unit: Unit) -> None:
    principals.insert_principal(unit, VALUES)


def test_what_was_written_is_seen_by_the_next_snapshot(database):
    with database.read() as unit:
        assert names(unit) == []
    database.write(added)
    with database.read() as unit:
        assert names(unit) == ["anna@example.com"]


def test_what_another_process_wrote_is_seen_too(database, clock):
    other = Database(database.location, publisher=Notifier(), clock=clock)
    with database.read() as unit:
        assert names(unit) == []
    other.write(added)
    other.close()
    with database.read() as unit:
        assert names(unit) == ["anna@example.com"]


def test_a_snapshot_remembers_what_it_saw_while_others_write(database, clock):
    other = Database(database.location, publisher=Notifier(), clock=clock)
    with database.read() as unit:
        assert names(unit) == []
        other.write(added)
        assert names(unit) == []
    other.close()
    with database.read() as unit:
        assert names(unit) == ["anna@example.com"]


def test_a_transaction_sees_what_it_has_written_itself(database):
    def work(unit: Unit) -> list[list[str]]:
        before = names(unit)
        added(unit)
        return [before, names(unit)]

    assert database.write(work) == [[], ["anna@example.com"]]


def test_on_sqlite_nothing_is_read_twice_while_nobody_writes(sqlite_template, tmp_path, clock):
    path = tmp_path / "cyrpy.db"
    shutil.copy(sqlite_template, path)
    database = Database(Location(file=path), publisher=Notifier(), clock=clock)
    read: list[int] = []
    for _ in range(3):
        with database.read() as unit:
            unit.kept("something", lambda: read.append(1))
    database.close()
    assert read == [1]
