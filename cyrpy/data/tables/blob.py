"""Blobs: octets by their SHA-256, stored once, and the accounts that may read them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from cyrpy.data.tables.base import Int64, account_key, metadata

blobs = Table(
    "blobs",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("size", Int64, nullable=False),  # octets
    Column("octets", LargeBinary),  # null: in a file
    Column("created_at", Int64, nullable=False),
)

blob_owners = Table(
    "blob_owners",
    metadata,
    account_key(),
    Column("digest", LargeBinary(32), ForeignKey("blobs.digest"), primary_key=True),
    Column("media_type", String(255), nullable=False),
    Column("created_at", Int64, nullable=False),
    Column("expires_at", Int64),  # null: something refers to it
    Index("ix_blob_owners_digest", "digest"),
    Index("ix_blob_owners_expires_at", "expires_at"),
)
