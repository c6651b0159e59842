"""WebDAV locks, by the URL of what they are on (RFC 4918 §6)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, SmallInteger, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata

dav_locks = Table(
    "dav_locks",
    metadata,
    account_key(),  # in whose tree the URL is
    Column("token", String(64), primary_key=True),
    Column("url", Text, nullable=False),  # canonical, in the owner's home
    Column("principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), nullable=False),
    Column("is_exclusive", SmallInteger, nullable=False),
    Column("is_deep", SmallInteger, nullable=False),
    Column("owner", Text, nullable=False),  # what the client says of who it is, as XML
    Column("timeout", Int64, nullable=False),  # seconds
    Column("expires_at", Int64, nullable=False),  # unix seconds
    sqlite_with_rowid=False,
)
