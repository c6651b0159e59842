"""Recipients: whose an address is, and into which mailbox its mail goes (RFC 5233)."""

from __future__ import annotations

from typing import Final, NamedTuple

from cyrpy.data import addresses, mailboxes, principals
from cyrpy.data.mailboxes import MailboxRow, NewMailbox
from cyrpy.data.principals import GROUP, INDIVIDUAL
from cyrpy.data.unit import Unit

MAX_MEMBERS: Final = 1000  # of a group that gets mail
INBOX: Final = "inbox"
INBOX_NAME: Final = "Inbox"
# What only its owner files mail into.
_OWN: Final = frozenset({"drafts", "sent", "trash", "all", "flagged", "scheduled", "snoozed"})


class Recipient(NamedTuple):
    """One address that mail was sent to, and the accounts that get it."""

    address: str  # as it was given
    accounts: tuple[int, ...]
    detail: str  # what followed the plus sign


def resolve(unit: Unit, address: str, default_domain: str) -> Recipient | None:
    """Who gets mail for the address: a user, or the members of a group; None if nobody."""
    full = address if "@" in address else f"{address}@{default_domain}"
    number = addresses.recipient(unit, full)
    row = None if number is None else unit.first(principals.BY_ID, id=number)
    if row is None:
        return None
    local = full.rpartition("@")[0]
    detail = local.partition("+")[2] if addresses.owner(unit, full) is None else ""
    if row.type == INDIVIDUAL:
        return Recipient(address, (row.id,), detail)
    if row.type != GROUP:
        return None
    members = unit.all(principals.MEMBERS_OF, group_id=row.id)
    users = tuple(one.id for one in members if one.type == INDIVIDUAL)
    return Recipient(address, users[:MAX_MEMBERS], "") if users else None


def mailbox_for(unit: Unit, account_id: int, detail: str) -> MailboxRow:
    """The mailbox that the detail names, if there is one that others may send to; the inbox."""
    if detail:
        wanted = detail.casefold()
        for row in mailboxes.all_of(unit, account_id):
            if row.name.casefold() == wanted and row.role not in _OWN:
                return row
    return inbox_of(unit, account_id)


def inbox_of(unit: Unit, account_id: int) -> MailboxRow:
    """Where mail goes that goes nowhere else.

    Where no mailbox has that role any more, it is the one of that name, or else a new one.
    """
    found = mailboxes.by_role(unit, account_id, INBOX)
    if found is not None:
        return found
    named = mailboxes.child(unit, account_id, None, INBOX_NAME)
    return named or mailboxes.create(unit, account_id, NewMailbox(INBOX_NAME, INBOX, sort_order=1))
