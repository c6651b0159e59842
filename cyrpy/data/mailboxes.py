"""Mailboxes: their rows, and how they come into being."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data import ids
from cyrpy.data.statement import Query, among, insert_all, updating, upsert
from cyrpy.data.tables import mailbox_settings, mailboxes
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists

KIND: Final = "Mailbox"
LETTER: Final = "M"  # of ids


class MailboxRow(NamedTuple):
    """One mailbox, in the order of the table's columns."""

    account_id: int
    id: int
    wire_id: str
    name: str
    parent_id: int | None
    role: str | None  # of the registry of RFC 8621 §10.5; at most one mailbox has each
    sort_order: int
    is_subscribed: int
    total_emails: int
    unread_emails: int
    total_threads: int
    unread_threads: int
    created_modseq: int
    updated_modseq: int
    properties_modseq: int  # when something else than the counts last changed


class NewMailbox(NamedTuple):
    """What a mailbox is made of."""

    name: str
    role: str | None = None
    parent_id: int | None = None
    sort_order: int = 0
    is_subscribed: bool = True


_of_account = mailboxes.c.account_id == bindparam("account_id")
ALL: Query[MailboxRow] = Query(
    select(mailboxes).where(_of_account).order_by(mailboxes.c.sort_order, mailboxes.c.id),
    MailboxRow._make,
)
BY_WIRE_ID: Query[MailboxRow] = Query(
    select(mailboxes).where(_of_account, mailboxes.c.wire_id == bindparam("wire_id")),
    MailboxRow._make,
)
BY_ROLE: Query[MailboxRow] = Query(
    select(mailboxes).where(_of_account, mailboxes.c.role == bindparam("role")), MailboxRow._make
)
_named = (_of_account, mailboxes.c.name == bindparam("name"))
AT_TOP: Query[MailboxRow] = Query(
    select(mailboxes).where(*_named, mailboxes.c.parent_id.is_(None)), MailboxRow._make
)
INSIDE: Query[MailboxRow] = Query(
    select(mailboxes).where(*_named, mailboxes.c.parent_id == bindparam("parent_id")),
    MailboxRow._make,
)
INSERT = Query[None](insert_all(mailboxes))
OF_IDS: Query[MailboxRow] = Query(
    select(mailboxes).where(_of_account, among(mailboxes.c.id, "ids")), MailboxRow._make
)
CHILDREN: Query[MailboxRow] = Query(
    select(mailboxes).where(_of_account, mailboxes.c.parent_id == bindparam("parent_id")),
    MailboxRow._make,
)
DELETE = Query[None](delete(mailboxes).where(_of_account, mailboxes.c.id == bindparam("id")))
COUNTS: Final = ("total_emails", "unread_emails", "total_threads", "unread_threads")
COUNT = Query[None](
    update(mailboxes)
    .where(_of_account, mailboxes.c.id == bindparam("key_id"))
    .values(
        {name: mailboxes.c[name] + bindparam(name, type_=mailboxes.c[name].type) for name in COUNTS}
        | {"updated_modseq": bindparam("updated_modseq", type_=mailboxes.c.updated_modseq.type)}
    )
)
_own = (
    mailbox_settings.c.account_id == bindparam("account_id"),
    mailbox_settings.c.principal_id == bindparam("principal_id"),
)
SUBSCRIBED: Query[tuple[int, int]] = Query(
    select(mailbox_settings.c.mailbox_id, mailbox_settings.c.is_subscribed).where(*_own)
)
SUBSCRIBE = Query[None](
    upsert(mailbox_settings, ["account_id", "mailbox_id", "principal_id"], ["is_subscribed"])
)
FORGET_SETTINGS = Query[None](
    delete(mailbox_settings).where(
        mailbox_settings.c.account_id == bindparam("account_id"),
        mailbox_settings.c.mailbox_id == bindparam("mailbox_id"),
    )
)


def all_of(unit: Unit, account_id: int) -> list[MailboxRow]:
    """The mailboxes of the account, in the owner's order."""
    return unit.all(ALL, account_id=account_id)


def get(unit: Unit, account_id: int, wire_id: str) -> MailboxRow | None:
    """One mailbox by its id."""
    return unit.first(BY_WIRE_ID, account_id=account_id, wire_id=wire_id)


def by_role(unit: Unit, account_id: int, role: str) -> MailboxRow | None:
    """The mailbox that has the role."""
    return unit.first(BY_ROLE, account_id=account_id, role=role)


def of_ids(unit: Unit, account_id: int, numbers: Collection[int]) -> list[MailboxRow]:
    """The mailboxes of those numbers that there are."""
    return unit.all(OF_IDS, account_id=account_id, ids=list(numbers)) if numbers else []


def change(unit: Unit, row: MailboxRow, values: Mapping[str, Any]) -> MailboxRow:
    """Change columns other than the counts, and log that."""
    modseq = unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED)
    columns = {**values, "updated_modseq": modseq, "properties_modseq": modseq}
    query = updating(mailboxes, ("account_id", "id"), tuple(columns))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **columns)
    return row._replace(**columns)


def count(unit: Unit, account_id: int, mailbox_id: int, deltas: Mapping[str, int]) -> None:
    """Add to the counts of a mailbox, and log that."""
    unit.touch(account_id, KIND, ids.encode(LETTER, mailbox_id))
    modseq = unit.modseq(account_id)
    unit.run(COUNT, account_id=account_id, key_id=mailbox_id, updated_modseq=modseq, **deltas)


def child(unit: Unit, account_id: int, parent_id: int | None, name: str) -> MailboxRow | None:
    """The mailbox of that name inside another, or at the top."""
    if parent_id is None:
        return unit.first(AT_TOP, account_id=account_id, name=name)
    return unit.first(INSIDE, account_id=account_id, name=name, parent_id=parent_id)


def create(unit: Unit, account_id: int, new: NewMailbox) -> MailboxRow:
    """A new, empty mailbox.

    Raises:
        AlreadyExists: name or role are taken (RFC 8621 §2).
    """
    sibling = child(unit, account_id, new.parent_id, new.name)
    if sibling is not None:
        raise AlreadyExists(f"there is a mailbox {new.name!r} already", sibling.wire_id)
    same_role = by_role(unit, account_id, new.role) if new.role else None
    if same_role is not None:
        raise AlreadyExists(f"there is a mailbox with role {new.role!r} already", same_role.wire_id)
    number = unit.new_id(account_id)
    wire_id = ids.encode(LETTER, number)
    modseq = unit.record(account_id, KIND, wire_id, ChangeKind.CREATED)
    row = MailboxRow(
        account_id=account_id,
        id=number,
        wire_id=wire_id,
        name=new.name,
        parent_id=new.parent_id,
        role=new.role,
        sort_order=new.sort_order,
        is_subscribed=int(new.is_subscribed),
        total_emails=0,
        unread_emails=0,
        total_threads=0,
        unread_threads=0,
        created_modseq=modseq,
        updated_modseq=modseq,
        properties_modseq=modseq,
    )
    unit.run(INSERT, **row._asdict())
    return row
