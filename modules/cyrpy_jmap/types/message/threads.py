"""ClassicThread: threads in which drafts stand behind what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import orjson

from cyrpy.data import ids, mail_threads, messages
from cyrpy.data.messages import DRAFT, MessageRow
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.email.thread import Threads
from cyrpy_jmap.types.message.common import UNNAMED
from cyrpy_jmap.types.sharing import actor_of


class ClassicThreads(Threads):
    """Threads; their states and changes are those of Thread."""

    name: ClassVar[str] = "ClassicThread"
    capability = UNNAMED
    log_name = mail_threads.KIND
    logged = False

    def methods(self) -> dict[str, Method]:
        """Only get."""
        return {"ClassicThread/get": super().methods()["ClassicThread/get"]}

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The threads with the messages that the user may see, by the dates that they show."""
        access = MailAccess.of(call.unit, call.account.id, actor_of(call))
        for number in _numbers(ids):
            key = {"account_id": call.account.id, "thread_id": number}
            rows = [r for r in call.unit.all(messages.ROWS_IN_THREAD, **key) if access.sees(r)]
            if rows:
                wire_id = _wire_id(number)
                yield {"id": wire_id, "emailIds": [row.wire_id for row in in_order(rows)]}


def in_order(rows: Iterable[MessageRow]) -> list[MessageRow]:
    """The oldest first, but each draft right behind the message that it is an answer to."""
    ordered = sorted(rows, key=lambda row: (date_of(row), row.id))
    if not any(DRAFT in row.keyword_set for row in ordered):
        return ordered
    parents = {id: row.id for row in ordered for id in _property(row, "messageId")}
    answers: dict[int, list[MessageRow]] = {}
    result: list[MessageRow] = []
    for row in ordered:
        parent = _parent(row, parents)
        if parent is None:
            result.append(row)
        else:
            answers.setdefault(parent, []).append(row)
    return _with_answers(result, answers, len(ordered))


def date_of(row: MessageRow) -> int:
    """When it says that it was sent, else when it came; in unix seconds."""
    return row.received_at if row.sent_at is None else row.sent_at


def _parent(row: MessageRow, parents: Mapping[str, int]) -> int | None:
    """The message that a draft answers."""
    if DRAFT not in row.keyword_set:
        return None
    named = _property(row, "inReplyTo")
    parent = parents.get(named[0]) if named else None
    return None if parent == row.id else parent


def _with_answers(
    rows: Iterable[MessageRow], answers: Mapping[int, Sequence[MessageRow]], count: int
) -> list[MessageRow]:
    """Each row with the drafts behind it; drafts that answer each other in a circle come last."""
    result: dict[int, MessageRow] = {}
    waiting = [*rows][::-1]
    while waiting:
        row = waiting.pop()
        result[row.id] = row
        waiting += [one for one in reversed(answers.get(row.id, ())) if one.id not in result]
    if len(result) < count:
        left = (one for some in answers.values() for one in some)
        result |= {one.id: one for one in left if one.id not in result}
    return [*result.values()]


def _property(row: MessageRow, name: str) -> Sequence[Any]:
    return orjson.loads(row.properties)[name] or ()


def _numbers(wanted: Sequence[str] | None) -> Iterable[int]:
    found = (ids.decode(mail_threads.LETTER, id) for id in wanted or ())
    return [number for number in found if number is not None]


def _wire_id(number: int) -> str:
    return ids.encode(mail_threads.LETTER, number)
