"""What a store needs from time to time: pruning of the log, expiry of blobs, statistics.

One process does it at a time, in small units, so that no writer waits long behind it.
"""

from __future__ import annotations

from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from cyrpy.data import attachments, sieve, submissions
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.statement import Query
from cyrpy.data.tables import accounts, changes
from cyrpy.data.unit import Unit

DAY: Final = 24 * 3600
BATCH: Final = 1000  # lines of the log deleted in one unit

OLD_LINES: Query[tuple[int, int]] = Query(
    select(changes.c.account_id, func.max(changes.c.modseq))
    .where(changes.c.created_at < bindparam("before"))
    .group_by(changes.c.account_id)
)
RAISE_START = Query[None](
    update(accounts)
    .where(
        accounts.c.id == bindparam("account_id"),
        accounts.c.log_starts_after < bindparam("modseq"),
    )
    .values(log_starts_after=bindparam("modseq"))
)
OLDEST_TYPES: Query[tuple[str, int]] = Query(
    select(changes.c.type, func.count())
    .where(changes.c.account_id == bindparam("account_id"), changes.c.modseq <= bindparam("modseq"))
    .group_by(changes.c.type)
)
CUT: Query[tuple[int]] = Query(
    select(changes.c.modseq)
    .where(
        changes.c.account_id == bindparam("account_id"),
        changes.c.type == bindparam("type"),
        changes.c.modseq <= bindparam("modseq"),
    )
    .order_by(changes.c.modseq)
    .offset(bindparam("skip"))
    .limit(1)
)
DELETE_LINES = Query[None](
    delete(changes).where(
        changes.c.account_id == bindparam("account_id"),
        changes.c.type == bindparam("type"),
        changes.c.modseq <= bindparam("modseq"),
    )
)


class Done(NamedTuple):
    """What one round of upkeep did."""

    lines: int  # of the change log, pruned
    files: int  # of blobs, removed


def run(database: Database, blobs: Blobs, now: int, log_days: int) -> Done:
    """One round; safe to run at any time, also while others write."""
    lines = prune(database, now - log_days * DAY)
    files = expire(database, blobs)
    while database.write(partial(submissions.forget, blobs=blobs)) == submissions.BATCH:
        pass
    while database.write(sieve.forget) == sieve.BATCH:
        pass
    database.tidy()
    return Done(lines, files)


def expire(database: Database, blobs: Blobs) -> int:
    """Drop uploads that nothing came to refer to, and files that a crash left; how many files."""
    while database.write(partial(attachments.expire, blobs=blobs)):
        pass
    removed = 0
    while gone := database.write(blobs.expire):
        removed += database.write(partial(blobs.sweep, digests=gone))
    with database.read() as unit:
        left = blobs.orphans(unit)
    if left:
        removed += database.write(partial(blobs.sweep, digests=left))
    return removed


def prune(database: Database, before: int) -> int:
    """Drop lines of the log that were written before that moment; how many.

    The start of each account's log is raised first, so that nobody is ever answered from a log
    that is half gone.
    """
    with database.read() as unit:
        old = unit.all(OLD_LINES, before=before)
    total = 0
    for account_id, modseq in old:
        raise_start = partial(_raise_start, account_id=account_id, modseq=modseq)
        database.write(raise_start, [account_id])
        with database.read() as unit:
            types = unit.all(OLDEST_TYPES, account_id=account_id, modseq=modseq)
        for type, count in types:
            _delete(database, account_id, type, modseq)
            total += count
    return total


def _raise_start(unit: Unit, account_id: int, modseq: int) -> None:
    unit.run(RAISE_START, account_id=account_id, modseq=modseq)


def _delete(database: Database, account_id: int, type: str, modseq: int) -> None:
    """In batches: a long transaction would hold up every writer."""
    scope = {"account_id": account_id, "type": type}

    def batch(unit: Unit) -> bool:
        cut = unit.value(CUT, modseq=modseq, skip=BATCH, **scope)
        unit.run(DELETE_LINES, modseq=modseq if cut is None else cut, **scope)
        return cut is not None

    while database.write(batch, [account_id]):
        pass
