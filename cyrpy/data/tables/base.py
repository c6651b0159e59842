"""What all tables share: the metadata, and the types whose names differ between databases.

The scheme of keys: whatever grows has a primary key that starts with `account_id`, so that a
database can be partitioned or sharded by account; the second part is a number from the account's
own counter, never used again, or the name of the thing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Int64 = BigInteger().with_variant(Integer, "sqlite")  # SQLite's own rowid must be an INTEGER


def sort_text(length: int) -> TypeEngine[str]:
    """Text that is sorted by its code points on both databases, whatever the locale."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def account_key() -> Column[Any]:
    """First part of a primary key: whose it is."""
    return Column(
        "account_id", Int64, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )


def modseqs() -> tuple[Column[Any], Column[Any]]:
    """When, in the account's modification sequence, a row came and when it last changed."""
    return (
        Column("created_modseq", Int64, nullable=False),
        Column("updated_modseq", Int64, nullable=False),
    )
