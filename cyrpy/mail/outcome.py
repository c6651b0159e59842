"""What an attempt to send mail leads to: the next one, and who is told of what failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from cyrpy.config import CoreSettings
from cyrpy.data import principals, submissions
from cyrpy.data.blobs import Blobs
from cyrpy.data.principals import INDIVIDUAL
from cyrpy.data.submission_queue import Claimed, settle, wait_after
from cyrpy.data.submissions import (
    HANDING,
    NO,
    QUEUED,
    SCHEDULING,
    UNKNOWN,
    RecipientRow,
    parameters_of,
)
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail, mail_sent
from cyrpy.groupware.events.scheduled import STORE
from cyrpy.groupware.mail import Arrival, Placing
from cyrpy.groupware.scheduling.deliver import failed
from cyrpy.mail import dsn
from cyrpy.mail.dsn import Action, Fate, Report
from cyrpy.mail.envelope import Reply, reply_of
from cyrpy.mail.recipients import mailbox_for

TOO_OLD: Final = "5.4.7 it could not be delivered within five days"
INTERRUPTED: Final = Reply(451, "4.4.2 the server was stopped before the relay answered")
TOO_MANY: Final = 452  # recipients in one transaction (RFC 5321 §4.5.3.1.10)
OF_ACTION: Final[dict[Action, str]] = {
    "failed": "FAILURE",
    "delayed": "FAILURE",
    "relayed": "SUCCESS",
}


class Outcome(NamedTuple):
    """A submission after an attempt.

    Attributes:
        claimed: With what there is to be stored.
        due_at: When the next attempt is, for those who are left.
        told: Those of whom the sender is to be told, by what is told.
    """

    claimed: Claimed
    due_at: int
    told: dict[Action, list[RecipientRow]]


class Notice(NamedTuple):
    """A notification, ready to be put into the sender's inbox."""

    octets: bytes
    arrival: Arrival


def answered(claimed: Claimed, reply: Reply) -> Claimed:
    """With one answer for all who wait."""
    then = NO if reply.is_final else QUEUED
    changed = [r._replace(delivered=then, reply=str(reply)) for r in claimed.only(QUEUED)]
    return claimed.replaced(changed)


def interrupted(claimed: Claimed) -> Claimed:
    """With what is known of those whom a process was handing it over for when it died."""
    changed = [r._replace(delivered=UNKNOWN, reply=str(INTERRUPTED)) for r in claimed.only(HANDING)]
    return claimed.replaced(changed)


def resumed(claimed: Claimed) -> Claimed:
    """With those queued again whom a process died for before the relay had anything."""
    changed = [r._replace(delivered=QUEUED) for r in claimed.only(HANDING)]
    return claimed.replaced(changed)


def outcome_of(before: Claimed, after: Claimed, now: int, *, has_dsn: bool = True) -> Outcome:
    """What follows from an attempt; `has_dsn`: the relay notifies of deliveries itself."""
    if now >= after.expires_at:
        after = after.replaced(_too_old(after.only(QUEUED)))
    was = {one.position: one.delivered for one in before.recipients}
    changed = [one for one in after.recipients if one.delivered != was[one.position]]
    told: dict[Action, list[RecipientRow]] = {
        "failed": [one for one in changed if one.delivered == NO],
        "delayed": [one for one in changed if was[one.position] == HANDING],
        "relayed": [one for one in changed if one.delivered == UNKNOWN and not has_dsn],
    }
    wait = wait_after(after.row.attempts)
    left = after.only(QUEUED)
    if changed and any(not r.reply or reply_of(r.reply).code == TOO_MANY for r in left):
        wait = 0  # the others have only made room for them
    return Outcome(after, min(now + wait, max(now, after.expires_at)), told)


def _too_old(left: Iterable[RecipientRow]) -> Iterable[RecipientRow]:
    for one in left:
        last = f"; the last answer was: {one.reply}" if one.reply else ""
        yield one._replace(delivered=NO, reply=str(Reply(554, TOO_OLD + last)))


def notices(settings: CoreSettings, outcome: Outcome, octets: bytes, now: int) -> list[Notice]:
    """What the sender is to be told; of all that follows from an attempt, this takes the time."""
    row = outcome.claimed.row
    parameters = submissions.parameters_of(row)
    found: list[Notice] = []
    for action, rows in outcome.told.items():
        wanted = [one for one in rows if _wants(one, OF_ACTION[action])]
        if not row.sender or not wanted:
            continue
        report = Report(
            server=settings.servername,
            to=row.sender,
            action=action,
            fates=[_fate(one) for one in wanted],
            octets=octets,
            now=now,
            arrived_at=row.created_at,
            key=f"{row.account_id} {row.id} {row.attempts} {action}",
            envelope_id=parameters.get("ENVID"),
            gives_back=parameters.get("RET"),
        )
        made = dsn.build(report)
        found.append(Notice(made, mail.prepare(made)))
    return found


def _wants(one: RecipientRow, what: str) -> bool:
    """Whether the sender wants to hear of that (RFC 3461 §4.1); of failures, unless told not to."""
    asked = parameters_of(one).get("NOTIFY")
    if asked is None:
        return what == "FAILURE"
    return what in asked.upper().replace(" ", "").split(",")


def _fate(one: RecipientRow) -> Fate:
    return Fate(one.address, reply_of(one.reply), parameters_of(one).get("ORCPT"))


class Settlement:
    """The work of storing an outcome, which may run more than once."""

    def __init__(self, blobs: Blobs, holder: str, outcome: Outcome, told: list[Notice]) -> None:
        self._blobs = blobs
        self._holder = holder
        self._outcome = outcome
        self._told = told

    def __call__(self, unit: Unit) -> bool:
        """False: the submission is another process's, and nothing was done."""
        claimed = self._outcome.claimed
        if not settle(unit, self._blobs, self._holder, claimed, self._outcome.due_at):
            return False
        row = claimed.row
        if row.email_id is not None and not claimed.is_waiting:
            mail_sent.file_sent(unit, row.account_id, row.email_id)
        owner = unit.first(principals.BY_ID, id=row.account_id)
        if owner is not None and owner.type == INDIVIDUAL:  # others have no inbox
            for notice in self._told:
                self._put(unit, row.account_id, notice)
        if row.purpose == SCHEDULING and row.uid is not None:
            for one in self._outcome.told["failed"]:
                failed(unit, row.account_id, row.uid, one.address, STORE)
        return True

    def _put(self, unit: Unit, account_id: int, notice: Notice) -> None:
        """Into the inbox, however full it is."""
        blob = self._blobs.store(unit, account_id, notice.octets, mail.MEDIA_TYPE)
        inbox = mailbox_for(unit, account_id, "")
        placing = Placing(frozenset({inbox.id}))
        mail.import_message(unit, account_id, notice.arrival, placing, delivered=True)
        submissions.note(unit, self._outcome.claimed.row, blob.id)
