"""Another URL for a calendar or an address book, which stays the same in all else."""

from __future__ import annotations

from typing import Final, Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.sql.schema import Table

from cyrpy.data.statement import Query, updating
from cyrpy.data.tables import address_books, calendars
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists

TABLES: Final[dict[str, Table]] = {"Calendar": calendars, "AddressBook": address_books}
TAKEN: Final[dict[str, Query[tuple[int]]]] = {
    kind: Query(
        select(table.c.id).where(
            table.c.account_id == bindparam("account_id"), table.c.uri == bindparam("uri")
        )
    )
    for kind, table in TABLES.items()
}


class ContainerRow(Protocol):
    """What rows of calendars and of address books have in common."""

    @property
    def account_id(self) -> int:
        """Whose it is."""

    @property
    def id(self) -> int:
        """Its number in the account."""

    @property
    def wire_id(self) -> str:
        """Its id in JMAP and in the log."""

    @property
    def uri(self) -> str:
        """Its name in URLs."""

    @property
    def name(self) -> str:
        """Its name for people."""


def rename(unit: Unit, kind: str, row: ContainerRow, uri: str) -> None:
    """Give it another name in URLs; its id, its grants and what is in it stay.

    In the log it leaves under the old name and comes under the new one: an update to JMAP, to DAV
    one URL that is gone and one that is there.

    Raises:
        AlreadyExists: the name is taken.
    """
    taken = unit.value(TAKEN[kind], account_id=row.account_id, uri=uri)
    if taken is not None:
        raise AlreadyExists(f"{uri!r} is there already", row.wire_id)
    unit.record(row.account_id, kind, row.wire_id, ChangeKind.DESTROYED, name=row.uri)
    modseq = unit.record(row.account_id, kind, row.wire_id, ChangeKind.CREATED, name=uri)
    unit.run(
        updating(TABLES[kind], ("account_id", "id"), ("uri", "updated_modseq")),
        key_account_id=row.account_id,
        key_id=row.id,
        uri=uri,
        updated_modseq=modseq,
    )
