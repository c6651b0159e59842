"""Invitations to shares that were not accepted, and what users are told of shares."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

invitations = Table(
    "invitations",
    metadata,
    account_key(),  # whose container it is
    Column("kind", String(32), primary_key=True),
    Column("container_id", Int64, primary_key=True),
    Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("uid", String(64), nullable=False),
    Column("rights", String(32), nullable=False),  # letters, granted once it is accepted
    Column("is_declined", SmallInteger, nullable=False),
    Column("summary", Text),
    Index("ix_invitations_principal_id", "principal_id"),
    sqlite_with_rowid=False,
)

# For clients of calendarserver-sharing: invitations, and the answers to them.
notices = Table(
    "notices",
    metadata,
    account_key(),  # who is told
    Column("id", Int64, primary_key=True),
    Column("uid", String(64), nullable=False),
    Column("type", String(16), nullable=False),
    Column("payload", Text, nullable=False),  # JSON
    Column("created_at", Int64, nullable=False),
    *modseqs(),
    UniqueConstraint("account_id", "uid"),
    sqlite_with_rowid=False,
)

# RFC 9670 §5, for JMAP.
share_notifications = Table(
    "share_notifications",
    metadata,
    account_key(),  # who is told
    Column("id", Int64, primary_key=True),
    Column("created_at", Int64, nullable=False),
    Column("changed_by", Int64),  # a principal, which may be gone by now
    Column("object_type", String(32), nullable=False),
    Column("object_account_id", Int64, nullable=False),
    Column("object_id", String(255), nullable=False),
    Column("name", Text, nullable=False),
    Column("old_rights", String(32), nullable=False),  # letters
    Column("new_rights", String(32), nullable=False),
    *modseqs(),
    sqlite_with_rowid=False,
)
