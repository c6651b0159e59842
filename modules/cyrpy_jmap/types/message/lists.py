"""Lists of messages: what they may be filtered and sorted by beside emails, and their threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from cyrpy.data import ids, mail_threads, messages, messages_deleted
from cyrpy.formats.mime.threads import keys_of
from cyrpy_jmap.call import Call
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.objects import UTCDate

FILTERS: Final[Mapping[str, Any]] = {
    "sentBefore": UTCDate,
    "sentAfter": UTCDate,
    "attachments": str,
}
SORTS: Final[Mapping[str, Mapping[str, Any]]] = {"id": {}, "date": {}}


def with_threads(call: Call, response: Arguments) -> Arguments:
    """A /query response with the thread of each message."""
    threads = threads_of(call, response["ids"])
    return {**response, "threadIds": [threads[id] for id in response["ids"]]}


def with_changed_threads(call: Call, response: Arguments) -> Arguments:
    """A /queryChanges response with the threads of all messages in it, where they are known."""
    wanted = [*response["removed"], *(one["id"] for one in response["added"])]
    return {**response, "threadIds": threads_of(call, wanted)}


def threads_of(call: Call, wanted: Iterable[str]) -> dict[str, str | None]:
    """Ids of threads by those of messages."""
    found: dict[str, str | None] = dict.fromkeys(wanted)
    numbers = {n: id for id in found if (n := ids.decode(messages.LETTER, id)) is not None}
    key = {"account_id": call.account.id}
    for number, thread_id in call.unit.all(messages.THREADS_OF, ids=list(numbers), **key):
        found[numbers.pop(number)] = ids.encode(mail_threads.LETTER, thread_id)
    for number, id in numbers.items():
        found[id] = _last_thread(call, number)
    return found


def _last_thread(call: Call, number: int) -> str | None:
    """The thread of a message that is gone, if that is still there and the message is known."""
    row = messages_deleted.get(call.unit, call.account.id, number)
    if row is None:
        return None
    kept = orjson.loads(row.properties)
    named = [id for name in ("messageId", "inReplyTo", "references") for id in kept[name] or ()]
    threads = mail_threads.find(call.unit, call.account.id, keys_of(named, kept["subject"]))
    return ids.encode(mail_threads.LETTER, threads[0]) if threads else None
