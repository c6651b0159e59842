"""What mail asks SQLite for, it finds by keys and in order: nothing is scanned or sorted."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest

from cyrpy.data import (
    mail_identities,
    mail_query,
    mail_threads,
    mail_usage,
    mailboxes,
    messages,
    submission_queue,
    submissions,
    vacation,
)
from cyrpy.data.statement import Query

IN_BOX = "message_mailboxes USING PRIMARY KEY (account_id=? AND mailbox_id=?"
PLANS: list[tuple[Query, str]] = [
    (mail_query.PAGE[False], IN_BOX),
    (mail_query.PAGE[True], IN_BOX),
    (messages.IN_MAILBOX, IN_BOX),
    (messages.FIRST_IN_MAILBOX, IN_BOX),
    (messages.DELETE_PLACE, IN_BOX + " AND received_at=? AND message_id=?)"),
    (messages.OF_IDS, "messages USING INDEX sqlite_autoindex_messages_1 (account_id=? AND id=?)"),
    (messages.BY_ID, "(account_id=? AND id=?)"),
    (messages.BY_DIGEST, "(account_id=? AND digest=?)"),
    (messages.IN_THREAD, "ix_messages_account_id_thread_id (account_id=? AND thread_id=?)"),
    (messages.ROWS_IN_THREAD, "ix_messages_account_id_thread_id (account_id=? AND thread_id=?)"),
    (messages.SOME, "ix_messages_account_id_received_at (account_id=?)"),
    (messages.DELETE, "(account_id=? AND id=?)"),
    (messages.DELETE_KEYWORD, "(account_id=? AND keyword=? AND message_id=?)"),
    (messages.SEEN_AMONG, "(account_id=? AND message_id=? AND principal_id=?)"),
    (messages.FORGET_SEEN, "(account_id=? AND message_id=?)"),
    (messages.ROWS_IN_THREADS, "(account_id=? AND thread_id=?)"),
    (mail_threads.BY_ID, "(account_id=? AND id=?)"),
    (mail_threads.FIND, "thread_keys USING PRIMARY KEY (account_id=? AND hash=?)"),
    (submission_queue.RENEW, "ix_submissions_held_until (held_until>?)"),
    (submission_queue.FREE, "ix_submissions_held_until (held_until>?)"),
    (mailboxes.CHILDREN, "(account_id=?"),
    (mail_usage.GET, "(account_id=?)"),
    (mail_usage.ADD, "(account_id=?)"),
    (mail_identities.ALL, "(account_id=?)"),
    (vacation.GET, "(account_id=?)"),
    (vacation.REPLIED, "(account_id=? AND sender=?)"),
    (vacation.FORGET, "(account_id=? AND replied_at<?)"),
    (submissions.BY_IDS, "(account_id=? AND id=?)"),
    (submissions.RECIPIENTS, "(account_id=? AND submission_id=?"),
    (submission_queue.DUE, "ix_submissions_due_at (due_at<?)"),
    (submission_queue.NEXT_DUE, "ix_submissions_due_at"),
]
# Those that must come in the order of an index.
IN_ORDER = (
    mail_query.PAGE[False],
    mail_query.PAGE[True],
    messages.IN_MAILBOX,
    messages.FIRST_IN_MAILBOX,
    messages.IN_THREAD,
    messages.SOME,
)
_SCAN = re.compile(r"SCAN (?!json_each)")


@pytest.fixture
def connection(sqlite_template) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(f"file:{sqlite_template}?mode=ro", uri=True)
    yield opened
    opened.close()


def plan_of(connection: sqlite3.Connection, query: Query) -> list[str]:
    sql = query.on("sqlite").sql
    names = re.findall(r":(\w+)", sql)
    steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, "[]")).fetchall()
    return [step[3] for step in steps]


@pytest.mark.parametrize(("query", "wanted"), PLANS)
def test_nothing_is_scanned(connection, query, wanted):
    plan = plan_of(connection, query)
    assert any(wanted in step for step in plan), plan
    assert not [step for step in plan if _SCAN.match(step)], plan


@pytest.mark.parametrize("query", IN_ORDER)
def test_nothing_is_sorted(connection, query):
    plan = plan_of(connection, query)
    assert not [step for step in plan if "TEMP B-TREE" in step], plan


SHAPES = (
    ("and",),
    ("mailbox",),
    ("not", ("keyword",)),
    ("or", ("some",), ("all",)),
    ("shared", "some"),
    ("shared seen", "all"),
    ("mailboxes",),
    ("compare", "size", "<"),
    ("compare", "receivedAt", ">="),
    ("attachment",),
)
ORDERS = ((), (("receivedAt", False),), (("receivedAt", True),), (("subject", True),))
FIRST = {
    "numbers": "messages USING INDEX sqlite_autoindex_messages_1 (account_id=? AND id=?)",
    "mailbox": IN_BOX,
    "order": "messages USING INDEX ix_messages_account_id_",
}


@pytest.mark.parametrize("start", FIRST)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_queries_start_where_they_are_told_to(connection, start, shape, order):
    plan = plan_of(connection, mail_query._query(start, shape, order, 64))
    assert FIRST[start] in plan[0], plan
    assert not [step for step in plan if _SCAN.match(step)], plan
    is_in_order = start == "order" or (start == "mailbox" and order != ORDERS[3])
    assert not (is_in_order and "USE TEMP B-TREE FOR ORDER BY" in plan), plan
