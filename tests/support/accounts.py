"""Accounts put straight into the tables, for tests below the sign-in."""

from __future__ import annotations

from sqlalchemy import insert

from cyrpy.data.database import Database
from cyrpy.data.statement import Query, insert_all
from cyrpy.data.tables import accounts, principals
from cyrpy.data.unit import Unit

INSERT_PRINCIPAL = Query[tuple[int]](
    insert(principals)
    .values(name="", wire_id="", type="individual", display_name="", created_at=0, epoch=1)
    .returning(principals.c.id)
)
INSERT_ACCOUNT = Query[None](insert_all(accounts))


def new_account(database: Database, name: str) -> int:
    """An empty account; its number."""

    def make(unit: Unit) -> int:
        number: int = unit.value(INSERT_PRINCIPAL, name=name, wire_id=name)
        unit.run(
            INSERT_ACCOUNT,
            id=number,
            modseq=0,
            next_id=1,
            first_modseq=0,
            log_starts_after=0,
            default_calendar_id=None,
            default_address_book_id=None,
        )
        return number

    return database.write(make)
