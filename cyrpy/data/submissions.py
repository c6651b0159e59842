"""Submissions: mail on its way out, of every origin, with what became of it (RFC 8621 §7).

A submission waits here until the relay has taken it for every recipient, or refused it for good;
`submission_queue` has what those who send it call. Those of purpose EMAIL are EmailSubmission
objects, and in the change log. These and those of SCHEDULING stay for KEPT seconds after their
end, as notifications may come about them; all others are gone with their end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import bindparam, delete, func, null, or_, select, update

from cyrpy.data import blobs as blob_store
from cyrpy.data import ids
from cyrpy.data.blob_references import is_referred_to
from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.statement import Query, among, insert_all
from cyrpy.data.tables import submission_recipients, submissions
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import OverQuota

KIND: Final = "EmailSubmission"  # in the change log
LETTER: Final = "Q"  # of ids
CHANNEL: Final = -1  # of the notifier: something is to be sent
MEDIA_TYPE: Final = "message/rfc822"
MAX_WAITING: Final = 5000  # submissions of one account
KEPT: Final = 30 * 86_400  # seconds that an EmailSubmission stays after its end
BATCH: Final = 500  # that are forgotten in one unit

# Purposes
EMAIL: Final = "email"  # an EmailSubmission
SCHEDULING: Final = "scheduling"  # RFC 6047
NOTICE: Final = "notice"  # of the server itself, as vacation notes and what filters forward

# undoStatus (RFC 8621 §7)
PENDING: Final = "pending"
FINAL: Final = "final"
CANCELED: Final = "canceled"

# `delivered` of a recipient (RFC 8621 §7)
QUEUED: Final = "queued"
UNKNOWN: Final = "unknown"  # the relay has it
YES: Final = "yes"
NO: Final = "no"
HANDING: Final = "handing"  # the relay is being given it just now; shown as queued

Parameters = Mapping[str, str | None]  # of MAIL and RCPT, names in upper case


class SubmissionRow(NamedTuple):
    """One submission, in the order of the table's columns."""

    account_id: int
    id: int
    purpose: str
    sender: str
    parameters: str | None
    digest: bytes | None
    message: bytes | None
    identity_id: str | None
    email_id: int | None
    thread_id: int | None
    uid: str | None
    created_at: int
    send_at: int
    due_at: int | None
    attempts: int
    undo_status: str
    holder: str | None
    held_until: int | None
    dsn_blob_ids: str
    created_modseq: int
    updated_modseq: int

    @property
    def wire_id(self) -> str:
        """The id on the wire."""
        return ids.encode(LETTER, self.id)


class RecipientRow(NamedTuple):
    """One recipient of a submission, in the order of the table's columns."""

    account_id: int
    submission_id: int
    position: int
    address: str
    parameters: str | None
    delivered: str
    reply: str


class NewSubmission(NamedTuple):
    """What is to be sent: the blob `digest`, which the account owns, or `message`.

    Attributes:
        recipients: Addresses, each with the parameters of its RCPT.
        send_at: Not before, in unix seconds; None: now.
        uid: Of the meeting that a scheduling message is about.
    """

    purpose: str
    sender: str
    recipients: Mapping[str, Parameters]
    digest: bytes | None = None
    message: bytes | None = None
    parameters: Parameters = {}  # noqa: RUF012 - a NamedTuple, and never changed
    send_at: int | None = None
    identity_id: str | None = None
    email_id: int | None = None
    thread_id: int | None = None
    uid: str | None = None


