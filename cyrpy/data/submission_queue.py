"""The queue of submissions, as those who send them see it: claimed, handed over, settled.

Who claims a submission holds it for LEASE seconds, and longer with `renew`; should that process
die, it is another's. Before the relay is given the end of a message, `hand_over` makes sure that
it is still held, and notes for which recipients the relay then has it. Where that note is all that
is left, nobody knows whether the relay took it, and it is not sent once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, null, or_, select, update

from cyrpy.data.blobs import Blobs
from cyrpy.data.statement import Query
from cyrpy.data.submissions import (
    CHANNEL,
    FINAL,
    HANDING,
    PENDING,
    QUEUED,
    RecipientRow,
    SubmissionRow,
    finish,
    note,
    of_ids,
    recipients_of,
)
from cyrpy.data.tables import imap_accounts, submission_recipients, submissions
from cyrpy.data.unit import Unit

LEASE: Final = 60  # seconds that a dead process keeps others from what it claimed
MAX_AGE: Final = 5 * 86_400  # seconds that a submission is tried (RFC 5321 §4.5.4.1)
FIRST_WAIT: Final = 60  # seconds; it doubles with each attempt
LONGEST_WAIT: Final = 4 * 3600


class Claimed(NamedTuple):
    """A submission that is to be tried, all its recipients, and who died while it tried."""

    row: SubmissionRow
    recipients: list[RecipientRow]
    left_by: str | None = None

    @property
    def expires_at(self) -> int:
        """When it is given up."""
        return self.row.send_at + MAX_AGE

    @property
    def is_waiting(self) -> bool:
        """Whether there is a recipient who has neither got nor lost it."""
        return any(one.delivered in {QUEUED, HANDING} for one in self.recipients)

    def only(self, delivered: str) -> list[RecipientRow]:
        """The recipients for whom it stands so."""
        return [one for one in self.recipients if one.delivered == delivered]

    def replaced(self, changed: Iterable[RecipientRow]) -> Claimed:
        """With other states of some recipients."""
        new = {one.position: one for one in changed}
        return self._replace(recipients=[new.get(r.position, r) for r in self.recipients])


_s = submissions.c
_r = submission_recipients.c
_this = (_s.account_id == bindparam("key_account_id"), _s.id == bindparam("key_id"))
_is_free = or_(_s.holder.is_(None), _s.held_until <= bindparam("now"))
_is_mine = _s.holder == bindparam("by")
_all_of_mine = (_s.held_until > 0, _is_mine)  # few are held, and by an index
# Mail of whom is sent over a server of its own is sent by whoever sees to that account.
_is_shared = ~exists().where(
    imap_accounts.c.account_id == _s.account_id, imap_accounts.c.smtp_url.is_not(None)
)
_is_own = _s.account_id == bindparam("owner")


def _due(whose: ColumnElement[bool]) -> Query[SubmissionRow]:
    return Query(
        select(submissions)
        .where(_s.due_at <= bindparam("now"), _is_free, whose)
        .order_by(_s.due_at, _s.account_id, _s.id)
        .limit(bindparam("count")),
        SubmissionRow._make,
    )


def _overdue(whose: ColumnElement[bool]) -> Query[SubmissionRow]:
    return Query(
        select(submissions)
        .where(_s.due_at.is_not(None), _s.send_at <= bindparam("before"), _is_free, whose)
        .order_by(_s.due_at)
        .limit(bindparam("count")),
        SubmissionRow._make,
    )


def _next_due(whose: ColumnElement[bool]) -> Query[tuple[int]]:
    return Query(
        select(_s.due_at)
        .where(_s.due_at.is_not(None), _s.holder.is_(None), whose)
        .order_by(_s.due_at)
        .limit(bindparam("count"))
    )


DUE, DUE_OF = _due(_is_shared), _due(_is_own)
OVERDUE, OVERDUE_OF = _overdue(_is_shared), _overdue(_is_own)
NEXT_DUE, NEXT_DUE_OF = _next_due(_is_shared), _next_due(_is_own)
CLAIM = Query[None](
    update(submissions)
    .where(*_this, _s.due_at.is_not(None), _is_free)
    .values(holder=bindparam("by"), held_until=bindparam("until"))
)
RENEW = Query[None](update(submissions).where(*_all_of_mine).values(held_until=bindparam("until")))
HOLD = Query[None](
    update(submissions).where(*_this, _is_mine).values(held_until=bindparam("until"))
)
SETTLE = Query[None](
    update(submissions)
    .where(*_this, _is_mine)
    .values(
        due_at=bindparam("due_at"),
        attempts=bindparam("attempts"),
        undo_status=bindparam("undo_status"),
        holder=null(),
        held_until=null(),
    )
)
FREE = Query[None](
    update(submissions)
    .where(
        *_all_of_mine,
        ~exists().where(
            _r.account_id == _s.account_id,
            _r.submission_id == _s.id,
            _r.delivered == HANDING,
        ),
    )
    .values(holder=null(), held_until=null())
)
STATE = Query[None](
    update(submission_recipients)
    .where(
        _r.account_id == bindparam("key_account_id"),
        _r.submission_id == bindparam("key_submission_id"),
        _r.position == bindparam("key_position"),
    )
    .values(delivered=bindparam("delivered"), reply=bindparam("reply"))
)
NEXT_FREE: Query[tuple[int]] = Query(
    select(_s.held_until).where(_s.held_until > 0).order_by(_s.held_until).limit(bindparam("count"))
)


def is_due(unit: Unit, owner: int | None = None) -> bool:
    """Whether there is something to be tried now, over the relay or over the owner's server."""
    return bool(_all_due(unit, 1, owner))


