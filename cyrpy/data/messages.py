"""Messages: their rows, and the tables that say where they are and which keywords they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data import ids, smime
from cyrpy.data.statement import Query, among, insert_all, updating, upsert
from cyrpy.data.tables import message_keywords, message_mailboxes, message_seen, messages
from cyrpy.data.unit import Unit

KIND: Final = "Email"
LETTER: Final = "L"  # of ids
SEEN: Final = "$seen"
DRAFT: Final = "$draft"
UNSEEN: Final = "(unseen)"  # indexed like a keyword, of what has no $seen; no keyword can be it


class MessageRow(NamedTuple):
    """One message, in the order of the table's columns."""

    account_id: int
    id: int
    thread_id: int
    digest: bytes  # SHA-256 of its octets: the blob
    size: int  # octets
    received_at: int  # unix seconds, as is sent_at
    mailboxes: str  # numbers with spaces between
    keywords: str  # words with spaces between, sorted
    sent_at: int | None
    from_key: str
    to_key: str
    subject_key: str
    has_attachment: int
    rendering: int  # version of what follows
    properties: bytes  # JSON of what never changes and is given by default
    structure: bytes  # JSON of bodyStructure
    created_modseq: int
    updated_modseq: int

    @property
    def wire_id(self) -> str:
        """The id on the wire."""
        return ids.encode(LETTER, self.id)

    @property
    def mailbox_ids(self) -> frozenset[int]:
        """The mailboxes that it is in."""
        return frozenset(map(int, self.mailboxes.split()))

    @property
    def keyword_set(self) -> frozenset[str]:
        """Its keywords; $seen as the owner set it."""
        return frozenset(self.keywords.split())

    @property
    def is_unread(self) -> bool:
        """Whether it counts as unread for the owner (RFC 8621 §2)."""
        words = self.keywords.split()
        return SEEN not in words and DRAFT not in words


def indexed(keywords: Collection[str]) -> frozenset[str]:
    """What a message of these keywords is indexed by."""
    return frozenset(keywords) | (frozenset() if SEEN in keywords else {UNSEEN})


def joined(values: Iterable[int | str]) -> str:
    """Numbers or words as a column has them."""
    return " ".join(map(str, sorted(values)))


_of_account = messages.c.account_id == bindparam("account_id")
_columns = [messages.c[name] for name in MessageRow._fields]
OF_IDS: Query[MessageRow] = Query(
    select(*_columns).where(_of_account, among(messages.c.id, "ids")), MessageRow._make
)
BY_ID: Query[MessageRow] = Query(
    select(*_columns).where(_of_account, messages.c.id == bindparam("id")), MessageRow._make
)
BY_DIGEST: Query[MessageRow] = Query(
    select(*_columns).where(_of_account, messages.c.digest == bindparam("digest")),
    MessageRow._make,
)
IN_THREAD: Query[tuple[int]] = Query(
    select(messages.c.id)
    .where(_of_account, messages.c.thread_id == bindparam("thread_id"))
    .order_by(messages.c.received_at, messages.c.id)
)
ROWS_IN_THREAD: Query[MessageRow] = Query(
    select(*_columns).where(_of_account, messages.c.thread_id == bindparam("thread_id")),
    MessageRow._make,
)
ROWS_IN_THREADS: Query[MessageRow] = Query(
    select(*_columns).where(among(messages.c.thread_id, "thread_ids", messages.c.account_id)),
    MessageRow._make,
)
SOME: Query[MessageRow] = Query(
    select(*_columns)
    .where(_of_account)
    .order_by(messages.c.received_at.desc(), messages.c.id.desc())
    .limit(bindparam("count")),
    MessageRow._make,
)
PLACES_OF: Query[tuple[int, str]] = Query(
    select(messages.c.id, messages.c.mailboxes).where(_of_account, among(messages.c.id, "ids"))
)
THREADS_OF: Query[tuple[int, int]] = Query(
    select(messages.c.id, messages.c.thread_id).where(_of_account, among(messages.c.id, "ids"))
)
INSERT = Query[None](insert_all(messages))
DELETE = Query[None](delete(messages).where(_of_account, messages.c.id == bindparam("id")))

_in_mailbox = (
    message_mailboxes.c.account_id == bindparam("account_id"),
    message_mailboxes.c.mailbox_id == bindparam("mailbox_id"),
)
IN_MAILBOX: Query[tuple[int]] = Query(
    select(message_mailboxes.c.message_id)
    .where(*_in_mailbox)
    .order_by(message_mailboxes.c.received_at, message_mailboxes.c.message_id)
)
FIRST_IN_MAILBOX: Query[tuple[int]] = Query(
    select(message_mailboxes.c.message_id)
    .where(*_in_mailbox)
    .order_by(message_mailboxes.c.received_at, message_mailboxes.c.message_id)
    .limit(bindparam("count"))
)
INSERT_PLACE = Query[None](insert_all(message_mailboxes))
DELETE_PLACE = Query[None](
    delete(message_mailboxes).where(
        *_in_mailbox,
        message_mailboxes.c.received_at == bindparam("received_at"),
        message_mailboxes.c.message_id == bindparam("message_id"),
    )
)
INSERT_KEYWORD = Query[None](
    upsert(message_keywords, ["account_id", "keyword", "message_id"], ["thread_id"])
)
DELETE_KEYWORD = Query[None](
    delete(message_keywords).where(
        message_keywords.c.account_id == bindparam("account_id"),
        message_keywords.c.keyword == bindparam("keyword"),
        message_keywords.c.message_id == bindparam("message_id"),
    )
)
INSERT_SEEN = Query[None](upsert(message_seen, ["account_id", "principal_id", "message_id"], []))
_seen_by = (
    message_seen.c.account_id == bindparam("account_id"),
    message_seen.c.principal_id == bindparam("principal_id"),
)
DELETE_SEEN = Query[None](
    delete(message_seen).where(*_seen_by, message_seen.c.message_id == bindparam("message_id"))
)
FORGET_SEEN = Query[None](
    delete(message_seen).where(
        message_seen.c.account_id == bindparam("account_id"),
        message_seen.c.message_id == bindparam("message_id"),
    )
)
MOVE_SEEN = Query[None](
    update(message_seen)
    .where(
        message_seen.c.account_id == bindparam("account_id"),
        message_seen.c.message_id == bindparam("key_id"),
    )
    .values(message_id=bindparam("id"))
)
SEEN_AMONG: Query[tuple[int]] = Query(
    select(message_seen.c.message_id).where(*_seen_by, among(message_seen.c.message_id, "ids"))
)


