"""What is to be done on an IMAP server: from the change log, and what could not be done yet.

The line of the change log that every change of mail writes in its own transaction is the entry of
the queue, so that accounts whose mail lives here pay nothing. What was taken from the log but could
not be done has a row here, and so has each message from just before it is appended there until it
is known under which UID: should the process die between, it is not appended once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, or_, select

from cyrpy.data import mailboxes, messages
from cyrpy.data.messages import MessageRow
from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import accounts, changes, imap_pushes
from cyrpy.data.tables import messages as messages_table
from cyrpy.data.unit import Unit

FIRST_WAIT: Final = 60  # seconds; it doubles with each attempt
LONGEST_WAIT: Final = 4 * 3600
MAX_ERROR: Final = 500  # characters


class Push(NamedTuple):
    """One message, in the order of the table's columns."""

    account_id: int
    digest: bytes
    wire_digest: bytes | None  # of the octets that were given to APPEND
    keywords: str | None
    attempts: int
    due_at: int
    error: str | None


_p = imap_pushes.c
_of_account = _p.account_id == bindparam("account_id")
BY_DIGEST: Query[Push] = Query(
    select(imap_pushes).where(_of_account, _p.digest == bindparam("digest")), Push._make
)
BY_WIRE: Query[Push] = Query(
    select(imap_pushes).where(_of_account, _p.wire_digest == bindparam("wire_digest")), Push._make
)
DUE: Query[tuple[bytes]] = Query(
    select(_p.digest)
    .where(_of_account, _p.due_at <= bindparam("now"))
    .order_by(_p.due_at, _p.digest)
    .limit(bindparam("count"))
)
UNSURE: Query[tuple[bytes]] = Query(
    select(_p.digest).where(_of_account, _p.wire_digest.is_not(None)).limit(bindparam("count"))
)
REFUSED: Query[tuple[int, str | None]] = Query(
    select(func.count(), func.min(_p.error)).where(_of_account, _p.error.is_not(None))
)
PUT = Query[None](
    upsert(
        imap_pushes,
        ["account_id", "digest"],
        ["wire_digest", "keywords", "attempts", "due_at", "error"],
    )
)
DELETE = Query[None](delete(imap_pushes).where(_of_account, _p.digest == bindparam("digest")))
_after = (
    changes.c.account_id == bindparam("account_id"),
    changes.c.type == messages.KIND,
    changes.c.modseq > bindparam("since"),
)
PAGE_END: Query[tuple[int]] = Query(
    select(changes.c.modseq)
    .where(*_after)
    .order_by(changes.c.modseq)
    .offset(bindparam("count"))
    .limit(bindparam("one"))
)
CHANGED: Query[tuple[str]] = Query(
    select(changes.c.object_id).where(*_after, changes.c.modseq <= bindparam("until")).distinct()
)
ANY_CHANGE: Query[tuple[int]] = Query(
    select(changes.c.modseq)
    .where(
        changes.c.account_id == bindparam("account_id"),
        or_(changes.c.type == messages.KIND, changes.c.type == mailboxes.KIND),
        changes.c.modseq > bindparam("since"),
    )
    .limit(bindparam("one"))
)
LOG: Query[tuple[int, int]] = Query(
    select(accounts.c.modseq, accounts.c.log_starts_after).where(
        accounts.c.id == bindparam("account_id")
    )
)
MESSAGES_AFTER: Query[tuple[int, bytes]] = Query(
    select(messages_table.c.id, messages_table.c.digest)
    .where(
        messages_table.c.account_id == bindparam("account_id"),
        messages_table.c.id > bindparam("after"),
    )
    .order_by(messages_table.c.id)
    .limit(bindparam("count"))
)


def log_of(unit: Unit, account_id: int) -> tuple[int, int]:
    """The account's modseq, and that after which its log is whole."""
    return unit.first(LOG, account_id=account_id) or (0, 0)


def is_changed(unit: Unit, account_id: int, since: int) -> bool:
    """Whether any mail or mailbox has changed after that modseq, or something waits."""
    changed = unit.first(ANY_CHANGE, account_id=account_id, since=since, one=1) is not None
    return changed or bool(due(unit, account_id, 1))


def page_end(unit: Unit, account_id: int, since: int, count: int) -> int | None:
    """The modseq at which about `count` lines of the log end; None if there are fewer."""
    modseq: int | None = unit.value(
        PAGE_END, account_id=account_id, since=since, count=count, one=1
    )
    return modseq


def changed(unit: Unit, account_id: int, since: int, until: int) -> list[str]:
    """Ids of the messages that changed in that span."""
    rows = unit.all(CHANGED, account_id=account_id, since=since, until=until)
    return [id for (id,) in rows]


def messages_after(unit: Unit, account_id: int, after: int, count: int) -> list[tuple[int, bytes]]:
    """Some of all messages of the account: number and digest."""
    return unit.all(MESSAGES_AFTER, account_id=account_id, after=after, count=count)


def messages_of(unit: Unit, account_id: int, digests: Sequence[bytes]) -> list[MessageRow]:
    """The messages of those octets that are here."""
    rows = (messages.by_digest(unit, account_id, digest) for digest in digests)
    return [row for row in rows if row is not None]


def due(unit: Unit, account_id: int, count: int) -> list[bytes]:
    """Messages that are to be tried again."""
    rows = unit.all(DUE, account_id=account_id, now=unit.now, count=count)
    return [digest for (digest,) in rows]


def get(unit: Unit, account_id: int, digest: bytes) -> Push | None:
    """What waits of a message."""
    return unit.first(BY_DIGEST, account_id=account_id, digest=digest)


def by_wire(unit: Unit, account_id: int, wire_digest: bytes) -> Push | None:
    """The message that was given to the server as those octets."""
    return unit.first(BY_WIRE, account_id=account_id, wire_digest=wire_digest)


def put(unit: Unit, push: Push) -> None:
    """Have it tried at `due_at`."""
    unit.run(PUT, **push._asdict())


def ask(unit: Unit, account_id: int, digest: bytes) -> None:
    """Have a message tried now."""
    found = get(unit, account_id, digest) or Push(account_id, digest, None, None, 0, 0, None)
    put(unit, found._replace(due_at=unit.now))


def refuse(unit: Unit, account_id: int, digest: bytes, error: str) -> None:
    """The server would not; try again later."""
    found = get(unit, account_id, digest) or Push(account_id, digest, None, None, 0, 0, None)
    wait = min(FIRST_WAIT << min(found.attempts, 16), LONGEST_WAIT)
    refused = found._replace(
        wire_digest=None,
        attempts=found.attempts + 1,
        due_at=unit.now + wait,
        error=error[:MAX_ERROR],
    )
    put(unit, refused)


def done(unit: Unit, account_id: int, digest: bytes) -> None:
    """Nothing is left to do for a message."""
    unit.run(DELETE, account_id=account_id, digest=digest)


def is_unsure(unit: Unit, account_id: int) -> bool:
    """Whether the server may have got something of which no UID is known."""
    return unit.first(UNSURE, account_id=account_id, count=1) is not None


def refused(unit: Unit, account_id: int) -> tuple[int, str | None]:
    """How many changes the server would not take, and one reason."""
    return unit.first(REFUSED, account_id=account_id) or (0, None)
