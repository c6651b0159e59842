"""Thread: the emails of one conversation, the oldest first (RFC 8621 §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from cyrpy.data import changes, ids, itemchanges, mail_threads, messages
from cyrpy.data.changes import Changes
from cyrpy.errors import CannotCalculateChanges
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Id, JmapObject, ServerSet
from cyrpy_jmap.types.email.viewing import item_viewer
from cyrpy_jmap.types.mailbox.model import MAIL
from cyrpy_jmap.types.sharing import actor_of


class Thread(JmapObject):
    """A flat list of emails."""

    email_ids: ServerSet[list[Id]]


class Threads(DataType[Thread]):
    """Reads threads; they follow from the emails, so there is no Thread/set."""

    name: ClassVar[str] = "Thread"
    capability = MAIL
    model = Thread

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The threads with the emails that the user may see."""
        access = MailAccess.of(call.unit, call.account.id, actor_of(call))
        for number in _numbers(call, ids):
            emails = _emails(call, access, number)
            if emails:
                yield {"id": _wire_id(number), "emailIds": emails}

    def state(self, call: Call) -> str:
        """For others than the owner that of the emails, which come and go without the thread."""
        if call.account.is_own:
            return super().state(call)
        moved = call.unit.moved_to(call.account.id, messages.KIND)
        return str(
            changes.state(call.unit, call.account.id, messages.KIND) if moved is None else moved
        )

    def changes_since(self, call: Call, since: str, limit: int | None) -> Changes:
        """As the log has it, for the owner; for others, as it follows from the emails they see.

        Raises:
            CannotCalculateChanges: `since` is no state that can be started from, or there are
                threads of which it cannot be told whether the user saw them.
        """
        if call.account.is_own:
            return super().changes_since(call, since, limit)
        if since == self.state(call):
            return Changes(since, since, [], [], [], [], {}, more=False)
        return _changes_for_others(self, call, since, limit)


def _changes_for_others(type: Threads, call: Call, since: str, limit: int | None) -> Changes:
    """Of threads with emails that came into the user's sight or changed there.

    Emails that left it have taken threads along, which nobody knows any more.
    """
    account_id = call.account.id
    emails = itemchanges.item_changes_since(
        call.unit, account_id, messages.KIND, since, item_viewer(call), None
    )
    if emails.destroyed:
        raise CannotCalculateChanges("emails left the shared mailboxes; fetch the threads anew")
    new = set(emails.created)
    rows = messages.of_ids(call.unit, account_id, [*emails.created, *emails.updated])
    wanted = list(dict.fromkeys(_wire_id(row.thread_id) for row in rows))
    created: list[str] = []
    updated: list[str] = []
    for record in type.load(call, wanted):
        found = created if new.issuperset(record["emailIds"]) else updated
        found.append(record["id"])
    if limit is not None and len(created) + len(updated) > limit:
        raise CannotCalculateChanges(f"more than {limit} threads changed; fetch them anew")
    return Changes(since, type.state(call), created, updated, [], [], {}, more=False)


def _numbers(call: Call, wanted: Sequence[str] | None) -> list[int]:
    key = {"account_id": call.account.id}
    if wanted is None:
        most = call.limits.max_objects_in_get + 1
        return [number for (number,) in call.unit.all(mail_threads.SOME, count=most, **key)]
    numbers = (ids.decode(mail_threads.LETTER, id) for id in wanted)
    return [number for number in numbers if number is not None]


def _emails(call: Call, access: MailAccess, number: int) -> list[str]:
    key = {"account_id": call.account.id, "thread_id": number}
    if access.letters is None:
        rows = call.unit.all(messages.IN_THREAD, **key)
        return [ids.encode(messages.LETTER, found) for (found,) in rows]
    seen = [row for row in call.unit.all(messages.ROWS_IN_THREAD, **key) if access.sees(row)]
    return [row.wire_id for row in sorted(seen, key=lambda row: (row.received_at, row.id))]


def _wire_id(number: int) -> str:
    return ids.encode(mail_threads.LETTER, number)