_s = submissions.c
_r = submission_recipients.c
_of_account = _s.account_id == bindparam("account_id")
_this = (_s.account_id == bindparam("key_account_id"), _s.id == bindparam("key_id"))
BY_IDS: Query[SubmissionRow] = Query(
    select(submissions).where(_of_account, among(_s.id, "ids")).order_by(_s.id),
    SubmissionRow._make,
)
EMAILS: Query[SubmissionRow] = Query(
    select(submissions).where(_of_account, _s.purpose == EMAIL).order_by(_s.id),
    SubmissionRow._make,
)
PENDING_OF: Query[SubmissionRow] = Query(
    select(submissions)
    .where(
        _of_account,
        _s.email_id == bindparam("email_id"),
        _s.undo_status == PENDING,
    )
    .order_by(_s.id),
    SubmissionRow._make,
)
WAITING: Query[tuple[int]] = Query(
    select(func.count()).select_from(submissions).where(_of_account, _s.due_at.is_not(None))
)
RECIPIENTS: Query[RecipientRow] = Query(
    select(submission_recipients)
    .where(_r.account_id == bindparam("account_id"), among(_r.submission_id, "ids"))
    .order_by(_r.submission_id, _r.position),
    RecipientRow._make,
)
OVER: Query[SubmissionRow] = Query(
    select(submissions)
    .where(_s.due_at.is_(None), _s.send_at < bindparam("before"))
    .limit(bindparam("count")),
    SubmissionRow._make,
)
INSERT = Query[None](insert_all(submissions))
INSERT_RECIPIENT = Query[None](insert_all(submission_recipients))
CANCEL = Query[None](
    update(submissions)
    .where(
        *_this,
        _s.undo_status == PENDING,
        or_(_s.holder.is_(None), _s.held_until <= bindparam("now")),
    )
    .values(undo_status=CANCELED, due_at=null(), holder=null(), held_until=null())
)
NOTE = Query[None](
    update(submissions)
    .where(*_this)
    .values(dsn_blob_ids=bindparam("dsn_blob_ids"), updated_modseq=bindparam("modseq"))
)
DROP_MESSAGE = Query[None](
    update(submissions).where(*_this, _s.purpose != NOTICE).values(digest=null(), message=null())
)
HIDE = Query[None](update(submissions).where(*_this).values(purpose=NOTICE))
DELETE = Query[None](delete(submissions).where(*_this))
DELETE_RECIPIENTS = Query[None](
    delete(submission_recipients).where(
        _r.account_id == bindparam("key_account_id"), _r.submission_id == bindparam("key_id")
    )
)


def add(unit: Unit, account_id: int, new: NewSubmission) -> SubmissionRow:
    """Queue mail; it is sent once the unit is committed.

    Raises:
        OverQuota: too many of the account's wait already.
    """
    if unit.value(WAITING, account_id=account_id) >= MAX_WAITING:
        raise OverQuota(f"at most {MAX_WAITING} mails of an account may wait to be sent")
    row = _row(unit, account_id, new)
    if new.digest is not None:
        blob_store.refer(unit, account_id, new.digest, MEDIA_TYPE)
    unit.run(INSERT, **row._asdict())
    unit.run_many(INSERT_RECIPIENT, [r._asdict() for r in _recipients(row, new.recipients)])
    unit.wake(CHANNEL)
    return row


def _row(unit: Unit, account_id: int, new: NewSubmission) -> SubmissionRow:
    number = unit.new_id(account_id)
    send_at = unit.now if new.send_at is None else max(new.send_at, unit.now)
    modseq = 0
    if new.purpose == EMAIL:
        wire_id = ids.encode(LETTER, number)
        modseq = unit.record(account_id, KIND, wire_id, ChangeKind.CREATED)
    return SubmissionRow(
        account_id=account_id,
        id=number,
        purpose=new.purpose,
        sender=new.sender,
        parameters=_json(new.parameters),
        digest=new.digest,
        message=new.message,
        identity_id=new.identity_id,
        email_id=new.email_id,
        thread_id=new.thread_id,
        uid=new.uid,
        created_at=unit.now,
        send_at=send_at,
        due_at=send_at,
        attempts=0,
        undo_status=PENDING,
        holder=None,
        held_until=None,
        dsn_blob_ids="",
        created_modseq=modseq,
        updated_modseq=modseq,
    )


def _recipients(row: SubmissionRow, given: Mapping[str, Parameters]) -> Iterable[RecipientRow]:
    for position, (address, parameters) in enumerate(given.items()):
        key = row.account_id, row.id, position
        yield RecipientRow(*key, address, _json(parameters), QUEUED, "")


