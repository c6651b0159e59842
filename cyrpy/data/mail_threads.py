"""Threads: how many messages they have, in which mailboxes, and what they are found by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data.statement import Query, among, insert_all, updating, upsert
from cyrpy.data.tables import thread_keys, thread_mailboxes, threads
from cyrpy.data.unit import Unit

KIND: Final = "Thread"
LETTER: Final = "T"  # of ids


class ThreadRow(NamedTuple):
    """One thread, in the order of the table's columns."""

    account_id: int
    id: int
    emails: int
    unread: int  # in some mailbox that is not the trash
    unread_in_trash: int
    created_modseq: int
    updated_modseq: int


_of_thread = (
    threads.c.account_id == bindparam("account_id"),
    threads.c.id == bindparam("id"),
)
BY_ID: Query[ThreadRow] = Query(select(threads).where(*_of_thread), ThreadRow._make)
OF_IDS: Query[ThreadRow] = Query(
    select(threads).where(
        threads.c.account_id == bindparam("account_id"), among(threads.c.id, "ids")
    ),
    ThreadRow._make,
)
SOME: Query[tuple[int]] = Query(
    select(threads.c.id)
    .where(threads.c.account_id == bindparam("account_id"))
    .order_by(threads.c.id)
    .limit(bindparam("count"))
)
INSERT = Query[None](insert_all(threads))
DELETE = Query[None](delete(threads).where(*_of_thread))
_places = (
    thread_mailboxes.c.account_id == bindparam("account_id"),
    thread_mailboxes.c.thread_id == bindparam("thread_id"),
)
PLACES: Query[tuple[int, int]] = Query(
    select(thread_mailboxes.c.mailbox_id, thread_mailboxes.c.emails).where(*_places)
)
PUT_PLACE = Query[None](
    upsert(thread_mailboxes, ["account_id", "thread_id", "mailbox_id"], ["emails"])
)
DELETE_PLACE = Query[None](
    delete(thread_mailboxes).where(
        *_places, thread_mailboxes.c.mailbox_id == bindparam("mailbox_id")
    )
)
FIND: Query[tuple[int]] = Query(
    select(thread_keys.c.thread_id).where(
        among(thread_keys.c.hash, "hashes", thread_keys.c.account_id)
    )
)
PUT_KEY = Query[None](upsert(thread_keys, ["account_id", "hash"], ["thread_id"]))
_keys = (
    thread_keys.c.account_id == bindparam("account_id"),
    thread_keys.c.thread_id == bindparam("thread_id"),
)
DELETE_KEYS = Query[None](delete(thread_keys).where(*_keys))
MOVE_KEYS = Query[None](update(thread_keys).where(*_keys).values(thread_id=bindparam("to_id")))


def find(unit: Unit, account_id: int, hashes: list[int]) -> list[int]:
    """The threads that have one of the keys."""
    if not hashes:
        return []
    found = {number for (number,) in unit.all(FIND, account_id=account_id, hashes=hashes)}
    return sorted(found)


def put_keys(unit: Unit, account_id: int, thread_id: int, hashes: Iterable[int]) -> None:
    """Have the thread found by these keys too."""
    rows = [{"account_id": account_id, "hash": key, "thread_id": thread_id} for key in hashes]
    if rows:
        unit.run_many(PUT_KEY, rows)


def change(unit: Unit, row: ThreadRow) -> None:
    """Store the counts of a thread that was there."""
    columns = {
        "emails": row.emails,
        "unread": row.unread,
        "unread_in_trash": row.unread_in_trash,
        "updated_modseq": unit.modseq(row.account_id),
    }
    query = updating(threads, ("account_id", "id"), tuple(columns))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **columns)


def remove(unit: Unit, account_id: int, thread_id: int) -> None:
    """Take a thread away whose last message went."""
    unit.run(DELETE, account_id=account_id, id=thread_id)
    unit.run(DELETE_KEYS, account_id=account_id, thread_id=thread_id)
