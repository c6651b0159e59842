"""Mailboxes, and the counts that change in the transaction of every change of their mail."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

mailboxes = Table(
    "mailboxes",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("wire_id", String(255), nullable=False),
    Column("name", Text, nullable=False),
    Column("parent_id", Int64),
    Column("role", String(32)),
    Column("sort_order", Int64, nullable=False),
    Column("is_subscribed", SmallInteger, nullable=False),
    Column("total_emails", Integer, nullable=False),
    Column("unread_emails", Integer, nullable=False),
    Column("total_threads", Integer, nullable=False),
    Column("unread_threads", Integer, nullable=False),
    *modseqs(),
    # When something else than the counts last changed (`updatedProperties`, RFC 8621 §2.2).
    Column("properties_modseq", Int64, nullable=False, server_default="0"),
    UniqueConstraint("account_id", "wire_id"),
    UniqueConstraint("account_id", "role"),
    Index("ix_mailboxes_account_id_parent_id", "account_id", "parent_id"),
    sqlite_with_rowid=False,
)

# What a sharee set for itself on a mailbox.
mailbox_settings = Table(
    "mailbox_settings",
    metadata,
    account_key(),
    Column("mailbox_id", Int64, primary_key=True),
    Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("is_subscribed", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
