"""What is stored of an account's mail, all of it: for counting again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select

from cyrpy.data.messages import indexed
from cyrpy.data.statement import Query
from cyrpy.data.tables import (
    message_keywords,
    message_mailboxes,
    messages,
    thread_mailboxes,
    threads,
)
from cyrpy.data.unit import Unit

PAGE: Final = 5000  # messages read at once


class Counted(NamedTuple):
    """What of a message counts."""

    id: int
    thread_id: int
    size: int
    mailboxes: str
    keywords: str


PAGE_OF: Query[Counted] = Query(
    select(*(messages.c[name] for name in Counted._fields))
    .where(messages.c.account_id == bindparam("account_id"), messages.c.id > bindparam("after"))
    .order_by(messages.c.id)
    .limit(bindparam("count")),
    Counted._make,
)
THREADS: Query[tuple[int, int, int, int]] = Query(
    select(threads.c.id, threads.c.emails, threads.c.unread, threads.c.unread_in_trash).where(
        threads.c.account_id == bindparam("account_id")
    )
)
PLACES: Query[tuple[int, int, int]] = Query(
    select(
        thread_mailboxes.c.thread_id, thread_mailboxes.c.mailbox_id, thread_mailboxes.c.emails
    ).where(thread_mailboxes.c.account_id == bindparam("account_id"))
)
SIZES: Final = {
    table.name: Query[tuple[int]](
        select(func.count()).select_from(table).where(table.c.account_id == bindparam("account_id"))
    )
    for table in (message_mailboxes, message_keywords)
}


def counted(unit: Unit, account_id: int) -> Iterator[Counted]:
    """All messages of the account, page by page."""
    after = -1
    while rows := unit.all(PAGE_OF, account_id=account_id, after=after, count=PAGE):
        yield from rows
        after = rows[-1].id


def threads_of(unit: Unit, account_id: int) -> dict[int, tuple[int, int, int]]:
    """Each thread: emails, unread, unread in the trash."""
    return {id: (a, b, c) for id, a, b, c in unit.all(THREADS, account_id=account_id)}


def places_of(unit: Unit, account_id: int) -> dict[tuple[int, int], int]:
    """Emails of each thread in each mailbox."""
    return {(t, m): emails for t, m, emails in unit.all(PLACES, account_id=account_id)}


def index_sizes(unit: Unit, account_id: int, name: str) -> tuple[int, int]:
    """Rows of an index over the messages, and how many their rows ask for."""
    stored: int = unit.value(SIZES[name], account_id=account_id)
    wanted = 0
    for row in counted(unit, account_id):
        wanted += len(
            row.mailboxes.split() if name == "message_mailboxes" else indexed(row.keywords.split())
        )
    return stored, wanted
