"""Accounts: one for each principal, with the counters that all of its data hangs on."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from cyrpy.data.tables.base import Int64, account_key, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Column("modseq", Int64, nullable=False),
    Column("next_id", Int64, nullable=False),
    Column("first_modseq", Int64, nullable=False),  # at the account's creation
    Column("log_starts_after", Int64, nullable=False),  # the change log is whole above this modseq
    Column("default_calendar_id", Int64),
    Column("default_address_book_id", Int64),
)

retired_ids = Table(
    "retired_ids",
    metadata,
    account_key(),
    Column("type", String(32), primary_key=True),
    Column("wire_id", String(255), primary_key=True),  # was a name of the client's; not given again
    sqlite_with_rowid=False,
)
