r"""Mailboxes by the names that scripts have for them: paths, ids, special uses.

Scripts of Cyrus's users name mailboxes "INBOX/Lists/x" or "INBOX.Lists.x": what stands after
INBOX is looked for in the inbox, then at the top. Names that are there differ from others by case
last of all; "Spam" and "Sent Items" mean the mailboxes of that use where none is called so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cyrpy.data import mailboxes
from cyrpy.data.mailboxes import MailboxRow, NewMailbox
from cyrpy.data.unit import Unit
from cyrpy.errors import AlreadyExists, FormatError
from cyrpy.groupware.mailboxes import MAX_DEPTH, checked_name
from cyrpy.groupware.provision import ROLES

INBOX: Final = "inbox"
# Special uses (RFC 6154, RFC 8457) that a script may name, each with its role.
USES: Final = frozenset(
    {"all", "archive", "drafts", "flagged", "important", "junk", "sent", "trash"}
)


class Tree:
    """The mailboxes of one account, found by their paths."""

    def __init__(self, rows: Sequence[MailboxRow]) -> None:
        self.by_id = {row.wire_id: row for row in rows}
        self.by_role = {row.role: row for row in rows if row.role}
        self._exact = {(row.parent_id, row.name): row for row in rows}
        self._folded = {(row.parent_id, row.name.casefold()): row for row in reversed(rows)}

    def find(self, path: str) -> MailboxRow | None:
        """The mailbox of that path."""
        found = self._found(names_of(path, "/"))
        if found is None and "/" not in path and "." in path:
            found = self._found(names_of(path, "."))
        return found

    def _found(self, names: list[str]) -> MailboxRow | None:
        if not names or names[0].casefold() != INBOX:
            return self._below(None, names)
        inbox = self.by_role.get(INBOX)
        if len(names) == 1 or inbox is None:
            return inbox
        return self._below(inbox.id, names[1:]) or self._below(None, names[1:])

    def _below(self, parent: int | None, names: list[str]) -> MailboxRow | None:
        row: MailboxRow | None = None
        for name in names:
            row = self.child(parent, name)
            if row is None:
                return None
            parent = row.id
        return row

    def child(self, parent: int | None, name: str) -> MailboxRow | None:
        """The mailbox of that name inside another, or at the top."""
        row = self._exact.get((parent, name)) or self._folded.get((parent, name.casefold()))
        if row is None and parent is None and (role := ROLES.get(name.lower())):
            row = self.by_role.get(role)
        return row


class AccountMailboxes:
    """The mailboxes of one account, read when a script first asks."""

    def __init__(self, unit: Unit, account_id: int) -> None:
        self._unit = unit
        self._account_id = account_id
        self._read: Tree | None = None

    @property
    def _tree(self) -> Tree:
        if self._read is None:
            self._read = Tree(mailboxes.all_of(self._unit, self._account_id))
        return self._read

    def has(self, path: str) -> bool:
        """Whether there is a mailbox of that path; the inbox always is."""
        return path.casefold() == INBOX or self._tree.find(path) is not None

    def has_id(self, id: str) -> bool:
        """Whether there is a mailbox of that id."""
        return id in self._tree.by_id

    def has_use(self, use: str, path: str | None) -> bool:
        """Whether a mailbox, or the one of that path, has that special use."""
        role = role_of(use)
        if role is None:
            return False
        row = self._tree.by_role.get(role) if path is None else self._tree.find(path)
        return row is not None and row.role == role


def role_of(use: str) -> str | None:
    r"""The role of a special use: "archive" for "\Archive"."""
    role = use.removeprefix("\\").lower()
    return role if use.startswith("\\") and role in USES else None


def names_of(path: str, separator: str) -> list[str]:
    """The names of a path; what is empty between them does not count."""
    return [name for name in path.split(separator) if name]


def make(unit: Unit, account_id: int, path: str) -> MailboxRow | None:
    """The mailbox of that path, with what it is in, made where it is not there.

    None if there cannot be one.
    """
    tree = Tree(mailboxes.all_of(unit, account_id))
    names = names_of(path, "/")
    inbox = tree.by_role.get(INBOX)
    row: MailboxRow | None = None
    if names and names[0].casefold() == INBOX and inbox is not None:
        row, names = inbox, names[1:]
    if len(names) > MAX_DEPTH - 1:
        return None
    try:
        for name in names:
            parent = None if row is None else row.id
            row = tree.child(parent, name) or mailboxes.create(
                unit, account_id, NewMailbox(checked_name(name), parent_id=parent)
            )
    except (FormatError, AlreadyExists):
        return None
    return row
