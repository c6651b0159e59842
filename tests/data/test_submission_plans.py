"""How statements of the queue find their rows: what was sent long ago costs nothing."""

from __future__ import annotations

import re
import sqlite3

import pytest

from cyrpy.data import submission_queue, submissions

DUE = "INDEX ix_submissions_due_at (due_at"
HELD = "INDEX ix_submissions_held_until (held_until>?)"
KEY = "INDEX sqlite_autoindex_submissions_1 (account_id=?"
RECIPIENTS = "PRIMARY KEY (account_id=? AND submission_id=?"


@pytest.fixture(scope="module")
def connection(sqlite_template):
    opened = sqlite3.connect(sqlite_template)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        (submission_queue.DUE, DUE + "<?)"),
        (submission_queue.OVERDUE, DUE),
        (submission_queue.NEXT_DUE, DUE),
        (submission_queue.NEXT_FREE, HELD),
        (submission_queue.RENEW, HELD),
        (submission_queue.FREE, HELD),
        (submission_queue.CLAIM, KEY + " AND id=?)"),
        (submission_queue.SETTLE, KEY + " AND id=?)"),
        (submission_queue.STATE, RECIPIENTS + " AND position=?)"),
        (submissions.BY_IDS, KEY + " AND id=?)"),
        (submissions.EMAILS, KEY + ")"),
        (submissions.WAITING, KEY + ")"),
        (submissions.RECIPIENTS, RECIPIENTS + ")"),
        (submissions.OVER, DUE + "=?)"),
    ],
)
def test_statements_use_their_indices(connection, query, plan):
    sql = query.on("sqlite").sql
    given = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    given |= {name: "[]" for name in ("ids",) if name in given}
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
    assert any(plan in step for step in steps), steps
    assert not any(step.startswith("SCAN submission") for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps) or query is submission_queue.DUE
