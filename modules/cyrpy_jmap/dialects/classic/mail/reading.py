"""Messages as the classic dialect shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from cyrpy_jmap.invocation import Json

BODY: Final = "body"
HEADERS: Final = "headers"
ONE_HEADER: Final = f"{HEADERS}."
# Classic boolean -> the keyword that it is, and the value that the keyword stands for.
FLAGS: Final[Mapping[str, tuple[str, bool]]] = {
    "isUnread": ("$seen", False),
    "isFlagged": ("$flagged", True),
    "isAnswered": ("$answered", True),
    "isDraft": ("$draft", True),
}
PEOPLE: Final = ("from", "to", "cc", "bcc", "replyTo")
_ALIKE: Final = ("id", "blobId", "threadId", "hasAttachment", "date", "size", "preview")
_RENAMED: Final[Mapping[str, str]] = {
    "inReplyToMessageId": "inReplyToMessageId",
    "text": "textBody",
    "html": "htmlBody",
    "files": "attachments",
}
ATTACHED: Final = "attachedMessages"


def emailers(value: Sequence[Json] | None) -> list[Json] | None:
    """Addresses as the drafts had them, which always have an @."""
    return None if value is None else [emailer(one) for one in value]


def emailer(one: Json) -> Json:
    """One of them."""
    email = one["email"] or ""
    return {"name": one["name"] or "", "email": email if "@" in email else f"{email}@"}


def headers(fields: Iterable[Json], *, lower_case: bool) -> dict[str, str]:
    """Values by the names of fields; where one comes again, a line for each."""
    spelled: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for field in fields:
        name = field["name"].lower()
        spelled.setdefault(name, name if lower_case else field["name"])
        found.setdefault(name, []).append(field["value"] or "")
    return {spelled[name]: "\n".join(values) for name, values in found.items()}


def message(record: Json, *, lower_case: bool) -> Json:
    """What can be made of what `record` has, but for keywords and mailboxes."""
    result: Json = {name: record[name] for name in _ALIKE if name in record}
    result |= {classic: record[name] for name, classic in _RENAMED.items() if name in record}
    result |= {name: make(record[name]) for name, make in _MADE.items() if name in record}
    if HEADERS in record:
        result[HEADERS] = headers(record[HEADERS], lower_case=lower_case)
    if ATTACHED in record:
        inside = record[ATTACHED] or {}
        made = {id: message(one, lower_case=lower_case) for id, one in inside.items()}
        result[ATTACHED] = made or None
    return result


_MADE: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(PEOPLE, emailers),
    "sender": lambda value: emailer(value[0]) if value else None,
    "subject": lambda value: value or "",
}


def shown(record: Json, named: Sequence[str]) -> Json:
    """Of a classic message, the properties that a client named."""
    wanted = {"id", *named}
    result = {name: value for name, value in record.items() if name in wanted}
    if BODY in wanted:
        body = "textBody" if record.get("htmlBody") is None else "htmlBody"
        result[body] = record[body]
    single = {
        name.removeprefix(ONE_HEADER).lower() for name in named if name.startswith(ONE_HEADER)
    }
    if single and HEADERS not in wanted:
        result[HEADERS] = {n: v for n, v in record[HEADERS].items() if n.lower() in single}
    return result
