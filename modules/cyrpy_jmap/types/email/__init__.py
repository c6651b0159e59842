"""Email, Thread and SearchSnippet (RFC 8621 §3-5)."""

from cyrpy_jmap.types.email.blobs import MESSAGES, PARTS
from cyrpy_jmap.types.email.model import Email
from cyrpy_jmap.types.email.snippet import SearchSnippets
from cyrpy_jmap.types.email.thread import Threads
from cyrpy_jmap.types.email.type import Emails

__all__ = ["MESSAGES", "PARTS", "Email", "Emails", "SearchSnippets", "Threads"]
