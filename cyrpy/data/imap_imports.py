"""Up to which message folders of IMAP servers were imported."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import bindparam, select

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import imap_imports
from cyrpy.data.unit import Unit


class Imported(NamedTuple):
    """One folder, in the order of the table's columns."""

    account_id: int
    source: bytes
    uid_validity: int
    uid: int


_c = imap_imports.c
GET: Query[Imported] = Query(
    select(imap_imports).where(
        _c.account_id == bindparam("account_id"), _c.source == bindparam("source")
    ),
    Imported._make,
)
PUT = Query[None](upsert(imap_imports, ["account_id", "source"], ["uid_validity", "uid"]))


def source_of(server: str, path: str) -> bytes:
    """What names a folder of a server, however long its name is."""
    return hashlib.sha256(f"{server}\n{path}".encode()).digest()


def get(unit: Unit, account_id: int, source: bytes) -> Imported | None:
    """How far a folder was imported."""
    return unit.first(GET, account_id=account_id, source=source)


def put(unit: Unit, row: Imported) -> None:
    """Note how far a folder was imported; in the unit that stores the messages."""
    unit.run(PUT, **row._asdict())
