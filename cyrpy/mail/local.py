"""Mail from one user of this server to others, where no relay would bring it back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final

from cyrpy.data import imap_accounts, submission_queue
from cyrpy.data.blobs import PREFIX
from cyrpy.data.submission_queue import Claimed
from cyrpy.data.submissions import NO, QUEUED, YES, RecipientRow
from cyrpy.data.unit import Unit
from cyrpy.mail import envelope
from cyrpy.mail.delivery import UNKNOWN, Answer, Letter, Services, deliver
from cyrpy.mail.outcome import Outcome, Settlement, notices, outcome_of
from cyrpy.mail.recipients import Recipient, resolve

GONE: Final = Answer(554, "5.6.0", "the message is not there any more")


def send_now(services: Services, account_id: int, numbers: Collection[int]) -> None:
    """Deliver submissions that are due to their recipients here; who is elsewhere is unknown.

    To deliver once more does no harm: the same octets are the same message.
    """
    holder = secrets.token_hex(16)

    def claim(unit: Unit) -> list[Claimed]:
        if imap_accounts.has_smtp(unit, account_id):
            return []  # its own server sends them
        return submission_queue.claim_these(unit, holder, account_id, numbers)

    for claimed in services.database.write(claim, [account_id]):
        send(services, holder, claimed)


def send(services: Services, holder: str, claimed: Claimed) -> None:
    """Deliver one that was claimed."""
    row, waiting = claimed.row, claimed.only(QUEUED)
    with services.database.read() as unit:
        octets = row.message
        if row.digest is not None:
            octets = services.blobs.read(unit, [row.account_id], PREFIX + row.digest.hex())
        domain = services.settings.defaultdomain
        found = {one.position: resolve(unit, one.address, domain) for one in waiting}
        now = unit.now
    answers = _answers(services, octets, row.sender, found)
    after = claimed.replaced(_told(one, answers[one.position]) for one in waiting)
    outcome = outcome_of(claimed, after, now)
    _settle(services, holder, outcome, octets or b"", now)


def _answers(
    services: Services, octets: bytes | None, sender: str, found: dict[int, Recipient | None]
) -> dict[int, Answer]:
    """What became of it for each recipient, by position."""
    if octets is None:
        return dict.fromkeys(found, GONE)
    known = {position: one for position, one in found.items() if one is not None}
    letter = Letter(envelope.prepared(octets), sender)
    answers = dict(zip(known, deliver(services, letter, list(known.values())), strict=True))
    return {position: answers.get(position, UNKNOWN) for position in found}


def _told(one: RecipientRow, answer: Answer) -> RecipientRow:
    delivered = YES if answer.is_good else NO if answer.code >= 500 else QUEUED
    return one._replace(delivered=delivered, reply=str(answer))


def _settle(services: Services, holder: str, outcome: Outcome, octets: bytes, now: int) -> None:
    row = outcome.claimed.row
    told = notices(services.settings, outcome, octets, now)
    work = Settlement(services.blobs, holder, outcome, told)
    services.database.write(work, [row.account_id])
