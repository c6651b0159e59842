"""What one who is not the owner sees of an account's mail, for the log of changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cyrpy.data import changes, ids, mail_threads, messages
from cyrpy.data.changes import Changes
from cyrpy.data.itemchanges import ItemViewer
from cyrpy.data.messages import LETTER, MessageRow
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.call import Call
from cyrpy_jmap.types.sharing import actor_of


def item_viewer(call: Call) -> ItemViewer:
    """What the viewer, who is not the owner, sees of the account's mailboxes."""
    access = MailAccess.of(call.unit, call.account.id, actor_of(call))
    account_id = call.account.id

    def placed(wanted: Collection[str]) -> Mapping[str, Collection[int]]:
        numbers = [n for n in (ids.decode(LETTER, id) for id in wanted) if n is not None]
        rows = call.unit.all(messages.PLACES_OF, account_id=account_id, ids=numbers)
        return {ids.encode(LETTER, n): [int(box) for box in boxes.split()] for n, boxes in rows}

    def held(mailbox_id: int) -> Iterable[str]:
        rows = call.unit.all(messages.IN_MAILBOX, account_id=account_id, mailbox_id=mailbox_id)
        return [ids.encode(LETTER, number) for (number,) in rows]

    return ItemViewer(call.viewer.identity.principals, access.letters or {}, placed, held)


def in_changed_threads(call: Call, found: Changes) -> list[MessageRow]:
    """All emails of the threads in which some changed, came or went.

    Of an email that is gone, its thread's own lines of the log tell.
    """
    unit, account_id = call.unit, call.account.id
    told = messages.of_ids(unit, account_id, [*found.created, *found.updated, *found.destroyed])
    since = int(found.old.partition("-")[0]) - 1
    lines = unit.all(changes.LINES, account_id=account_id, type=mail_threads.KIND, since=since)
    gone = (ids.decode(mail_threads.LETTER, line.object_id) for line in lines)
    threads = {row.thread_id for row in told} | {number for number in gone if number is not None}
    return unit.all(messages.ROWS_IN_THREADS, account_id=account_id, thread_ids=sorted(threads))
