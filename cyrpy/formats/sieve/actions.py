"""What is to become of a message, as a script says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Keep(NamedTuple):
    """File it where it would go without a script; `is_implicit`: nothing else was said."""

    flags: tuple[str, ...] = ()
    is_implicit: bool = False


class FileInto(NamedTuple):
    """File it in a mailbox.

    Attributes:
        mailbox: Its path, names with / between.
        flags: As IMAP writes them.
        creates: Whether the mailbox is made if it is not there.
        mailbox_id: The mailbox of that id, if it is there, goes before the path (RFC 9042).
        special_use: So does one of that use (RFC 8579).
    """

    mailbox: str
    flags: tuple[str, ...] = ()
    creates: bool = False
    mailbox_id: str | None = None
    special_use: str | None = None


class Redirect(NamedTuple):
    """Send it on to somebody else."""

    address: str


class Discard(NamedTuple):
    """Let it go without a word, where nothing else is said."""


class Reject(NamedTuple):
    """Refuse it (RFC 5429): by the protocol it came by, if that can be."""

    reason: str
    is_extended: bool  # whether by ereject


class Vacation(NamedTuple):
    """Answer that nobody is there (RFC 5230).

    Attributes:
        seconds: In which one sender is answered once.
        handle: What tells this answer from others.
        is_mime: Whether `reason` is a MIME entity with header and body.
        copy: Where a copy of the answer is filed (RFC 8580).
    """

    reason: str
    seconds: int
    handle: str
    subject: str | None = None
    sender: str | None = None
    addresses: tuple[str, ...] = ()
    is_mime: bool = False
    copy: FileInto | None = None


Action = Keep | FileInto | Redirect | Discard | Reject | Vacation


class Duplicate(NamedTuple):
    """An id that is to be remembered (RFC 7352)."""

    key: bytes  # a digest
    seconds: int
    is_last: bool  # whether the time runs anew each time it is seen


class Added(NamedTuple):
    """A header field that the script adds: before all others, or after them (RFC 5293)."""

    name: str
    value: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a script leads to.

    Attributes:
        error: Why it could not be run to its end; then the message is kept as it came.
        octets: The message as the script changed it; None if it did not.
    """

    actions: tuple[Action, ...]
    duplicates: tuple[Duplicate, ...] = ()
    octets: bytes | None = None
    error: str | None = field(default=None, compare=False)
