"""What a Mailbox is, and the capability that it belongs to (RFC 8621 §1.3, §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from cyrpy.groupware.mail import MAX_MAILBOXES
from cyrpy.groupware.mailboxes import MAX_DEPTH, MAX_NAME
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, Name, ServerSet, UnsignedInt
from cyrpy_jmap.viewer import Account

MAX_ATTACHMENTS: Final = 50_000_000  # octets of one message
MAX_SHARES: Final = 1000
SORTS: Final = ("receivedAt", "sentAt", "size", "from", "to", "subject", "hasKeyword")
THREAD_SORTS: Final = ("allInThreadHaveKeyword", "someInThreadHaveKeyword")


def _account_part(account: Account) -> Mapping[str, Any]:
    return {
        "maxMailboxesPerEmail": MAX_MAILBOXES,
        "maxMailboxDepth": MAX_DEPTH,
        "maxSizeMailboxName": MAX_NAME,
        "maxSizeAttachmentsPerEmail": MAX_ATTACHMENTS,
        "emailQuerySortOptions": [*SORTS, *THREAD_SORTS],
        "mayCreateTopLevelMailbox": account.is_own,
    }


MAIL: Final = Capability("urn:ietf:params:jmap:mail", account=_account_part, shared_by=("Mailbox",))


class MailboxRights(JmapModel):
    """What a user may do with a mailbox; what is left out is not granted."""

    may_read_items: bool = False
    may_add_items: bool = False
    may_remove_items: bool = False
    may_set_seen: bool = False
    may_set_keywords: bool = False
    may_create_child: bool = False
    may_rename: bool = False
    may_delete: bool = False
    may_submit: bool = False
    may_share: bool = False


class Mailbox(JmapObject):
    """A named set of emails."""

    name: Name
    parent_id: Id | None = None
    role: str | None = None
    sort_order: Annotated[int, Field(ge=0, lt=2**31)] = 0
    total_emails: ServerSet[UnsignedInt]
    unread_emails: ServerSet[UnsignedInt]
    total_threads: ServerSet[UnsignedInt]
    unread_threads: ServerSet[UnsignedInt]
    my_rights: ServerSet[MailboxRights]
    is_subscribed: bool = True
    share_with: Annotated[dict[Id, MailboxRights], Field(max_length=MAX_SHARES)] | None = None
