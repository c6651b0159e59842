"""Delivery status notifications on their way in: what became of mail that was sent (RFC 3464).

`found` looks into a message before anything is locked; `take` is called in the unit in which the
message is delivered. The message is delivered in any case.
"""

from __future__ import annotations

from email.parser import HeaderParser
from itertools import islice
from typing import Final, NamedTuple

from cyrpy.data import ids, submission_queue, submissions
from cyrpy.data.blobs import PREFIX
from cyrpy.data.submissions import (
    LETTER,
    NO,
    SCHEDULING,
    UNKNOWN,
    YES,
    SubmissionRow,
    parameters_of,
)
from cyrpy.data.unit import Unit
from cyrpy.formats.mime import transfer
from cyrpy.formats.mime.message import Message
from cyrpy.groupware.events.scheduled import STORE
from cyrpy.groupware.mail import Arrival
from cyrpy.groupware.scheduling.deliver import failed
from cyrpy.mail.envelope import Reply, xtext_read

TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
MAX_OCTETS: Final = 256 * 1024
MAX_GROUPS: Final = 1000
OF_ACTION: Final = {"delivered": YES, "failed": NO}  # others change no status (RFC 8621 §7)


class Told(NamedTuple):
    """What is said of one recipient: the addresses that it may be known by, in lower case."""

    addresses: frozenset[str]
    delivered: str | None
    reply: str | None


class Report(NamedTuple):
    """One notification about mail that was sent from here."""

    envelope_id: str
    told: list[Told]
    blob_id: str


def found(octets: bytes, arrival: Arrival) -> Report | None:
    """The notification that a message is, if it names an envelope."""
    if not any(type.encode() in arrival.structure for type in TYPES):
        return None
    message = Message(octets, arrival.digest)
    if message.root.type != "multipart/report":
        return None
    part = next((one for one in message.root.leaves() if one.type in TYPES), None)
    if part is None:
        return None
    content = transfer.decode(octets[part.body : part.end], transfer.letter_of(octets, part))
    text = content[:MAX_OCTETS].decode("utf-8", "replace").replace("\r\n", "\n")
    groups = [HeaderParser().parsestr(one) for one in text.strip().split("\n\n")[:MAX_GROUPS]]
    envelope_id = str(groups[0].get("Original-Envelope-Id") or "").strip()
    told = [_told(dict(group.items())) for group in islice(groups, 1, None)]
    if not envelope_id or not told:
        return None
    return Report(xtext_read(envelope_id), told, PREFIX + arrival.digest.hex())


def _told(group: dict[str, str]) -> Told:
    fields = {name.lower(): " ".join(str(value).split()) for name, value in group.items()}
    addresses = {
        fields.get(name, "").partition(";")[2].strip().lower()
        for name in ("original-recipient", "final-recipient")
    }
    kind, _, said = fields.get("diagnostic-code", "").partition(";")
    reply = said.strip() if kind.strip().lower() == "smtp" and said.strip()[:3].isdigit() else None
    action = fields.get("action", "").lower()
    known = frozenset(xtext_read(one) for one in addresses if one)
    return Told(known, OF_ACTION.get(action), reply)


def take(unit: Unit, account_id: int, report: Report) -> bool:
    """Note what a notification says in the submission that it is about; whether there is one.

    Of recipients that failed here it says nothing new, and what was delivered stays delivered.
    """
    row = _submission(unit, account_id, report.envelope_id)
    if row is None:
        return False
    there = submissions.recipients_of(unit, account_id, [row.id])[row.id]
    changed = [
        one._replace(
            delivered=told.delivered or one.delivered,
            reply=one.reply if told.reply is None else str(Reply.read(*_split(told.reply))),
        )
        for one in there
        if one.delivered == UNKNOWN
        for told in report.told
        if one.address.lower() in told.addresses
    ]
    if not changed:
        return False
    submission_queue.store(unit, changed)
    submissions.note(unit, row, report.blob_id)
    if row.purpose == SCHEDULING and row.uid is not None:
        for one in changed:
            if one.delivered == NO:
                failed(unit, account_id, row.uid, one.address, STORE)
    return True


def _split(reply: str) -> tuple[int, str]:
    return int(reply[:3]), reply[4:]


def _submission(unit: Unit, account_id: int, envelope_id: str) -> SubmissionRow | None:
    """By the id, which is ENVID unless the client gave another."""
    number = ids.decode(LETTER, envelope_id)
    if number is not None:
        return next(iter(submissions.of_ids(unit, account_id, [number])), None)
    for row in submissions.emails_of(unit, account_id):
        if parameters_of(row).get("ENVID") == envelope_id:
            return row
    return None
