"""Destroyed mail: kept for `undelete_days`, brought back on demand, and then let go."""

from __future__ import annotations

from typing import Final

from cyrpy.data import ids, mailboxes, messages_deleted
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


def restore(unit: Unit, row: DeletedRow, arrival: Arrival) -> Imported:
    """Bring a message back into the mailboxes that are still there, else into the inbox.

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
    placing = Placing(there, frozenset(row.keywords.split()), row.received_at)
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
