"""Invitations that wait for an answer or were declined, and what users are told of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import bindparam, delete, select, union

from cyrpy.data import ids
from cyrpy.data.statement import Query, insert_all, upsert
from cyrpy.data.tables import grants, invitations, notices
from cyrpy.data.unit import ChangeKind, Unit

NOTICE: Final = "Notice"  # type in the log
LETTER: Final = "N"


class InvitationRow(NamedTuple):
    """One invitation, in the order of the table's columns."""

    account_id: int
    kind: str
    container_id: int
    principal_id: int
    uid: str
    rights: str
    is_declined: int
    summary: str | None


class NoticeRow(NamedTuple):
    """What one user is told, in the order of the table's columns."""

    account_id: int
    id: int
    uid: str
    type: str
    payload: str
    created_at: int
    created_modseq: int
    updated_modseq: int

    @property
    def facts(self) -> dict[str, Any]:
        """What it says."""
        found: dict[str, Any] = orjson.loads(self.payload)
        return found


_of_container = (
    invitations.c.account_id == bindparam("account_id"),
    invitations.c.kind == bindparam("kind"),
    invitations.c.container_id == bindparam("container_id"),
)
OF_CONTAINER: Query[InvitationRow] = Query(
    select(invitations).where(*_of_container).order_by(invitations.c.principal_id),
    InvitationRow._make,
)
SHARED_CONTAINERS: Query[tuple[int]] = Query(
    union(
        *(
            select(table.c.container_id).where(
                table.c.account_id == bindparam("account_id"), table.c.kind == bindparam("kind")
            )
            for table in (grants, invitations)
        )
    )
)
BY_UID: Query[InvitationRow] = Query(
    select(invitations).where(
        invitations.c.principal_id == bindparam("principal_id"),
        invitations.c.uid == bindparam("uid"),
    ),
    InvitationRow._make,
)
PUT = Query[None](
    upsert(
        invitations,
        ["account_id", "kind", "container_id", "principal_id"],
        ["rights", "is_declined", "summary"],
    )
)
DELETE = Query[None](
    delete(invitations).where(
        *_of_container, invitations.c.principal_id == bindparam("principal_id")
    )
)
DELETE_ALL = Query[None](delete(invitations).where(*_of_container))
_notices_of = notices.c.account_id == bindparam("account_id")
NOTICES: Query[NoticeRow] = Query(
    select(notices).where(_notices_of).order_by(notices.c.id), NoticeRow._make
)
NOTICE_BY_UID: Query[NoticeRow] = Query(
    select(notices).where(_notices_of, notices.c.uid == bindparam("uid")), NoticeRow._make
)
INSERT_NOTICE = Query[None](insert_all(notices))
DELETE_NOTICE = Query[None](delete(notices).where(_notices_of, notices.c.id == bindparam("id")))


def tell(unit: Unit, account_id: int, uid: str, type: str, facts: dict[str, Any]) -> None:
    """Tell a user something, in place of what it was told under that uid before."""
    before = unit.first(NOTICE_BY_UID, account_id=account_id, uid=uid)
    if before is not None:
        unit.run(DELETE_NOTICE, account_id=account_id, id=before.id)
    number = unit.new_id(account_id) if before is None else before.id
    kind = ChangeKind.CREATED if before is None else ChangeKind.UPDATED
    modseq = unit.record(account_id, NOTICE, ids.encode(LETTER, number), kind, name=uid)
    row = NoticeRow(
        account_id=account_id,
        id=number,
        uid=uid,
        type=type,
        payload=orjson.dumps(facts).decode(),
        created_at=unit.now,
        created_modseq=modseq if before is None else before.created_modseq,
        updated_modseq=modseq,
    )
    unit.run(INSERT_NOTICE, **row._asdict())


def forget(unit: Unit, account_id: int, uid: str) -> None:
    """Take back what a user was told; nothing if it was not, or has removed it."""
    row = unit.first(NOTICE_BY_UID, account_id=account_id, uid=uid)
    if row is not None:
        remove_notice(unit, row)


def remove_notice(unit: Unit, row: NoticeRow) -> None:
    """Remove one."""
    unit.run(DELETE_NOTICE, account_id=row.account_id, id=row.id)
    id = ids.encode(LETTER, row.id)
    unit.record(row.account_id, NOTICE, id, ChangeKind.DESTROYED, name=row.uid)
