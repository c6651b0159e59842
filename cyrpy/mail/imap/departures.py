"""Folders that are gone: there, and with them the mailboxes; or here, and with them the folders."""

from __future__ import annotations

from typing import Final

from cyrpy.data import imap_folders, mailboxes, messages
from cyrpy.data.imap_folders import FolderRow
from cyrpy.data.mailboxes import MailboxRow, NewMailbox
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.groupware import mailboxes as mailbox_rules
from cyrpy.groupware.access import Actor
from cyrpy.mail.imap.client import Client
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.errors import Refused

UNIT: Final = 200  # messages in one unit


def retire(unit: Unit, row: FolderRow) -> None:
    """Note that a folder is gone there; what was in it is looked for in the others first."""
    imap_folders.change(unit, row, {"path": None})


def finish(desk: Desk, row: FolderRow) -> None:
    """Destroy the mailbox of a folder that is gone there, now that its mail is gone here.

    Mail that is in such a mailbox and was never there goes to the inbox.
    """
    while desk.write(lambda unit: _empty(unit, row)):
        pass


def _empty(unit: Unit, row: FolderRow) -> bool:
    """Take some of the mail out, and destroy the mailbox with the last; whether there is more."""
    account_id = row.account_id
    box = next(iter(mailboxes.of_ids(unit, account_id, [row.mailbox_id])), None)
    rows = imap_folders.all_of(unit, account_id)
    bound = {one.mailbox_id for one in rows if one.path is not None}
    if box is None or box.role == "inbox" or box.id in bound:
        imap_folders.remove(unit, row)
        return False
    key = {"account_id": account_id}
    numbers = unit.all(messages.FIRST_IN_MAILBOX, mailbox_id=box.id, count=UNIT, **key)
    inbox = _inbox(unit, account_id)
    for one in unit.all(messages.OF_IDS, ids=[number for (number,) in numbers], **key):
        left = one.mailbox_ids - {box.id}
        mail.update(unit, one, mailbox_ids=left or frozenset({inbox.id}))
    if len(numbers) == UNIT:
        return True
    for child in unit.all(mailboxes.CHILDREN, parent_id=box.id, **key):
        mailboxes.change(unit, child, {"parent_id": box.parent_id, "name": _free(unit, box, child)})
    owner = Actor(account_id, frozenset({account_id}))
    view = mailbox_rules.find(unit, account_id, owner, box.wire_id)
    mailbox_rules.destroy(unit, view, remove_emails=False)
    imap_folders.remove(unit, row)
    return False


def _inbox(unit: Unit, account_id: int) -> MailboxRow:
    found = mailboxes.by_role(unit, account_id, "inbox")
    return found or mailboxes.create(unit, account_id, NewMailbox("Inbox", "inbox", sort_order=1))


def _free(unit: Unit, parent: MailboxRow, child: MailboxRow) -> str:
    """A name that a mailbox can have one level up."""
    name = child.name
    for number in range(2, 1000):
        sibling = mailboxes.child(unit, child.account_id, parent.parent_id, name)
        if sibling is None or sibling.id in {child.id, parent.id}:
            return name if sibling is None or sibling.id == child.id else f"{child.name} (2)"
        name = f"{child.name[:60]} ({number})"
    return name


def push(desk: Desk, client: Client) -> list[str]:
    """Delete the folders of mailboxes that were destroyed here; what the server said against it.

    A folder into which mail came since it was read stays, and so the mailbox comes back.
    """
    account_id = desk.account_id

    def find(unit: Unit) -> list[FolderRow]:
        there = {one.id for one in mailboxes.all_of(unit, account_id)}
        rows = imap_folders.all_of(unit, account_id)
        return [one for one in rows if one.mailbox_id not in there and one.path is not None]

    refused: list[str] = []
    for row in sorted(desk.read(find), key=lambda one: len(one.path or ""), reverse=True):
        try:
            if not row.is_selectable or _is_known(client, row):
                client.delete(row.path or "")
        except Refused as exc:
            refused.append(str(exc))
        desk.write(lambda unit, row=row: imap_folders.change(unit, row, {"path": None}))  # type: ignore[misc]
    return refused


def _is_known(client: Client, row: FolderRow) -> bool:
    """Whether all that is in the folder was here once."""
    there = client.status(row.path or "")
    return (there.uid_validity, there.uid_next) == (row.uid_validity, row.uid_next)
