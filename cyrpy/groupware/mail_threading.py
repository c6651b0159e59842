"""Threading: which conversation a message belongs to, and conversations that turn out to be one.

Two messages are of one thread if they have an id and the base subject in common (RFC 8621 §3). A
thread's id never changes for a message: where a message joins threads, those of the smaller ones
are destroyed and come again with new ids.
"""

from __future__ import annotations

from typing import Final

from cyrpy.data import ids, mail_threads, messages, messages_index
from cyrpy.data.messages import KIND, LETTER, MessageRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.groupware.mail_counts import Spot, Tally

MAX_JOINED: Final = 1000  # messages that get new ids; larger threads stay apart


def thread_of(unit: Unit, account_id: int, keys: list[int], number: int, tally: Tally) -> int:
    """The thread for a message that has these keys; its number is that of a new thread."""
    found = mail_threads.find(unit, account_id, keys)
    thread_id = number
    if found:
        rows = unit.all(mail_threads.OF_IDS, account_id=account_id, ids=found)
        largest, *others = sorted(rows, key=lambda row: (-row.emails, row.id))
        thread_id = largest.id
        for other in others:
            if other.emails <= MAX_JOINED:
                _join(unit, account_id, other.id, thread_id, tally)
    mail_threads.put_keys(unit, account_id, thread_id, keys)
    return thread_id


def _join(unit: Unit, account_id: int, thread_id: int, into: int, tally: Tally) -> None:
    """Put the messages of one thread into another."""
    key = {"account_id": account_id, "thread_id": thread_id}
    for row in unit.all(messages.ROWS_IN_THREAD, **key):
        number = unit.new_id(account_id)
        moved = messages.renumber(unit, row, number, into)
        messages_index.renumber(unit, account_id, row.id, number)
        tally.remove(Spot.of(row))
        tally.add(Spot.of(moved))
        _log_move(unit, row, moved)
    unit.run(mail_threads.MOVE_KEYS, to_id=into, **key)


def _log_move(unit: Unit, row: MessageRow, moved: MessageRow) -> None:
    for kind, one in ((ChangeKind.DESTROYED, row), (ChangeKind.CREATED, moved)):
        id = ids.encode(LETTER, one.id)
        for mailbox_id in sorted(one.mailbox_ids):
            unit.record(one.account_id, KIND, id, kind, container_id=mailbox_id)
