"""Grants: who may do what on which container; and ids that may not be given again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from cyrpy.data.principals import bump_epoch
from cyrpy.data.statement import Query, among, insert_all, upsert
from cyrpy.data.tables import grants, principals, retired_ids
from cyrpy.data.unit import Unit


class Grant(NamedTuple):
    """What one principal was granted on one container, as letters (RFC 4314 §2.1)."""

    container_id: int
    principal_id: int
    principal_wire_id: str
    rights: str


class SharedAccount(NamedTuple):
    """An account in which something is granted to the one who asks."""

    account_id: int
    wire_id: str
    name: str
    kind: str


_GRANTS = (
    select(grants.c.container_id, grants.c.principal_id, principals.c.wire_id, grants.c.rights)
    .join(principals, principals.c.id == grants.c.principal_id)
    .where(grants.c.account_id == bindparam("account_id"), grants.c.kind == bindparam("kind"))
    .order_by(grants.c.container_id, grants.c.principal_id)
)
ALL_GRANTS: Query[Grant] = Query(_GRANTS, Grant._make)
GRANTS_TO: Query[Grant] = Query(
    _GRANTS.where(among(grants.c.principal_id, "principals")), Grant._make
)
GRANTS_ON: Query[Grant] = Query(
    _GRANTS.where(grants.c.container_id == bindparam("container_id")), Grant._make
)
PUT_GRANT = Query[None](
    upsert(
        grants,
        ["account_id", "kind", "container_id", "principal_id"],
        ["rights", "updated_modseq"],
    )
)
DELETE_GRANT = Query[None](
    delete(grants).where(
        grants.c.account_id == bindparam("account_id"),
        grants.c.kind == bindparam("kind"),
        grants.c.container_id == bindparam("container_id"),
        grants.c.principal_id == bindparam("principal_id"),
    )
)
SHARED_WITH: Query[SharedAccount] = Query(
    select(grants.c.account_id, principals.c.wire_id, principals.c.name, grants.c.kind)
    .join(principals, principals.c.id == grants.c.account_id)
    .where(among(grants.c.principal_id, "principals"))
    .distinct()
    .order_by(principals.c.name, grants.c.kind),
    SharedAccount._make,
)
PRINCIPALS_BY_WIRE_ID: Query[tuple[str, int]] = Query(
    select(principals.c.wire_id, principals.c.id).where(among(principals.c.wire_id, "wire_ids"))
)
RETIRE_ID = Query[None](upsert(retired_ids, ["account_id", "type", "wire_id"], []))
RETIRED: Query[tuple[str]] = Query(
    select(retired_ids.c.wire_id).where(
        retired_ids.c.account_id == bindparam("account_id"),
        retired_ids.c.type == bindparam("type"),
        retired_ids.c.wire_id == bindparam("wire_id"),
    )
)
INSERT_GRANT: Query[None] = Query(insert_all(grants))


def granted_to(
    unit: Unit, account_id: int, kind: str, principal_ids: Iterable[int]
) -> dict[int, str]:
    """Container -> letters, all grants to any of `principal_ids` put together."""
    rights: dict[int, str] = {}
    rows = unit.all(GRANTS_TO, account_id=account_id, kind=kind, principals=list(principal_ids))
    for grant in rows:
        rights[grant.container_id] = rights.get(grant.container_id, "") + grant.rights
    return rights


def put_grant(
    unit: Unit, account_id: int, kind: str, container_id: int, principal_id: int, rights: str
) -> None:
    """Grant `rights` (letters) in place of what was granted before; none takes the grant away.

    Moves the epochs of the principal, or of a group's members: what they may see of other
    accounts is part of their sessions.
    """
    key = {
        "account_id": account_id,
        "kind": kind,
        "container_id": container_id,
        "principal_id": principal_id,
    }
    if rights:
        modseq = unit.modseq(account_id)
        unit.run(PUT_GRANT, rights=rights, created_modseq=modseq, updated_modseq=modseq, **key)
    else:
        unit.run(DELETE_GRANT, **key)
    bump_epoch(unit, [principal_id])


def is_retired(unit: Unit, account_id: int, type: str, wire_id: str) -> bool:
    """Whether the id once belonged to something that is gone."""
    row = unit.value(RETIRED, account_id=account_id, type=type, wire_id=wire_id)
    return row is not None


def retire(unit: Unit, account_id: int, type: str, wire_id: str) -> None:
    """Never give the id again."""
    unit.run(RETIRE_ID, account_id=account_id, type=type, wire_id=wire_id)
