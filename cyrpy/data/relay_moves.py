"""What moved since some moment: for those who may have missed a notification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select

from cyrpy.data.statement import Query, among
from cyrpy.data.tables import accounts, states
from cyrpy.data.unit import NO_CONTAINER, StateChanges, Unit

MODSEQS: Query[tuple[int, int]] = Query(
    select(accounts.c.id, accounts.c.modseq).where(among(accounts.c.id, "ids"))
)
_MOVED = select(states.c.type, states.c.modseq).where(
    states.c.account_id == bindparam("account_id"),
    states.c.container_id == NO_CONTAINER,
    states.c.modseq > bindparam("since"),
)
MOVED: Query[tuple[str, int]] = Query(_MOVED)
MOVED_TYPES: Query[tuple[str, int]] = Query(_MOVED.where(among(states.c.type, "types")))


def modseqs(unit: Unit, account_ids: Iterable[int]) -> dict[int, int]:
    """How far each account has moved; those that are gone are left out."""
    return dict(unit.all(MODSEQS, ids=list(account_ids)))


def moved_since(unit: Unit, since: Mapping[int, int], now: Mapping[int, int]) -> StateChanges:
    """The types that moved in each account of `now` after the modseq that `since` has for it."""
    moved: StateChanges = {}
    for account_id, modseq in now.items():
        before = since.get(account_id, 0)
        if modseq > before:
            moved[account_id] = dict(unit.all(MOVED, account_id=account_id, since=before))
    return {account_id: types for account_id, types in moved.items() if types}


def types_moved(unit: Unit, account_id: int, types: Iterable[str], since: int) -> dict[str, int]:
    """Which of `types` moved in the account after `since`, and how far."""
    rows = unit.all(MOVED_TYPES, account_id=account_id, types=list(types), since=since)
    return dict(rows)
