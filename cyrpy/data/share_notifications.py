"""What users are told when their rights on something shared change (RFC 9670 §5)."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select

from cyrpy.data import ids
from cyrpy.data.statement import Query, among, insert_all
from cyrpy.data.tables import share_notifications
from cyrpy.data.unit import ChangeKind, Unit

KIND: Final = "ShareNotification"
LETTER: Final = "S"
MOST: Final = 500  # that are kept for one user; the oldest go (RFC 9670 §5.1)


class ShareNotificationRow(NamedTuple):
    """One of them, in the order of the table's columns."""

    account_id: int
    id: int
    created_at: int
    changed_by: int | None
    object_type: str
    object_account_id: int
    object_id: str
    name: str
    old_rights: str
    new_rights: str
    created_modseq: int
    updated_modseq: int

    @property
    def wire_id(self) -> str:
        """Its id in JMAP and in the log."""
        return ids.encode(LETTER, self.id)


class Told(NamedTuple):
    """What changed for one user."""

    object_type: str
    object_account_id: int
    object_id: str
    name: str
    old_rights: str  # letters
    new_rights: str


_of_account = share_notifications.c.account_id == bindparam("account_id")
ALL: Query[ShareNotificationRow] = Query(
    select(share_notifications).where(_of_account).order_by(share_notifications.c.id),
    ShareNotificationRow._make,
)
BY_IDS: Query[ShareNotificationRow] = Query(
    select(share_notifications).where(_of_account, among(share_notifications.c.id, "ids")),
    ShareNotificationRow._make,
)
INSERT = Query[None](insert_all(share_notifications))
DELETE = Query[None](
    delete(share_notifications).where(_of_account, share_notifications.c.id == bindparam("id"))
)
COUNT: Query[tuple[int, int | None]] = Query(
    select(func.count(), func.min(share_notifications.c.id)).where(_of_account)
)


def tell(unit: Unit, account_id: int, changed_by: int | None, told: Told) -> None:
    """Tell a user of a change of its rights; the oldest is forgotten where there are too many."""
    counted = unit.first(COUNT, account_id=account_id)
    assert counted is not None  # noqa: S101 - an aggregate always has a row
    count, oldest = counted
    if count >= MOST and oldest is not None:
        remove(unit, account_id, oldest)
    number = unit.new_id(account_id)
    modseq = unit.record(account_id, KIND, ids.encode(LETTER, number), ChangeKind.CREATED)
    row = ShareNotificationRow(
        account_id,
        number,
        unit.now,
        changed_by,
        *told,
        created_modseq=modseq,
        updated_modseq=modseq,
    )
    unit.run(INSERT, **row._asdict())


def remove(unit: Unit, account_id: int, number: int) -> bool:
    """Forget one; whether it was there."""
    if not unit.run(DELETE, account_id=account_id, id=number):
        return False
    unit.record(account_id, KIND, ids.encode(LETTER, number), ChangeKind.DESTROYED)
    return True
