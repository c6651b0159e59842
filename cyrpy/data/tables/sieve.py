"""Sieve scripts of users, and the messages that their scripts have seen."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, Table

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs, sort_text

sieve_scripts = Table(
    "sieve_scripts",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("name", sort_text(512), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # of a blob that the account owns
    Column("is_active", SmallInteger, nullable=False),  # of one at most
    *modseqs(),
    Index("uq_sieve_scripts_account_id_name", "account_id", "name", unique=True),
    Index("ix_sieve_scripts_account_id_digest", "account_id", "digest"),
    sqlite_with_rowid=False,
)

# Ids that the test `duplicate` remembers.
sieve_duplicates = Table(
    "sieve_duplicates",
    metadata,
    account_key(),
    Column("key", LargeBinary(32), primary_key=True),  # SHA-256 of handle and id
    Column("expires_at", Int64, nullable=False),  # unix seconds
    Index("ix_sieve_duplicates_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)
