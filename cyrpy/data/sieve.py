"""Sieve scripts: their rows, and what their test `duplicate` remembers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from cyrpy.data import ids
from cyrpy.data.statement import Query, among, insert_all, updating, upsert
from cyrpy.data.tables import sieve_duplicates, sieve_scripts
from cyrpy.data.unit import ChangeKind, Unit

KIND: Final = "SieveScript"  # in the change log
LETTER: Final = "V"  # of ids
BATCH: Final = 1000  # ids that are forgotten in one unit


class ScriptRow(NamedTuple):
    """One script, in the order of the table's columns."""

    account_id: int
    id: int
    name: str
    digest: bytes  # of its blob
    is_active: int
    created_modseq: int
    updated_modseq: int

    @property
    def wire_id(self) -> str:
        """The id on the wire."""
        return ids.encode(LETTER, self.id)


_s = sieve_scripts.c
_d = sieve_duplicates.c
_of_account = _s.account_id == bindparam("account_id")
ALL: Query[ScriptRow] = Query(
    select(sieve_scripts).where(_of_account).order_by(_s.name), ScriptRow._make
)
BY_ID: Query[ScriptRow] = Query(
    select(sieve_scripts).where(_of_account, _s.id == bindparam("id")), ScriptRow._make
)
BY_NAME: Query[ScriptRow] = Query(
    select(sieve_scripts).where(_of_account, _s.name == bindparam("name")), ScriptRow._make
)
ACTIVE: Query[ScriptRow] = Query(
    select(sieve_scripts).where(among(_s.account_id, "accounts"), _s.is_active == 1),
    ScriptRow._make,
)
INSERT = Query[None](insert_all(sieve_scripts))
DELETE = Query[None](delete(sieve_scripts).where(_of_account, _s.id == bindparam("id")))
_key = (_d.account_id == bindparam("account_id"), _d.key == bindparam("key"))
SEEN: Query[tuple[int]] = Query(select(_d.expires_at).where(*_key))
REMEMBER = Query[None](upsert(sieve_duplicates, ["account_id", "key"], ["expires_at"]))
OLD: Query[tuple[int, bytes]] = Query(
    select(_d.account_id, _d.key).where(_d.expires_at <= bindparam("now")).limit(bindparam("count"))
)
FORGET = Query[None](delete(sieve_duplicates).where(*_key))


def all_of(unit: Unit, account_id: int) -> list[ScriptRow]:
    """The scripts of an account by their names."""
    return unit.all(ALL, account_id=account_id)


def get(unit: Unit, account_id: int, wire_id: str) -> ScriptRow | None:
    """One script by its id."""
    number = ids.decode(LETTER, wire_id)
    return None if number is None else unit.first(BY_ID, account_id=account_id, id=number)


def by_name(unit: Unit, account_id: int, name: str) -> ScriptRow | None:
    """One script by its name."""
    return unit.first(BY_NAME, account_id=account_id, name=name)


def active(unit: Unit, accounts: Collection[int]) -> dict[int, ScriptRow]:
    """The scripts that are run for mail to some accounts, of those that have one."""
    return {row.account_id: row for row in unit.all(ACTIVE, accounts=list(accounts))}


def create(unit: Unit, account_id: int, name: str | None, digest: bytes) -> ScriptRow:
    """Store a new script, which is not active; without a name it is called by its id."""
    number = unit.new_id(account_id)
    wire_id = ids.encode(LETTER, number)
    modseq = unit.record(account_id, KIND, wire_id, ChangeKind.CREATED)
    row = ScriptRow(account_id, number, name or wire_id, digest, 0, modseq, modseq)
    unit.run(INSERT, **row._asdict())
    return row


def change(unit: Unit, row: ScriptRow, values: Mapping[str, Any]) -> ScriptRow:
    """Change columns, and log that."""
    modseq = unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED)
    columns = {**values, "updated_modseq": modseq}
    query = updating(sieve_scripts, ("account_id", "id"), tuple(columns))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **columns)
    return row._replace(**columns)


def remove(unit: Unit, row: ScriptRow) -> None:
    """Remove a script."""
    unit.run(DELETE, account_id=row.account_id, id=row.id)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED)


def is_seen(unit: Unit, account_id: int, key: bytes) -> bool:
    """Whether an id of `duplicate` is remembered."""
    until = unit.value(SEEN, account_id=account_id, key=key)
    return until is not None and until > unit.now


def remember(unit: Unit, account_id: int, key: bytes, seconds: int) -> None:
    """Remember an id from now on, for so many seconds."""
    unit.run(REMEMBER, account_id=account_id, key=key, expires_at=unit.now + seconds)


def forget(unit: Unit) -> int:
    """Remove up to BATCH ids whose time is over; how many."""
    rows = unit.all(OLD, now=unit.now, count=BATCH)
    unit.run_many(FORGET, [{"account_id": account, "key": key} for account, key in rows])
    return len(rows)
