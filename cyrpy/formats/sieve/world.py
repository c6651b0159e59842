"""What a script can see beside the message: the envelope, mailboxes, other scripts, the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol


class Mailboxes(Protocol):
    """The mailboxes of whom a script is of."""

    def has(self, path: str) -> bool:
        """Whether mail can be filed in the mailbox of that path."""

    def has_id(self, id: str) -> bool:
        """The same by its id."""

    def has_use(self, use: str, path: str | None) -> bool:
        """Whether a mailbox, or the one of that path, has a special use such as Archive."""


class NoMailboxes:
    """None but the inbox."""

    def has(self, path: str) -> bool:
        """Whether it is the inbox."""
        return path.upper() == "INBOX"

    def has_id(self, id: str) -> bool:
        """No id is known."""
        del id
        return False

    def has_use(self, use: str, path: str | None) -> bool:
        """No use is known."""
        del use, path
        return False


def _no_script(is_global: bool, name: str) -> bytes | None:
    del is_global, name
    return None


@dataclass(frozen=True, slots=True)
class World:
    """One delivery to one recipient.

    Attributes:
        sender: Of the envelope; empty for notifications.
        recipient: Of the envelope.
        zone: The server's; None: as the system has it.
        items: What `environment` tells, by name (RFC 5183).
        script: The octets of another script, by whether it is a global one, and its name.
        is_known: Whether an id of `duplicate` was seen lately.
    """

    sender: str
    recipient: str
    now: datetime
    zone: tzinfo | None = None
    mailboxes: Mailboxes = field(default_factory=NoMailboxes)
    items: Mapping[str, str] = field(default_factory=dict)
    script: Callable[[bool, str], bytes | None] = _no_script
    is_known: Callable[[bytes], bool] = lambda _: False
    max_redirects: int = 4
