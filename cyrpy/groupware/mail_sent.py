"""What waited in the Outbox, filed among the sent mail once it has been sent.

The Outbox is the mailbox with the role `scheduled` (RFC 8621 §10.5). A message that was sent comes
again with another id, so that whoever still takes it for unsent finds that it is gone.
"""

from __future__ import annotations

from typing import Final

import orjson

from cyrpy.data import ids, mail_threads, mailboxes, messages, messages_index
from cyrpy.data.mailboxes import MailboxRow, NewMailbox
from cyrpy.data.messages import DRAFT, KIND, SEEN, MessageRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.groupware import mail

OUTBOX: Final = "scheduled"  # role
SENT: Final = "sent"  # role
DRAFTS: Final = "drafts"  # role
ANSWERED: Final = "$answered"


def file_sent(unit: Unit, account_id: int, number: int) -> None:
    """File a message of which the last recipient has been seen to, if it is in the Outbox."""
    row = unit.first(messages.BY_ID, account_id=account_id, id=number)
    outbox = mailboxes.by_role(unit, account_id, OUTBOX)
    if row is None or outbox is None or outbox.id not in row.mailbox_ids:
        return
    drafts = mailboxes.by_role(unit, account_id, DRAFTS)
    left = {outbox.id} if drafts is None else {outbox.id, drafts.id}
    boxes = row.mailbox_ids - left | {_mailbox(unit, account_id, SENT, "Sent").id}
    words = row.keyword_set - {DRAFT} | {SEEN}
    row = mail.update(unit, _renumbered(unit, row), mailbox_ids=boxes, keywords=words)
    parent = answered(unit, row)
    if parent is not None:
        mail.update(unit, parent, keywords=parent.keyword_set | {ANSWERED})


def outbox_of(unit: Unit, account_id: int) -> MailboxRow:
    """The Outbox, which is made if there is none."""
    return _mailbox(unit, account_id, OUTBOX, "Outbox")


def answered(unit: Unit, row: MessageRow) -> MessageRow | None:
    """The message of the same thread that this one is a reply to."""
    named = orjson.loads(row.properties)["inReplyTo"]
    if not named:
        return None
    key = {"account_id": row.account_id, "thread_id": row.thread_id}
    for other in unit.all(messages.ROWS_IN_THREAD, **key):
        own = orjson.loads(other.properties)["messageId"] or ()
        if other.id != row.id and named[0] in own:
            return other
    return None


def _mailbox(unit: Unit, account_id: int, role: str, name: str) -> MailboxRow:
    found = mailboxes.by_role(unit, account_id, role)
    if found is not None:
        return found
    taken = {row.name for row in mailboxes.all_of(unit, account_id) if row.parent_id is None}
    free = (f"{name} {n}" if n > 1 else name for n in range(1, len(taken) + 2))
    new = NewMailbox(next(one for one in free if one not in taken), role, sort_order=10)
    return mailboxes.create(unit, account_id, new)


def _renumbered(unit: Unit, row: MessageRow) -> MessageRow:
    """The message under another id, which is new to whoever follows the log."""
    account_id = row.account_id
    moved = messages.renumber(unit, row, unit.new_id(account_id), row.thread_id)
    messages_index.renumber(unit, account_id, row.id, moved.id)
    for kind, one in ((ChangeKind.DESTROYED, row), (ChangeKind.CREATED, moved)):
        for mailbox_id in sorted(one.mailbox_ids):
            unit.record(account_id, KIND, one.wire_id, kind, container_id=mailbox_id)
    unit.touch(account_id, mail_threads.KIND, ids.encode(mail_threads.LETTER, row.thread_id))
    return moved