def get(unit: Unit, account_id: int, wire_id: str) -> MessageRow | None:
    """One message by its id."""
    number = ids.decode(LETTER, wire_id)
    if number is None:
        return None
    return unit.first(BY_ID, account_id=account_id, id=number)


def of_ids(unit: Unit, account_id: int, wire_ids: Iterable[str]) -> list[MessageRow]:
    """The messages of those ids that there are, in any order."""
    numbers = [n for n in (ids.decode(LETTER, id) for id in wire_ids) if n is not None]
    return unit.all(OF_IDS, account_id=account_id, ids=numbers) if numbers else []


def by_digest(unit: Unit, account_id: int, digest: bytes) -> MessageRow | None:
    """The message of those octets."""
    return unit.first(BY_DIGEST, account_id=account_id, digest=digest)


def insert(unit: Unit, row: MessageRow) -> None:
    """Put a new message, with its places and keywords."""
    unit.run(INSERT, **row._asdict())
    place(unit, row, row.mailbox_ids, ())
    _mark(unit, row, indexed(row.keyword_set), ())


def place(unit: Unit, row: MessageRow, put: Collection[int], remove: Collection[int]) -> None:
    """Index that the message is in some mailboxes, and not in others."""
    key = {
        "account_id": row.account_id,
        "received_at": row.received_at,
        "message_id": row.id,
    }
    for mailbox_id in sorted(remove):
        unit.run(DELETE_PLACE, mailbox_id=mailbox_id, **key)
    for mailbox_id in sorted(put):
        unit.run(INSERT_PLACE, mailbox_id=mailbox_id, thread_id=row.thread_id, **key)


def label(unit: Unit, row: MessageRow, keywords: Collection[str]) -> None:
    """Index that the message has exactly these keywords from now on."""
    before, after = indexed(row.keyword_set), indexed(keywords)
    _mark(unit, row, after - before, before - after)


def _mark(unit: Unit, row: MessageRow, put: Collection[str], remove: Collection[str]) -> None:
    key = {"account_id": row.account_id, "message_id": row.id}
    for keyword in sorted(remove):
        unit.run(DELETE_KEYWORD, keyword=keyword, **key)
    for keyword in sorted(put):
        unit.run(INSERT_KEYWORD, keyword=keyword, thread_id=row.thread_id, **key)


def change(unit: Unit, row: MessageRow, values: Mapping[str, Any]) -> MessageRow:
    """Change columns of the row itself."""
    columns = {**values, "updated_modseq": unit.modseq(row.account_id)}
    query = updating(messages, ("account_id", "id"), tuple(columns))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **columns)
    return row._replace(**columns)


def remove(unit: Unit, row: MessageRow) -> None:
    """Take a message away, with its places and keywords."""
    place(unit, row, (), row.mailbox_ids)
    _mark(unit, row, (), indexed(row.keyword_set))
    unit.run(FORGET_SEEN, account_id=row.account_id, message_id=row.id)
    unit.run(DELETE, account_id=row.account_id, id=row.id)


def renumber(unit: Unit, row: MessageRow, id: int, thread_id: int) -> MessageRow:
    """Give a message another number, in another thread (RFC 8621 §3)."""
    place(unit, row, (), row.mailbox_ids)
    _mark(unit, row, (), indexed(row.keyword_set))
    modseq = unit.modseq(row.account_id)
    values = {"id": id, "thread_id": thread_id, "created_modseq": modseq}
    moved = change(unit, row, values)
    place(unit, moved, moved.mailbox_ids, ())
    _mark(unit, moved, indexed(moved.keyword_set), ())
    unit.run(MOVE_SEEN, account_id=row.account_id, key_id=row.id, id=id)
    if smime.MARK in row.structure:
        smime.renumber(unit, row.account_id, row.id, id)
    return moved


def seen_among(
    unit: Unit, account_id: int, principal_id: int, numbers: Iterable[int]
) -> frozenset[int]:
    """Those of the messages that one who is not the owner has seen."""
    rows = unit.all(SEEN_AMONG, account_id=account_id, principal_id=principal_id, ids=list(numbers))
    return frozenset(number for (number,) in rows)


def mark_seen(unit: Unit, row: MessageRow, principal_id: int, *, seen: bool) -> None:
    """Note that one who is not the owner has seen a message, or not."""
    unit.run(
        INSERT_SEEN if seen else DELETE_SEEN,
        account_id=row.account_id,
        principal_id=principal_id,
        message_id=row.id,
    )
