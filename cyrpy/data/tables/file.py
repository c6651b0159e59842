"""Plain files and folders, and how much of the disk each account's files take."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

files = Table(
    "files",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("parent_id", Int64, nullable=False),  # the folder that it is in
    Column("name", String(255), nullable=False),  # last part of its URL
    Column("is_folder", SmallInteger, nullable=False),
    Column("digest", LargeBinary(32)),  # of the blob; null: a folder
    Column("size", Int64, nullable=False),  # octets
    Column("media_type", String(255), nullable=False),
    Column("created_at", Int64, nullable=False),  # unix seconds
    Column("updated_at", Int64, nullable=False),
    *modseqs(),
    UniqueConstraint("account_id", "parent_id", "name"),
    Index("ix_files_account_id_digest", "account_id", "digest"),
)

file_usage = Table(
    "file_usage",
    metadata,
    account_key(),
    Column("octets", Int64, nullable=False),
    Column("count", Int64, nullable=False),  # files and folders
    sqlite_with_rowid=False,
)
