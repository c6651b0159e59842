"""Grants: who may do what on which container."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

grants = Table(
    "grants",
    metadata,
    account_key(),
    Column("kind", String(16), primary_key=True),  # Calendar, AddressBook, Mailbox, Account
    Column("container_id", Int64, primary_key=True),  # 0 for the account itself
    Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("rights", String(32), nullable=False),  # letters of an access control list (RFC 4314)
    *modseqs(),
    Index("ix_grants_principal_id", "principal_id", "account_id"),
    sqlite_with_rowid=False,
)