def claim(unit: Unit, holder: str, count: int, owner: int | None = None) -> list[Claimed]:
    """Hold what is due and nobody holds, the longest overdue first."""
    return _claim(unit, holder, _all_due(unit, count, owner))


def _all_due(unit: Unit, count: int, owner: int | None) -> list[SubmissionRow]:
    if owner is None:
        return unit.all(DUE, now=unit.now, count=count)
    return unit.all(DUE_OF, now=unit.now, count=count, owner=owner)


def claim_these(
    unit: Unit, holder: str, account_id: int, numbers: Collection[int]
) -> list[Claimed]:
    """Hold some of an account's, if they are due."""
    rows = of_ids(unit, account_id, numbers)
    return _claim(unit, holder, [row for row in rows if (row.due_at or unit.now + 1) <= unit.now])


def claim_overdue(unit: Unit, holder: str, count: int, owner: int | None = None) -> list[Claimed]:
    """Hold what has been tried for MAX_AGE, due or not."""
    span = {"now": unit.now, "before": unit.now - MAX_AGE, "count": count}
    if owner is None:
        return _claim(unit, holder, unit.all(OVERDUE, **span))
    return _claim(unit, holder, unit.all(OVERDUE_OF, owner=owner, **span))


def _claim(unit: Unit, holder: str, rows: list[SubmissionRow]) -> list[Claimed]:
    """Those of `rows` that nobody else claimed meanwhile."""
    until = unit.now + LEASE
    mine: list[Claimed] = []
    for row in rows:
        if unit.run(CLAIM, **_key(row), now=unit.now, by=holder, until=until):
            there = recipients_of(unit, row.account_id, [row.id])[row.id]
            held = row._replace(holder=holder, held_until=until)
            mine.append(Claimed(held, there, row.holder))
    return mine


def renew(unit: Unit, holder: str) -> int:
    """Hold all that one holds for longer; how many they are."""
    return unit.run(RENEW, by=holder, until=unit.now + LEASE)


def free(unit: Unit, holder: str) -> None:
    """Let others have what one holds and the relay has not got."""
    if unit.run(FREE, by=holder):
        unit.wake(CHANNEL)


def hand_over(unit: Unit, holder: str, claimed: Claimed) -> bool:
    """Note what the relay said of the recipients, just before it is given the end of a message.

    Those for whom it will have it then are in state HANDING. False: it is held no more, and must
    not be sent.
    """
    row = claimed.row
    if not unit.run(HOLD, **_key(row), by=holder, until=unit.now + LEASE):
        return False
    store(unit, claimed.recipients)
    return True


def settle(unit: Unit, blobs: Blobs, holder: str, claimed: Claimed, due_at: int | None) -> bool:
    """Store what became of an attempt; what is left is tried again at `due_at`.

    False: it is another's meanwhile, who knows better.
    """
    row, recipients, _ = claimed
    is_waiting = claimed.is_waiting
    is_recallable = all(one.delivered == QUEUED for one in recipients)
    state = {
        "due_at": due_at if is_waiting else None,
        "attempts": row.attempts + 1,
        "undo_status": PENDING if is_recallable and is_waiting else FINAL,
    }
    if not unit.run(SETTLE, **_key(row), by=holder, **state):
        return False
    store(unit, recipients)
    if not is_waiting:
        finish(unit, blobs, row)
        return True
    note(unit, row)
    unit.wake(CHANNEL)
    return True


def store(unit: Unit, recipients: list[RecipientRow]) -> None:
    """Write how it stands for recipients."""
    unit.run_many(
        STATE,
        [
            {
                "key_account_id": one.account_id,
                "key_submission_id": one.submission_id,
                "key_position": one.position,
                "delivered": one.delivered,
                "reply": one.reply,
            }
            for one in recipients
        ],
    )


def wait_after(attempts: int) -> int:
    """Seconds until the next attempt after so many."""
    return min(FIRST_WAIT << min(attempts, 16), LONGEST_WAIT)


def next_due(unit: Unit, owner: int | None = None) -> int | None:
    """When there will be something to be tried; None: nothing waits."""
    if owner is None:
        waiting = unit.all(NEXT_DUE, count=1)
    else:
        waiting = unit.all(NEXT_DUE_OF, count=1, owner=owner)
    found = [*waiting, *unit.all(NEXT_FREE, count=1)]
    return min((moment for (moment,) in found), default=None)


def _key(row: SubmissionRow) -> dict[str, int]:
    return {"key_account_id": row.account_id, "key_id": row.id}
