"""ClassicMailbox: mailboxes with what the drafts had beside RFC 8621.

Mail that is in no other mailbox than the one that is destroyed may go to the inbox. Roles may be
private ones. And there is an Outbox once a client has looked for it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from cyrpy.data import mailboxes, messages
from cyrpy.data.mailboxes import KIND, MailboxRow
from cyrpy.groupware import mail, mail_sent
from cyrpy.groupware import mailboxes as groupware
from cyrpy.groupware.mailboxes import HasChild, MailboxView
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.types.mailbox.type import Mailboxes, MailboxSetArguments
from cyrpy_jmap.types.message.common import UNNAMED, state_of
from cyrpy_jmap.types.sharing import actor_of

INBOX: Final = "inbox"
BATCH: Final = 500


class ClassicMailboxSetArguments(MailboxSetArguments):
    """The set call has one more."""

    on_destroy_keep_emails: bool = False  # those that are nowhere else go to the inbox


class AccountArguments(MethodArguments):
    """The arguments of ClassicMailbox/outbox."""

    account_id: str


class ClassicMailboxes(Mailboxes):
    """Mailboxes; their changes and lists are those of Mailbox."""

    name: ClassVar[str] = "ClassicMailbox"
    capability = UNNAMED
    set_arguments = ClassicMailboxSetArguments
    logged = False
    few = False

    def methods(self) -> dict[str, Method]:
        """Only get and set, and one that makes sure of the Outbox."""
        wanted = ("ClassicMailbox/get", "ClassicMailbox/set")
        found = {name: m for name, m in super().methods().items() if name in wanted}
        return found | {"ClassicMailbox/outbox": Method(self.outbox, writes=True)}

    def state(self, call: Call) -> str:
        """That of Mailbox."""
        return state_of(call, KIND)

    def visible(self, call: Call) -> list[MailboxView]:
        """With private roles."""
        return groupware.visible(call.unit, call.account.id, actor_of(call))

    def check_role(self, role: str | None) -> None:
        """Private roles are welcome."""

    def outbox(self, call: Call, arguments: Arguments) -> Arguments:
        """Make the Outbox of the user's own account, if there is none.

        Raises:
            MethodError: those of `Call.enter`.
        """
        call.enter(check(AccountArguments, arguments).account_id, UNNAMED)
        account = call.account
        if account.is_own and mailboxes.by_role(call.unit, account.id, mail_sent.OUTBOX) is None:
            call.write(lambda inner: mail_sent.outbox_of(inner.unit, account.id))
        return {"accountId": account.wire_id}

    def remove(self, call: Call, view: MailboxView) -> None:
        """Keep its mail, if that was asked for."""
        if call.arguments.on_destroy_keep_emails and view.row.role != INBOX:
            _rescue(call, view.row)
        super().remove(call, view)


def _rescue(call: Call, row: MailboxRow) -> None:
    """Take the mail out of a mailbox; what is nowhere else goes to the inbox."""
    unit, key = call.unit, {"account_id": row.account_id}
    if unit.first(mailboxes.CHILDREN, parent_id=row.id, **key) is not None:
        raise HasChild("there are mailboxes inside this one")
    inbox = mailboxes.by_role(unit, row.account_id, INBOX)
    home = frozenset() if inbox is None else frozenset({inbox.id})
    numbers = [number for (number,) in unit.all(messages.IN_MAILBOX, mailbox_id=row.id, **key)]
    for at in range(0, len(numbers), BATCH):
        for one in unit.all(messages.OF_IDS, ids=numbers[at : at + BATCH], **key):
            mail.update(unit, one, mailbox_ids=(one.mailbox_ids - {row.id}) or home)
