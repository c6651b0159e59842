"""Destroyed mail: kept for `undelete_days`, brought back on demand, and then let go."""

from __future__ import annotations

from typing import Final

import orjson

from cyrpy.data import ids, mail_threads, mailboxes, messages, messages_deleted
from cyrpy.data.blob_references import is_referred_to
from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.messages_deleted import DeletedRow
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound
from cyrpy.groupware.mail import Arrival, Imported, Placing, import_message

INBOX: Final = "inbox"
BATCH: Final = 500  # messages that are let go in one unit


def find(unit: Unit, account_id: int, letter: str, wire_id: str) -> DeletedRow:
    """What was destroyed and had that id.

    Raises:
        NotFound: nothing, or too long ago.
    """
    number = ids.decode(letter, wire_id)
    row = None if number is None else messages_deleted.get(unit, account_id, number)
    if row is None:
        raise NotFound(f"no destroyed message {wire_id[:80]!r} can be brought back")
    return row


def message_ids(properties: bytes) -> frozenset[str]:
    """The ids that a message gives itself, of what is kept of it."""
    return frozenset(orjson.loads(properties).get("messageId") or ())


def is_superseded(unit: Unit, account_id: int, row: DeletedRow, arrival: Arrival) -> bool:
    """Whether a message with the same id is there, as of a draft that was sent or written anew."""
    wanted = message_ids(row.properties)
    found = mail_threads.find(unit, account_id, arrival.thread_keys)
    key = {"account_id": account_id, "thread_ids": found}
    there = unit.all(messages.ROWS_IN_THREADS, **key) if found else []
    return any(wanted & message_ids(one.properties) for one in there)


def restore(
    unit: Unit, row: DeletedRow, arrival: Arrival, marks: frozenset[str] = frozenset()
) -> Imported:
    """Bring a message back into the mailboxes that are still there, else into the inbox.

    `marks` are keywords that it gets beside its own.

    Raises:
        NotFound: there is none of these.
    """
    numbers = [int(number) for number in row.mailboxes.split()]
    there = frozenset(box.id for box in mailboxes.of_ids(unit, row.account_id, numbers))
    if not there:
        inbox = mailboxes.by_role(unit, row.account_id, INBOX)
        if inbox is None:
            raise NotFound("the mailboxes of the message are gone, and there is no inbox")
        there = frozenset({inbox.id})
    messages_deleted.remove(unit, row)
    placing = Placing(there, frozenset(row.keywords.split()) | marks, row.received_at)
    return import_message(unit, row.account_id, arrival, placing)


def let_go(unit: Unit, blobs: Blobs, days: int) -> int:
    """Forget messages that were destroyed longer ago; how many. None are left if less than BATCH.

    Their blobs stay for as long as uploads do.
    """
    rows = unit.all(messages_deleted.EXPIRED, before=unit.now - days * 24 * 3600, count=BATCH)
    for row in rows:
        messages_deleted.remove(unit, row)
        if not is_referred_to(unit, row.account_id, row.digest):
            blobs.release(unit, row.account_id, PREFIX + row.digest.hex())
    return len(rows)
