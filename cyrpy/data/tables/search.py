"""What full-text search knows of each object; on SQLite an FTS5 index is beside it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, column, table
from sqlalchemy.types import UserDefinedType

from cyrpy.data.tables.base import Int64, metadata


class TsVector(UserDefinedType[str]):
    """PostgreSQL's; its own module costs 40 ms to import, and is not needed on SQLite."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        """Name in SQL."""
        del kw
        return "TSVECTOR"


search_documents = Table(
    "search_documents",
    metadata,
    # The account's number above, the object's below (`cyrpy.data.search`): FTS5 wants one integer.
    Column("id", Int64, primary_key=True, autoincrement=False),
    Column("account_id", Int64, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("words", Text().with_variant(TsVector(), "postgresql"), nullable=False),
    Index("ix_search_documents_account_id", "account_id"),
    # By GIN, as its migration says.
    Index("ix_search_documents_words", "words", info={"on": "postgresql"}),
)
# FTS5's table on SQLite, kept by triggers on the one above; it matches by a column of its name.
search_index = table("search_index", column("rowid"), column("search_index"))
