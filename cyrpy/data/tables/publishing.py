"""Public links, and what is remembered of other servers that were copied from."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, SmallInteger, String, Table, Text, UniqueConstraint

from cyrpy.data.tables.base import Int64, account_key, metadata

public_links = Table(
    "public_links",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),  # SHA-256 of the token
    Column("kind", String(32), nullable=False),  # Calendar, AddressBook or FreeBusy
    Column("container_id", Int64, nullable=False),  # 0: the whole account
    Column("label", Text, nullable=False),
    Column("shows", String(64), nullable=False),  # words with spaces between
    Column("is_published", SmallInteger, nullable=False),  # by its owner, over CalDAV
    Column("created_at", Int64, nullable=False),
)

remote_collections = Table(
    "remote_collections",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("url", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("container_id", Int64, nullable=False),
    Column("sync_token", Text),
    UniqueConstraint("account_id", "url"),
    sqlite_with_rowid=False,
)

remote_items = Table(
    "remote_items",
    metadata,
    account_key(),
    Column("remote_id", Int64, primary_key=True),
    Column("href", Text, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("uid", Text, nullable=False),  # of what was stored; "": it was refused
    sqlite_with_rowid=False,
)
