"""WebDAV locks as rows. An account has few, so all of them are read at once."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data.statement import Query, among, insert_all
from cyrpy.data.tables import dav_locks
from cyrpy.data.unit import Unit


class LockRow(NamedTuple):
    """One lock, in the order of the table's columns."""

    account_id: int
    token: str
    url: str
    principal_id: int
    is_exclusive: int
    is_deep: int
    owner: str
    timeout: int
    expires_at: int


_of_account = dav_locks.c.account_id == bindparam("account_id")
ALL: Query[LockRow] = Query(
    select(dav_locks)
    .where(_of_account, dav_locks.c.expires_at > bindparam("now"))
    .order_by(dav_locks.c.token),
    LockRow._make,
)
INSERT = Query[None](insert_all(dav_locks))
REFRESH = Query[None](
    update(dav_locks)
    .where(_of_account, dav_locks.c.token == bindparam("of_token"))
    .values(timeout=bindparam("timeout"), expires_at=bindparam("expires_at"))
)
DELETE = Query[None](delete(dav_locks).where(_of_account, among(dav_locks.c.token, "tokens")))
DELETE_EXPIRED = Query[None](
    delete(dav_locks).where(_of_account, dav_locks.c.expires_at <= bindparam("now"))
)


def held(unit: Unit, account_id: int) -> list[LockRow]:
    """The locks in an account that have not expired."""
    return unit.all(ALL, account_id=account_id, now=unit.now)


def add(unit: Unit, row: LockRow) -> None:
    """A new lock; those of the account that have expired go."""
    unit.run(DELETE_EXPIRED, account_id=row.account_id, now=unit.now)
    unit.run(INSERT, **row._asdict())


def refresh(unit: Unit, row: LockRow, timeout: int) -> LockRow:
    """The lock, good for so many seconds from now."""
    until = unit.now + timeout
    unit.run(
        REFRESH,
        account_id=row.account_id,
        of_token=row.token,
        timeout=timeout,
        expires_at=until,
    )
    return row._replace(timeout=timeout, expires_at=until)


def remove(unit: Unit, account_id: int, tokens: list[str]) -> None:
    """Drop locks."""
    unit.run(DELETE, account_id=account_id, tokens=tokens)