def _json(parameters: Parameters) -> str | None:
    return orjson.dumps(dict(parameters)).decode() if parameters else None


def parameters_of(row: SubmissionRow | RecipientRow) -> dict[str, str | None]:
    """The parameters of MAIL or RCPT."""
    found: dict[str, str | None] = orjson.loads(row.parameters) if row.parameters else {}
    return found


def of_ids(unit: Unit, account_id: int, numbers: Collection[int]) -> list[SubmissionRow]:
    """Those of the submissions that are there, by their numbers."""
    return unit.all(BY_IDS, account_id=account_id, ids=list(numbers))


def emails_of(unit: Unit, account_id: int) -> list[SubmissionRow]:
    """All EmailSubmission objects of an account, in the order in which they were made."""
    return unit.all(EMAILS, account_id=account_id)


def pending_of(unit: Unit, account_id: int, email_id: int) -> list[SubmissionRow]:
    """The submissions of a message that are not sent yet."""
    return unit.all(PENDING_OF, account_id=account_id, email_id=email_id)


def recipients_of(
    unit: Unit, account_id: int, numbers: Collection[int]
) -> dict[int, list[RecipientRow]]:
    """The recipients of submissions, in their order, by the submissions' numbers."""
    found: dict[int, list[RecipientRow]] = {number: [] for number in numbers}
    for row in unit.all(RECIPIENTS, account_id=account_id, ids=list(numbers)):
        found[row.submission_id].append(row)
    return found


def cancel(unit: Unit, blobs: Blobs, row: SubmissionRow) -> bool:
    """Keep mail from being sent; False if the relay has it for somebody, or may have.

    Mail that is being handed over at this moment is past recall, too.
    """
    there = recipients_of(unit, row.account_id, [row.id])[row.id]
    if any(one.delivered in {HANDING, UNKNOWN, YES} for one in there):
        return False
    if not unit.run(CANCEL, **_key(row), now=unit.now):
        return False
    finish(unit, blobs, row)
    return True


def finish(unit: Unit, blobs: Blobs, row: SubmissionRow) -> None:
    """Nothing is left to be done: let go of the message, and of what need not be remembered.

    Its purpose is looked up: it may have been removed from sight since it was claimed.
    """
    if unit.run(DROP_MESSAGE, **_key(row)):
        note(unit, row)
    else:
        unit.run(DELETE_RECIPIENTS, **_key(row))
        unit.run(DELETE, **_key(row))
    if row.digest is not None and not is_referred_to(unit, row.account_id, row.digest):
        blobs.release(unit, row.account_id, PREFIX + row.digest.hex())


def note(unit: Unit, row: SubmissionRow, dsn_blob_id: str | None = None) -> None:
    """Log that an EmailSubmission changed, with a notification that came about it."""
    there = next(iter(of_ids(unit, row.account_id, [row.id])), None)
    if there is None or there.purpose != EMAIL:
        return
    told = " ".join([*there.dsn_blob_ids.split(), *([dsn_blob_id] if dsn_blob_id else [])])
    modseq = unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED)
    unit.run(NOTE, **_key(row), dsn_blob_ids=told, modseq=modseq)


def destroy(unit: Unit, blobs: Blobs, row: SubmissionRow) -> None:
    """Remove an EmailSubmission; what waits is sent nevertheless (RFC 8621 §7.5)."""
    unit.run(HIDE, **_key(row))
    if row.due_at is None:
        finish(unit, blobs, row)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED)


def forget(unit: Unit, blobs: Blobs) -> int:
    """Remove up to BATCH submissions that were over long ago; how many."""
    rows = unit.all(OVER, before=unit.now - KEPT, count=BATCH)
    for row in rows:
        unit.run(HIDE, **_key(row))
        finish(unit, blobs, row)
        if row.purpose == EMAIL:
            unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED)
    return len(rows)


def _key(row: SubmissionRow) -> dict[str, Any]:
    return {"key_account_id": row.account_id, "key_id": row.id}
