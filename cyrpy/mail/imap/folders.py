"""Folders there and mailboxes here: made, renamed and deleted on both sides (RFC 3501 §6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from cyrpy.data import imap_folders, imap_links, imap_pushes, mailboxes, messages
from cyrpy.data.imap_folders import FolderRow, NewFolder
from cyrpy.data.mailboxes import MailboxRow, NewMailbox
from cyrpy.data.unit import Unit
from cyrpy.errors import AlreadyExists
from cyrpy.mail.imap import apply, departures, renames
from cyrpy.mail.imap.client import Client, Selected
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.errors import Refused, ServerError
from cyrpy.mail.imap.paths import INBOX, Listed, Naming, mailbox_name, role_of

SAMPLE: Final = 5  # messages by which a folder is known again
MAX_NAMES: Final = 100  # that are tried for one that is taken


class FolderPull:
    """Has mailboxes follow the folders of the server."""

    def __init__(self, desk: Desk, client: Client, naming: Naming) -> None:
        self._desk = desk
        self._client = client
        self._naming = naming

    def run(self) -> list[FolderRow]:
        """Bring mailboxes up to date; the folders that can be read, and have a mailbox.

        A mailbox whose folder is gone is destroyed by `departures.finish`, once all are read.

        Raises:
            ServerError: the server lists no inbox.
        """
        listed, subscribed = self._client.folders()
        if not any(one.path.upper() == INBOX for one in listed):
            raise ServerError("the server lists no inbox; nothing is concluded from that")
        account_id = self._desk.account_id
        rows = self._desk.read(lambda unit: imap_folders.all_of(unit, account_id))
        by_path = {one.path: one for one in rows if one.path is not None}
        there = {one.path: one for one in listed}
        new = [one for one in listed if one.path not in by_path]
        gone = [row for path, row in by_path.items() if path not in there]
        moved = self._renamed(gone, new)

        def work(unit: Unit) -> list[FolderRow]:
            for renamed in moved:
                self._rename(unit, renamed)
            kept = {renamed.folder.id for renamed in moved}
            for row in gone:
                if row.id not in kept:
                    departures.retire(unit, row)
            found = {one.path: one for one in imap_folders.all_of(unit, account_id)}
            for one in sorted(listed, key=lambda one: self._naming.parts(one.path)):
                self._follow(unit, one, found.get(one.path), one.path in subscribed)
            here = {one.id for one in mailboxes.all_of(unit, account_id)}
            return [one for one in imap_folders.all_of(unit, account_id) if one.mailbox_id in here]

        return [one for one in self._desk.write(work) if one.is_open]

    def _renamed(self, gone: list[FolderRow], new: list[Listed]) -> list[renames.Renamed]:
        if not gone or not new:
            return []
        standing: dict[str, Selected] = {}
        for one in new:
            if one.is_selectable:
                with suppress(Refused):
                    standing[one.path] = self._client.status(one.path)
        found = renames.renamed(gone, standing, self._is_same)
        closed = [one.path for one in new if not one.is_selectable]
        return [*found, *renames.parents(found, gone, closed, self._naming.delimiter)]

    def _is_same(self, folder: FolderRow, path: str) -> bool:
        """Whether the newest messages that are known of a folder are in the one at `path`."""
        account_id = folder.account_id
        links = self._desk.read(lambda unit: imap_links.newest(unit, account_id, folder.id, SAMPLE))
        there = self._client.select(path)
        if not links:
            return not there.emails and there.uid_next == folder.uid_next
        metas = {one.uid: one for one in self._client.metas([link.uid for link in links])}
        seen = [link for link in links if link.uid in metas]
        return bool(seen) and all(
            link.identity == apply.identity_of(metas[link.uid]) for link in seen
        )

    def _rename(self, unit: Unit, one: renames.Renamed) -> None:
        """Give the folder its new path, and the mailbox its new name."""
        names = self._naming.parts(one.path)
        parent_id = self._parent(unit, names)
        name = mailbox_name(names[-1])
        row = _mailbox(unit, one.folder)
        if row is not None:
            changed = _put_name(unit, row, name, parent_id)
            name = changed.name
        imap_folders.change(
            unit, one.folder, {"path": one.path, "name": name, "parent_id": parent_id}
        )

    def _parent(self, unit: Unit, names: tuple[str, ...]) -> int | None:
        """The mailbox that one with those names is in; made, if there is none."""
        if len(names) < 2:
            return None
        path = self._naming.join(names[:-1])
        account_id = self._desk.account_id
        for row in imap_folders.all_of(unit, account_id):
            if row.path is not None and self._naming.parts(row.path) == names[:-1]:
                if _mailbox(unit, row) is not None:
                    return row.mailbox_id
                return None  # it was destroyed here, and is about to be there
        made = self._adopt(unit, Listed(path, frozenset({"\\noselect"})), is_subscribed=False)
        return made.mailbox_id

    def _follow(
        self, unit: Unit, listed: Listed, row: FolderRow | None, is_subscribed: bool
    ) -> None:
        """Have a mailbox for a folder, and what the server changed of it."""
        if row is None:
            self._adopt(unit, listed, is_subscribed=is_subscribed)
            return
        values: dict[str, int] = {}
        if row.is_selectable != listed.is_selectable:
            values["is_selectable"] = int(listed.is_selectable)
        if row.is_subscribed != is_subscribed:
            values["is_subscribed"] = int(is_subscribed)
            box = _mailbox(unit, row)
            if box is not None and box.is_subscribed != is_subscribed:
                mailboxes.change(unit, box, {"is_subscribed": int(is_subscribed)})
        if values:
            imap_folders.change(unit, row, values)

    def _adopt(self, unit: Unit, listed: Listed, *, is_subscribed: bool) -> FolderRow:
        """A folder that is new here: with a mailbox that is not there yet, or a new one."""
        account_id = self._desk.account_id
        names = self._naming.parts(listed.path)
        parent_id = self._parent(unit, names)
        role = role_of(listed, names)
        bound = {one.mailbox_id for one in imap_folders.all_of(unit, account_id)}
        name = "Inbox" if role == "inbox" else mailbox_name(names[-1])
        box = _unbound(unit, account_id, (role, parent_id, name), bound)
        if box is None:
            box = _create(unit, account_id, NewMailbox(name, role, parent_id))
        elif role != "inbox":
            box = _put_name(unit, box, name, parent_id)
        new = NewFolder(
            listed.path,
            box.id,
            box.name,
            box.parent_id,
            is_subscribed,
            listed.is_selectable,
        )
        if box.is_subscribed != is_subscribed:
            mailboxes.change(unit, box, {"is_subscribed": int(is_subscribed)})
        return imap_folders.insert(unit, account_id, new)


def _mailbox(unit: Unit, row: FolderRow) -> MailboxRow | None:
    return next(iter(mailboxes.of_ids(unit, row.account_id, [row.mailbox_id])), None)


def _unbound(
    unit: Unit, account_id: int, wanted: tuple[str | None, int | None, str], bound: set[int]
) -> MailboxRow | None:
    """A mailbox without a folder that has the role, or else the name."""
    role, parent_id, name = wanted
    same_role = mailboxes.by_role(unit, account_id, role) if role else None
    if same_role is not None and same_role.id not in bound:
        return same_role
    same_name = mailboxes.child(unit, account_id, parent_id, name)
    return same_name if same_name is not None and same_name.id not in bound else None


def _create(unit: Unit, account_id: int, new: NewMailbox) -> MailboxRow:
    """A new mailbox; its name is another where that is taken, and a taken role is left out."""
    if new.role is not None and mailboxes.by_role(unit, account_id, new.role) is not None:
        new = new._replace(role=None)
    for name in _names(new.name):
        if mailboxes.child(unit, account_id, new.parent_id, name) is None:
            return mailboxes.create(unit, account_id, new._replace(name=name))
    raise AlreadyExists(f"there are too many mailboxes like {new.name!r}")


def _put_name(unit: Unit, box: MailboxRow, name: str, parent_id: int | None) -> MailboxRow:
    """Give a mailbox a name and a place; a name that is taken gets a number."""
    if (box.name, box.parent_id) == (name, parent_id):
        return box
    for one in _names(name):
        sibling = mailboxes.child(unit, box.account_id, parent_id, one)
        if sibling is None or sibling.id == box.id:
            return mailboxes.change(unit, box, {"name": one, "parent_id": parent_id})
    raise AlreadyExists(f"there are too many mailboxes like {name!r}")


def _names(name: str) -> list[str]:
    return [name, *(f"{name[:60]} ({number})" for number in range(2, MAX_NAMES))]


class FolderPush:
    """Has the folders of the server follow the mailboxes."""

    def __init__(self, desk: Desk, client: Client, naming: Naming) -> None:
        self._desk = desk
        self._client = client
        self._naming = naming
        self.refused: list[str] = []

    def run(self) -> bool:
        """Make and rename folders, and (un)subscribe; whether anything was done."""
        rows, boxes = self._desk.read(self._state)
        by_mailbox = {one.mailbox_id: one for one in rows if one.path is not None}
        done = False
        for box in _top_down(boxes):
            row = by_mailbox.get(box.id)
            try:
                if row is None:
                    by_mailbox[box.id] = self._create(boxes, box)
                elif self._is_renamed(row, box) and box.role != "inbox":
                    self._rename(row, boxes, box)
                    rows, _ = self._desk.read(self._state)
                    by_mailbox = {one.mailbox_id: one for one in rows if one.path is not None}
                elif row.is_subscribed != box.is_subscribed:
                    self._subscribe(row, box)
                else:
                    continue
                done = True
            except Refused as exc:
                self.refused.append(str(exc))
        return done

    def _state(self, unit: Unit) -> tuple[list[FolderRow], dict[int, MailboxRow]]:
        account_id = self._desk.account_id
        found = mailboxes.all_of(unit, account_id)
        return imap_folders.all_of(unit, account_id), {one.id: one for one in found}

    def _is_renamed(self, row: FolderRow, box: MailboxRow) -> bool:
        return (row.name, row.parent_id) != (box.name, box.parent_id)

    def _path(self, boxes: Mapping[int, MailboxRow], box: MailboxRow) -> str:
        """Where a mailbox is to be on the server."""
        names: list[str] = []
        one: MailboxRow | None = box
        while one is not None:
            names.append(_there(one))
            one = boxes.get(one.parent_id) if one.parent_id is not None else None
        return self._naming.join(reversed(names))

    def _create(self, boxes: Mapping[int, MailboxRow], box: MailboxRow) -> FolderRow:
        path = self._path(boxes, box)
        account_id = self._desk.account_id
        is_subscribed = bool(box.is_subscribed)
        self._client.create(path, is_subscribed=is_subscribed)
        new = NewFolder(path, box.id, box.name, box.parent_id, is_subscribed, is_selectable=True)

        def work(unit: Unit) -> FolderRow:
            _push_all(unit, box)
            return imap_folders.insert(unit, account_id, new)

        row = self._desk.write(work)
        there = self._client.select(path)
        values = {
            "uid_validity": there.uid_validity,
            "uid_next": there.uid_next,
            "keywords": None if there.accepted is None else " ".join(sorted(there.accepted)),
        }
        return self._desk.write(lambda unit: imap_folders.change(unit, row, values))

    def _rename(self, row: FolderRow, boxes: Mapping[int, MailboxRow], box: MailboxRow) -> None:
        """Rename a folder; those inside it go along."""
        old, path = row.path or "", self._path(boxes, box)
        if path != old:
            self._client.rename(old, path)

        def work(unit: Unit) -> None:
            agreed = {"path": path, "name": box.name, "parent_id": box.parent_id}
            imap_folders.change(unit, row, agreed)
            inside = old + self._naming.delimiter
            for one in imap_folders.all_of(unit, row.account_id):
                if self._naming.delimiter and one.path and one.path.startswith(inside):
                    moved = path + one.path.removeprefix(old)
                    imap_folders.change(unit, one, {"path": moved})

        self._desk.write(work)

    def _subscribe(self, row: FolderRow, box: MailboxRow) -> None:
        is_subscribed = bool(box.is_subscribed)
        self._client.subscribe(row.path or "", is_subscribed=is_subscribed)
        values = {"is_subscribed": int(is_subscribed)}
        self._desk.write(lambda unit: imap_folders.change(unit, row, values))


def _push_all(unit: Unit, box: MailboxRow) -> None:
    """Have the mail of a mailbox brought to its new folder, which may have been refused before."""
    key = {"account_id": box.account_id}
    numbers = [number for (number,) in unit.all(messages.IN_MAILBOX, mailbox_id=box.id, **key)]
    for row in unit.all(messages.OF_IDS, ids=numbers, **key) if numbers else ():
        imap_pushes.ask(unit, box.account_id, row.digest)


def _there(box: MailboxRow) -> str:
    """A mailbox's name on the server, where only one can be the inbox."""
    if box.role == "inbox" and box.parent_id is None:
        return INBOX
    return f"{box.name}_" if box.parent_id is None and box.name.upper() == INBOX else box.name


def _top_down(boxes: Mapping[int, MailboxRow]) -> list[MailboxRow]:
    """Mailboxes, each after the one that it is in."""

    def depth(box: MailboxRow) -> int:
        steps, parent = 0, box.parent_id
        while parent is not None and parent in boxes:
            steps, parent = steps + 1, boxes[parent].parent_id
        return steps

    return sorted(boxes.values(), key=lambda box: (depth(box), box.id))
