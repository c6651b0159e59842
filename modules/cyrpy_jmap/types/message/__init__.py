"""Mail for the classic dialect, where it has more than RFC 8621: three types of their own."""

from cyrpy_jmap.types.message.mailboxes import ClassicMailboxes
from cyrpy_jmap.types.message.threads import ClassicThreads
from cyrpy_jmap.types.message.type import Messages

__all__ = ["ClassicMailboxes", "ClassicThreads", "Messages"]
