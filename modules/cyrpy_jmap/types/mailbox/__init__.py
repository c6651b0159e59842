"""Mailbox (RFC 8621 §2)."""

from cyrpy_jmap.types.mailbox.model import MAIL, Mailbox
from cyrpy_jmap.types.mailbox.type import Mailboxes

__all__ = ["MAIL", "Mailbox", "Mailboxes"]
