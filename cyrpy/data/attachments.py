"""Managed attachments: their rows, and the blobs that they keep (RFC 8607)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, exists, select

from cyrpy.data.blob_references import is_referred_to
from cyrpy.data.blobs import Blobs, digest_of
from cyrpy.data.statement import Query, among, upsert
from cyrpy.data.tables import calendar_attachments, calendar_objects
from cyrpy.data.unit import Unit

BATCH: Final = 200  # attachments that go in one unit


class AttachmentRow(NamedTuple):
    """One attachment on the objects of one UID, in the order of the table's columns."""

    account_id: int
    managed_id: str
    uid: str
    blob_id: str
    media_type: str
    filename: str | None
    size: int
    created_at: int


_t = calendar_attachments.c
_of_account = _t.account_id == bindparam("account_id")
BY_IDS: Query[AttachmentRow] = Query(
    select(calendar_attachments).where(_of_account, among(_t.managed_id, "ids")),
    AttachmentRow._make,
)
OF_UID: Query[AttachmentRow] = Query(
    select(calendar_attachments).where(_of_account, _t.uid == bindparam("uid")),
    AttachmentRow._make,
)
_of_blob = select(calendar_attachments).where(_t.blob_id == bindparam("blob_id"))
OF_BLOB: Query[AttachmentRow] = Query(
    _of_blob.where(_of_account).limit(bindparam("count")), AttachmentRow._make
)
OF_BLOB_ANYWHERE: Query[AttachmentRow] = Query(
    _of_blob.limit(bindparam("count")), AttachmentRow._make
)
PUT = Query[None](upsert(calendar_attachments, ["account_id", "managed_id", "uid"], []))
DELETE = Query[None](
    delete(calendar_attachments).where(
        _of_account, _t.managed_id == bindparam("managed_id"), _t.uid == bindparam("uid")
    )
)
LEFT_OVER: Query[AttachmentRow] = Query(
    select(calendar_attachments)
    .where(
        ~exists().where(
            calendar_objects.c.account_id == _t.account_id, calendar_objects.c.uid == _t.uid
        )
    )
    .limit(bindparam("count")),
    AttachmentRow._make,
)


def of_uid(unit: Unit, account_id: int, uid: str) -> list[AttachmentRow]:
    """The attachments on the objects of a UID."""
    return unit.all(OF_UID, account_id=account_id, uid=uid)


def by_ids(unit: Unit, account_id: int, ids: Collection[str]) -> list[AttachmentRow]:
    """The attachments of these managed ids, on whatever they hang."""
    return unit.all(BY_IDS, account_id=account_id, ids=list(ids))


def of_blob(unit: Unit, account_id: int, blob_id: str, count: int) -> list[AttachmentRow]:
    """Up to so many attachments in an account that have that content."""
    return unit.all(OF_BLOB, account_id=account_id, blob_id=blob_id, count=count)


def of_blob_anywhere(unit: Unit, blob_id: str, count: int) -> list[AttachmentRow]:
    """The same in all accounts."""
    return unit.all(OF_BLOB_ANYWHERE, blob_id=blob_id, count=count)


def put(unit: Unit, blobs: Blobs, row: AttachmentRow) -> None:
    """Hang an attachment on a UID; its blob stays as long as it does.

    Raises:
        NotFound: the account does not own the blob.
    """
    blobs.keep(unit, row.account_id, (), row.blob_id)
    unit.run(PUT, **row._asdict())


def remove(unit: Unit, blobs: Blobs, row: AttachmentRow) -> None:
    """Take an attachment from a UID; with the last thing that has it, its blob may go."""
    unit.run(DELETE, account_id=row.account_id, managed_id=row.managed_id, uid=row.uid)
    digest = digest_of(row.blob_id)
    if digest is not None and not is_referred_to(unit, row.account_id, digest):
        blobs.release(unit, row.account_id, row.blob_id)


def expire(unit: Unit, blobs: Blobs) -> int:
    """Let go of up to BATCH attachments whose objects are gone; how many."""
    rows = unit.all(LEFT_OVER, count=BATCH)
    for row in rows:
        remove(unit, blobs, row)
    return len(rows)
