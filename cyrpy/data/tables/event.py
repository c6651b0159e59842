"""What JMAP keeps beside calendar objects: who was told of changes, and who takes part as whom."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

# JMAP Calendars, "Calendar Event Notifications": a row for each user who is told.
event_notifications = Table(
    "event_notifications",
    metadata,
    account_key(),  # whose event it is
    Column("id", Int64, primary_key=True),
    Column("principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Int64, nullable=False),
    Column("changed_by", Int64),  # a principal, which may be gone by now
    Column("address", Text),  # calendar address of who changed it, by a scheduling message
    Column("comment", Text),
    Column("type", String(16), nullable=False),  # created, updated, destroyed
    Column("event_id", String(255), nullable=False),
    Column("is_draft", SmallInteger, nullable=False),
    *modseqs(),
    Column("event", LargeBinary, nullable=False),  # JSON
    Column("patch", LargeBinary),  # JSON
    Index(
        "ix_event_notifications_account_id_principal_id",
        "account_id",
        "principal_id",
        "event_id",
        "id",
    ),
    Index("ix_event_notifications_principal_id", "principal_id"),
)

# What was changed about a user's identities, which are its addresses.
participant_identities = Table(
    "participant_identities",
    metadata,
    account_key(),
    Column("address", String(255), primary_key=True),
    Column("name", Text),  # null: the principal's
    Column("is_default", SmallInteger, nullable=False),
    Column("is_hidden", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
