"""Folders of IMAP servers, and the mailboxes that they are here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select

from cyrpy.data.statement import Query, insert_all, updating
from cyrpy.data.tables import imap_folders
from cyrpy.data.unit import Unit


class FolderRow(NamedTuple):
    """A folder as both sides last agreed on it, in the order of the table's columns."""

    account_id: int
    id: int
    mailbox_id: int
    path: str | None  # None: it is gone there, or was made anew
    name: str
    parent_id: int | None
    is_subscribed: int
    is_selectable: int
    keywords: str | None  # that can be stored there; None: any
    uid_validity: int
    uid_next: int
    modseq: int
    emails: int

    @property
    def is_open(self) -> bool:
        """Whether there is mail in it, and it can be had."""
        return self.path is not None and bool(self.is_selectable)


class NewFolder(NamedTuple):
    """What a folder is made of."""

    path: str
    mailbox_id: int
    name: str
    parent_id: int | None
    is_subscribed: bool
    is_selectable: bool


_c = imap_folders.c
_of_account = _c.account_id == bindparam("account_id")
ALL: Query[FolderRow] = Query(
    select(imap_folders).where(_of_account).order_by(_c.id), FolderRow._make
)
INSERT = Query[None](insert_all(imap_folders))
DELETE = Query[None](delete(imap_folders).where(_of_account, _c.id == bindparam("id")))


def all_of(unit: Unit, account_id: int) -> list[FolderRow]:
    """All folders of an account, those that are gone there among them."""
    return unit.all(ALL, account_id=account_id)


def insert(unit: Unit, account_id: int, new: NewFolder) -> FolderRow:
    """A folder of which nothing was read yet."""
    row = FolderRow(
        account_id=account_id,
        id=unit.new_id(account_id),
        mailbox_id=new.mailbox_id,
        path=new.path,
        name=new.name,
        parent_id=new.parent_id,
        is_subscribed=int(new.is_subscribed),
        is_selectable=int(new.is_selectable),
        keywords=None,
        uid_validity=0,
        uid_next=0,
        modseq=0,
        emails=0,
    )
    unit.run(INSERT, **row._asdict())
    return row


def change(unit: Unit, row: FolderRow, values: Mapping[str, Any]) -> FolderRow:
    """Change columns."""
    query = updating(imap_folders, ("account_id", "id"), tuple(values))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **values)
    return row._replace(**values)


def remove(unit: Unit, row: FolderRow) -> None:
    """Forget a folder in which nothing is left."""
    unit.run(DELETE, account_id=row.account_id, id=row.id)
