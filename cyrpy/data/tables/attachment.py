"""Managed attachments: files that the server keeps for calendar objects (RFC 8607)."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata

# One attachment may hang on several objects: it has a row for the UID of each.
calendar_attachments = Table(
    "calendar_attachments",
    metadata,
    account_key(),
    Column("managed_id", String(64), primary_key=True),
    Column("uid", String(255), primary_key=True),  # as `cyrpy.data.keys` bounds it
    Column("blob_id", String(80), nullable=False),
    Column("media_type", String(255), nullable=False),
    Column("filename", Text),
    Column("size", Int64, nullable=False),  # octets
    Column("created_at", Int64, nullable=False),
    Index("ix_calendar_attachments_account_id_uid", "account_id", "uid"),
    Index("ix_calendar_attachments_account_id_blob_id", "account_id", "blob_id"),
    Index("ix_calendar_attachments_blob_id", "blob_id"),
    sqlite_with_rowid=False,
)
