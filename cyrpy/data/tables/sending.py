"""As whom a user sends mail, and what is answered while it is away."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

# What a user set of the identity of an address, and the identities that it made itself.
mail_identities = Table(
    "mail_identities",
    metadata,
    account_key(),
    Column("wire_id", String(255), primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text),  # null: the user's own
    Column("reply_to", Text),  # JSON, as is bcc
    Column("bcc", Text),
    Column("text_signature", Text, nullable=False),
    Column("html_signature", Text, nullable=False),
    *modseqs(),
    sqlite_with_rowid=False,
)

vacation_responses = Table(
    "vacation_responses",
    metadata,
    account_key(),
    Column("is_enabled", SmallInteger, nullable=False),
    Column("from_date", String(40)),  # as the client wrote it
    Column("to_date", String(40)),
    Column("subject", Text),
    Column("text_body", Text),
    Column("html_body", Text),
    sqlite_with_rowid=False,
)

# Who was told already.
vacation_replies = Table(
    "vacation_replies",
    metadata,
    account_key(),
    Column("sender", LargeBinary(32), primary_key=True),  # SHA-256 of the address
    Column("replied_at", Int64, nullable=False),
    Index("ix_vacation_replies_account_id_replied_at", "account_id", "replied_at"),
    sqlite_with_rowid=False,
)
