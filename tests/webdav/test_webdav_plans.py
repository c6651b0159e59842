"""What drives, locks and dead properties ask SQLite for, it finds by their keys."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest

from cyrpy.data import dav, files, locks
from cyrpy.data.statement import Query

PLANS: list[tuple[Query, str]] = [
    (files.IN_FOLDER, "SEARCH files USING INDEX"),
    (files.BY_NAME, "(account_id=? AND parent_id=? AND name=?)"),
    (files.BY_NAMES, "(account_id=? AND parent_id=? AND name=?)"),
    (files.IN_FOLDERS, "(account_id=? AND parent_id=?)"),
    (files.DELETE, "(account_id=? AND id=?)"),
    (files.USAGE, "(account_id=?)"),
    (locks.ALL, "(account_id=?)"),
    (locks.DELETE, "(account_id=? AND token=?)"),
    (dav.OF_KIND, "(account_id=? AND kind=?)"),
    (dav.OF_OBJECT, "(account_id=? AND kind=? AND object_id=?"),
    (dav.OBJECTS, "(account_id=? AND kind=?)"),
]


@pytest.fixture
def connection(sqlite_template) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(f"file:{sqlite_template}?mode=ro", uri=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(("query", "wanted"), PLANS)
def test_nothing_is_scanned(connection, query, wanted):
    sql = query.on("sqlite").sql
    names = re.findall(r":(\w+)", sql)
    steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, "[]")).fetchall()
    plan = [step[3] for step in steps]
    assert any(wanted in step for step in plan), plan
    assert not [step for step in plan if re.match(r"SCAN (files|dav_)", step)]
