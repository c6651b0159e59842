"""Messages: what all periods of the drafts have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.dialects.classic.mail import reading, values
from cyrpy_jmap.dialects.classic.mail.reading import ATTACHED, BODY, HEADERS, ONE_HEADER
from cyrpy_jmap.dialects.classic.mail.values import Check
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.records import invalid_properties

BOXES: Final = "mailboxIds"
MAILBOX: Final = "ClassicMailbox"
REPLY: Final = "inReplyToMessageId"
ONLY_SERVER: Final = "only the server sets this property; leave it out"
UNCHANGED: Final = "this property cannot be changed, and it has another value now"
UNKNOWN: Final = "a message has no such property"
SERVER_SET: Final = frozenset(
    {"id", "blobId", "threadId", "hasAttachment", "size", "preview", ATTACHED}
)
ALIKE: Final = ("sender", *reading.PEOPLE, "subject", "date")
_SAME: Final = ("id", "blobId", "threadId", "hasAttachment", "size", "preview", *ALIKE)


class MessageLens(Lens):
    """What all periods have in common."""

    record_type = "Message"
    area = "mail"
    lower_case: ClassVar[bool] = True  # names of header fields that are shown
    only_lower_case: ClassVar[bool] = False  # and of those that clients send
    checks: ClassVar[Mapping[str, Check]] = {}  # of new messages, beside CHECKS
    mutable: ClassVar[frozenset[str]] = frozenset()
    sources = {  # noqa: RUF012 - declared as a Mapping
        **{name: (name,) for name in (*_SAME, BOXES, HEADERS, ATTACHED)},
        "textBody": ("text",),
        "htmlBody": ("html",),
        "attachments": ("files",),
        BODY: ("text", "html"),
    }

    def filed(self, record: Json) -> Json:
        """Where a canonical message is and how it is marked, in this period's words."""
        raise NotImplementedError

    def filing(self, change: Json, names: CreationNames) -> Json:
        """The canonical patch for what a client says of that; all of it has been checked."""
        raise NotImplementedError

    def new_filing(self, record: Json, names: CreationNames) -> Json:
        """Canonical mailboxes and keywords of a new message."""
        raise NotImplementedError

    # Reading

    def classic(self, record: Json) -> Json:
        """What can be made of `record`."""
        return reading.message(record, lower_case=self.lower_case) | self.filed(record)

    def shown(self, record: Json, named: Sequence[str] | None) -> Json:
        """What a client named, or all."""
        return dict(record) if named is None else reading.shown(record, named)

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those that are no properties; single header fields are."""
        return [name for name in super().unknown(names) if not name.startswith(ONE_HEADER)]

    def canonical_properties(self, names: Iterable[str]) -> list[str]:
        """The canonical properties that these classic ones are made of."""
        plain = (HEADERS if name.startswith(ONE_HEADER) else name for name in names)
        return super().canonical_properties(plain)

    def classic_path(self, path: str) -> str:
        """Header fields are all in one property, and so are the texts."""
        if path.startswith("header:"):
            return f"{HEADERS}/{path.split(':')[1]}"
        if path.startswith(("bodyValues", "text")):
            return "textBody"
        if path.startswith("html"):
            return "htmlBody"
        return "date" if path == "sentAt" else self.filed_path(path)

    def filed_path(self, path: str) -> str:
        """The same for mailboxes, keywords, and what is alike."""
        return path.partition("/")[0] if path.startswith(BOXES) else path

    # Writing

    def create(self, record: Json, names: CreationNames) -> Json:
        """What a new message is made of."""
        given = {name: value for name, value in record.items() if value is not None}
        wrong: Wrong = dict.fromkeys(given.keys() & SERVER_SET, ONLY_SERVER)
        checks = {**CHECKS, **self.checks, HEADERS: values.headers(lower_case=self.only_lower_case)}
        for name, value in given.items():
            check = checks.get(name)
            if check is not None:
                check(value, name, wrong)
            elif name not in SERVER_SET:
                wrong[name] = UNKNOWN
        if BOXES not in given:
            wrong[BOXES] = "is required"
        if wrong:
            raise invalid_properties(wrong)
        result: Json = {name: given[name] for name in (*ALIKE, HEADERS) if name in given}
        if "sender" in result:
            result["sender"] = [result["sender"]]
        result |= {own: given[name] for name, own in _BODIES.items() if name in given}
        if REPLY in given:
            result[REPLY] = names.reference(self.record_type, given[REPLY])
        return result | self.new_filing(given, names)

    def needs(self, change: Json) -> Sequence[str]:
        """What is needed to see whether properties that cannot change are repeated."""
        known = [name for name in change if name in self.sources and name not in self.mutable]
        return self.canonical_properties(known)

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """Mailboxes and marks; all else may only be repeated."""
        shown = {} if current is None else self.classic(current)
        wrong: Wrong = {}
        for name, value in change.items():
            if self.is_mutable(name):
                self.check_change(name, value, wrong)
            elif name not in self.sources or name == BODY:
                wrong[name] = UNKNOWN
            elif shown or current is None:
                _check_repeated(name, value, shown, wrong)
        if wrong:
            raise invalid_properties(wrong)
        return self.filing({n: v for n, v in change.items() if self.is_mutable(n)}, names)

    def is_mutable(self, name: str) -> bool:
        """Whether clients may change it."""
        return name in self.mutable

    def check_change(self, name: str, value: Any, wrong: Wrong) -> None:  # noqa: ANN401
        """Check what a client changes a mutable property to."""
        raise NotImplementedError

    def copy(self, changes: Json, names: CreationNames) -> Json:
        """Where a copy, or a message that was uploaded, is to be, and its marks."""
        given = {name: value for name, value in changes.items() if value is not None}
        wrong: Wrong = {}
        for name, value in given.items():
            if name in self.mutable or name == "isDraft":
                self.check_change(name, value, wrong)
            else:
                wrong[name] = "this cannot be said of a copy"
        if BOXES not in given:
            wrong[BOXES] = "is required"
        if wrong:
            raise invalid_properties(wrong)
        return self.copied(given, names)

    def copied(self, given: Json, names: CreationNames) -> Json:
        """Canonical mailboxes and keywords of a copy."""
        raise NotImplementedError

    def copy_error(self, error: Json) -> Json:
        """A SetError about a copy, or a message that was uploaded."""
        return error


def _check_repeated(name: str, value: Any, shown: Json, wrong: Wrong) -> None:  # noqa: ANN401
    if name not in shown or (type(value), value) != (type(shown[name]), shown[name]):
        wrong[name] = UNCHANGED


CHECKS: Final[Mapping[str, Check]] = {
    "sender": values.EMAILER,
    **dict.fromkeys(reading.PEOPLE, values.EMAILERS),
    "subject": values.TEXT,
    "date": values.DATE,
    "textBody": values.TEXT,
    "htmlBody": values.TEXT,
    "attachments": values.ATTACHMENTS,
}
_BODIES: Final = {"textBody": "text", "htmlBody": "html", "attachments": "files"}
