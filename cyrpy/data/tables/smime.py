"""Which messages are S/MIME, and what they were worth when they came (RFC 9219)."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, text

from cyrpy.data.tables.base import Int64, account_key, metadata

# One that is gone may still have a row, which means nothing.
smime_messages = Table(
    "smime_messages",
    metadata,
    account_key(),
    Column("message_id", Int64, primary_key=True),
    Column("status", String(40)),  # smimeStatusAtDelivery; null: not verified yet
    # PostgreSQL's condition stands in the migration alone.
    Index(
        "ix_smime_messages_waiting",
        "account_id",
        "message_id",
        sqlite_where=text("status IS NULL"),
    ),
    sqlite_with_rowid=False,
)
