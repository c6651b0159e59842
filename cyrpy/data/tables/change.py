"""The change log, and the states that it leads to: what /changes, sync tokens and push are of."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, SmallInteger, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata

changes = Table(
    "changes",
    metadata,
    account_key(),
    Column("type", String(32), primary_key=True),
    Column("modseq", Int64, primary_key=True),
    Column("position", Integer, primary_key=True),  # order within one unit
    Column("container_id", Int64, nullable=False),  # 0: none
    Column("object_id", Text, nullable=False),  # as on the wire
    Column("kind", SmallInteger, nullable=False),  # ChangeKind
    Column("name", Text),  # URL name at that time, for DAV
    Column("audience", Int64),  # the one principal whom it concerns; null: all who may see it
    Column("created_at", Int64, nullable=False),
    Index("ix_changes_created_at", "created_at"),
    sqlite_with_rowid=False,
)

states = Table(
    "states",
    metadata,
    account_key(),
    Column("type", String(32), primary_key=True),
    Column("container_id", Int64, primary_key=True),  # 0: the whole type
    Column("modseq", Int64, nullable=False),
    sqlite_with_rowid=False,
)
