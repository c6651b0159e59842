"""Mail: messages come in, are filed and flagged, and are destroyed; threads and counts follow."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Final, NamedTuple

from cyrpy.data import (
    blobs,
    ids,
    mail_threads,
    mail_usage,
    mailboxes,
    messages,
    messages_deleted,
    smime,
)
from cyrpy.data.messages import KIND, LETTER, MessageRow, joined
from cyrpy.data.search import Document
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.mime.message import RENDERING, Message, SortKeys
from cyrpy.groupware import mail_index
from cyrpy.groupware.mail_counts import Spot, Tally
from cyrpy.groupware.mail_index import document_of
from cyrpy.groupware.mail_threading import thread_of

MEDIA_TYPE: Final = "message/rfc822"
DELIVERY: Final = "EmailDelivery"  # changes when mail comes in; for push alone (RFC 8621 §1.5)
MAX_KEYWORDS: Final = 100  # of one message
MAX_MAILBOXES: Final = 500
_KEYWORD: Final = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,255}", re.ASCII)


class TooManyKeywords(FormatError):
    """A message would have more than MAX_KEYWORDS."""


class TooManyMailboxes(FormatError):
    """A message would be in more than MAX_MAILBOXES."""


class Arrival(NamedTuple):
    """What is known of a message before anything is locked."""

    digest: bytes
    size: int
    keys: SortKeys
    sent_at: int | None
    has_attachment: bool
    thread_keys: list[int]
    properties: bytes
    structure: bytes
    document: Document
    may_be_smime: bool = False


class Placing(NamedTuple):
    """Where a message goes, and how it is marked."""

    mailboxes: frozenset[int]
    keywords: frozenset[str] = frozenset()
    received_at: int | None = None  # None: now


class Imported(NamedTuple):
    """The message, and whether it was not there before."""

    row: MessageRow
    is_new: bool


def prepare(octets: bytes, digest: bytes | None = None) -> Arrival:
    """Read a message; of all that an import is, this takes the time."""
    message = Message(octets, digest or hashlib.sha256(octets).digest())
    sent_at = message.sent_at
    structure = message.structure()
    return Arrival(
        digest=message.digest,
        size=len(octets),
        keys=message.sort_keys,
        sent_at=None if sent_at is None else int(sent_at.timestamp()),
        has_attachment=message.body.has_attachment,
        thread_keys=message.thread_keys,
        properties=message.rendered(),
        structure=structure,
        document=document_of(message),
        may_be_smime=smime.MARK in structure,
    )


def checked_keywords(keywords: Collection[str]) -> frozenset[str]:
    """Keywords in lower case (RFC 8621 §4.1.1).

    Raises:
        FormatError: one of them cannot be a keyword.
        TooManyKeywords: they are too many.
    """
    wrong = [keyword for keyword in keywords if not _KEYWORD.fullmatch(keyword)]
    if wrong:
        raise FormatError(f"{wrong[0][:80]!r} cannot be a keyword")
    if len(keywords) > MAX_KEYWORDS:
        raise TooManyKeywords(f"a message may have at most {MAX_KEYWORDS} keywords")
    return frozenset(keyword.lower() for keyword in keywords)


def import_message(
    unit: Unit, account_id: int, arrival: Arrival, placing: Placing, *, delivered: bool = False
) -> Imported:
    """Put a message, whose blob is stored, into mailboxes of an account.

    The same octets are the same message: what is there already stays as it is. `delivered` is
    true of new mail, of which push tells by a type of its own.

    Raises:
        NotFound: one of the mailboxes is not there.
    """
    found = messages.by_digest(unit, account_id, arrival.digest)
    if found is not None:
        return Imported(found, is_new=False)
    _require_mailboxes(unit, account_id, placing.mailboxes, frozenset())
    blobs.refer(unit, account_id, arrival.digest, MEDIA_TYPE)
    number = unit.new_id(account_id)
    tally = Tally(unit, account_id)
    thread_id = thread_of(unit, account_id, arrival.thread_keys, number, tally)
    row = _row(unit, account_id, number, thread_id, (arrival, placing))
    messages.insert(unit, row)
    if arrival.may_be_smime:
        smime.add(unit, account_id, number)
    mail_index.put(unit, account_id, number, arrival.document)
    tally.add(Spot.of(row))
    log(unit, None, row)
    if delivered:
        unit.touch(account_id, DELIVERY, row.wire_id)
    tally.close()
    unit.touch(account_id, mail_threads.KIND, ids.encode(mail_threads.LETTER, thread_id))
    mail_usage.add(unit, account_id, 1, row.size)
    return Imported(row, is_new=True)


def _row(
    unit: Unit, account_id: int, number: int, thread_id: int, made_of: tuple[Arrival, Placing]
) -> MessageRow:
    arrival, placing = made_of
    modseq = unit.modseq(account_id)
    return MessageRow(
        account_id=account_id,
        id=number,
        thread_id=thread_id,
        digest=arrival.digest,
        size=arrival.size,
        received_at=unit.now if placing.received_at is None else placing.received_at,
        mailboxes=joined(placing.mailboxes),
        keywords=joined(placing.keywords),
        sent_at=arrival.sent_at,
        from_key=arrival.keys.from_,
        to_key=arrival.keys.to,
        subject_key=arrival.keys.subject,
        has_attachment=int(arrival.has_attachment),
        rendering=RENDERING,
        properties=arrival.properties,
        structure=arrival.structure,
        created_modseq=modseq,
        updated_modseq=modseq,
    )


def update(
    unit: Unit,
    row: MessageRow,
    *,
    mailbox_ids: frozenset[int] | None = None,
    keywords: frozenset[str] | None = None,
) -> MessageRow:
    """File a message in exactly these mailboxes, or mark it with exactly these keywords.

    Raises:
        NotFound: one of the mailboxes is not there.
        TooManyMailboxes: they are too many.
    """
    before = row
    if mailbox_ids is not None and mailbox_ids != row.mailbox_ids:
        _require_mailboxes(unit, row.account_id, mailbox_ids, row.mailbox_ids)
        messages.place(unit, row, mailbox_ids - row.mailbox_ids, row.mailbox_ids - mailbox_ids)
        row = row._replace(mailboxes=joined(mailbox_ids))
    if keywords is not None and keywords != row.keyword_set:
        messages.label(unit, row, keywords)
        row = row._replace(keywords=joined(keywords))
    if row == before:
        return row
    row = messages.change(unit, row, {"mailboxes": row.mailboxes, "keywords": row.keywords})
    tally = Tally(unit, row.account_id)
    tally.remove(Spot.of(before))
    tally.add(Spot.of(row))
    log(unit, before, row)
    tally.close()
    return row


def destroy(unit: Unit, row: MessageRow) -> None:
    """Take a message away; it can be brought back for a while (`mail_deleted`)."""
    messages_deleted.insert(unit, row)
    messages.remove(unit, row)
    if smime.MARK in row.structure:
        smime.forget(unit, row.account_id, row.id)
    mail_index.remove(unit, row.account_id, row.id)
    tally = Tally(unit, row.account_id)
    tally.remove(Spot.of(row))
    log(unit, row, None)
    tally.close()
    mail_usage.add(unit, row.account_id, -1, -row.size)
    thread = unit.first(mail_threads.BY_ID, account_id=row.account_id, id=row.thread_id)
    if thread is not None:
        wire_id = ids.encode(mail_threads.LETTER, row.thread_id)
        unit.touch(row.account_id, mail_threads.KIND, wire_id)


def log(unit: Unit, before: MessageRow | None, after: MessageRow | None) -> None:
    """The lines of the log that say what became of a message, for each mailbox.

    What stays is updated, first and last: the lines between say which mailbox it left or entered.
    """
    row = after or before
    assert row is not None  # noqa: S101 - one of the two is given
    account_id, id = row.account_id, ids.encode(LETTER, row.id)
    was = before.mailbox_ids if before is not None else frozenset()
    now = after.mailbox_ids if after is not None else frozenset()
    if before is not None and after is not None:
        unit.record(account_id, KIND, id, ChangeKind.UPDATED)
    for mailbox_id in sorted(was - now):
        unit.record(account_id, KIND, id, ChangeKind.DESTROYED, container_id=mailbox_id)
    for mailbox_id in sorted(now - was):
        unit.record(account_id, KIND, id, ChangeKind.CREATED, container_id=mailbox_id)
    if before is not None and after is not None and was - now and not now - was:
        unit.record(account_id, KIND, id, ChangeKind.UPDATED)


def _require_mailboxes(
    unit: Unit, account_id: int, wanted: frozenset[int], known: frozenset[int]
) -> None:
    """Make sure that a message that is in `known` may be in `wanted`."""
    if not wanted:
        raise FormatError("a message is in at least one mailbox")
    if len(wanted) > MAX_MAILBOXES:
        raise TooManyMailboxes(f"a message may be in at most {MAX_MAILBOXES} mailboxes")
    coming = wanted - known
    missing = coming - {row.id for row in mailboxes.of_ids(unit, account_id, coming)}
    if missing:
        raise NotFound(f"there is no mailbox {ids.encode(mailboxes.LETTER, min(missing))!r}")
