"""Messages: what is known of each, where it is, its keywords, and the threads that they make."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs, sort_text

messages = Table(
    "messages",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("thread_id", Int64, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # SHA-256 of its octets: the blob
    Column("size", Int64, nullable=False),  # octets
    Column("received_at", Int64, nullable=False),
    # Numbers and words with spaces between; each has a row of its own in the tables below.
    Column("mailboxes", Text, nullable=False),
    Column("keywords", Text, nullable=False),  # of the owner
    # What it is sorted by and never changes (RFC 8621 §4.4.2)
    Column("sent_at", Int64),
    Column("from_key", sort_text(100), nullable=False),
    Column("to_key", sort_text(100), nullable=False),
    Column("subject_key", sort_text(100), nullable=False),
    Column("has_attachment", SmallInteger, nullable=False),
    Column("rendering", SmallInteger, nullable=False),  # version of what follows
    Column("properties", LargeBinary, nullable=False),  # JSON, as given by default
    Column("structure", LargeBinary, nullable=False),  # JSON, bodyStructure
    *modseqs(),
    UniqueConstraint("account_id", "digest"),
    Index("ix_messages_account_id_thread_id", "account_id", "thread_id", "received_at", "id"),
    Index("ix_messages_account_id_received_at", "account_id", "received_at", "id"),
    Index("ix_messages_account_id_sent_at", "account_id", "sent_at", "id"),
    Index("ix_messages_account_id_size", "account_id", "size", "id"),
    Index("ix_messages_account_id_from_key", "account_id", "from_key", "id"),
    Index("ix_messages_account_id_to_key", "account_id", "to_key", "id"),
    Index("ix_messages_account_id_subject_key", "account_id", "subject_key", "id"),
)

# A mailbox's page is a range of this table, which has all that a list of ids needs.
message_mailboxes = Table(
    "message_mailboxes",
    metadata,
    account_key(),
    Column("mailbox_id", Int64, primary_key=True),
    Column("received_at", Int64, primary_key=True),
    Column("message_id", Int64, primary_key=True),
    Column("thread_id", Int64, nullable=False),
    sqlite_with_rowid=False,
)

message_keywords = Table(
    "message_keywords",
    metadata,
    account_key(),
    Column("keyword", String(255), primary_key=True),
    Column("message_id", Int64, primary_key=True),
    Column("thread_id", Int64, nullable=False),
    Index("ix_message_keywords_account_id_thread_id", "account_id", "thread_id", "keyword"),
    sqlite_with_rowid=False,
)


def _reader() -> Column[Any]:
    """One who is not the owner, and reads what is shared."""
    return Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    )


# What others than the owner have seen of what is shared with them.
message_seen = Table(
    "message_seen",
    metadata,
    account_key(),
    _reader(),
    Column("message_id", Int64, primary_key=True),
    Index("ix_message_seen_account_id_message_id", "account_id", "message_id"),
    sqlite_with_rowid=False,
)

threads = Table(
    "threads",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("emails", Integer, nullable=False),
    # Unread emails in some mailbox that is not the trash, and in the trash (RFC 8621 §2).
    Column("unread", Integer, nullable=False),
    Column("unread_in_trash", Integer, nullable=False),
    *modseqs(),
    sqlite_with_rowid=False,
)

thread_mailboxes = Table(
    "thread_mailboxes",
    metadata,
    account_key(),
    Column("thread_id", Int64, primary_key=True),
    Column("mailbox_id", Int64, primary_key=True),
    Column("emails", Integer, nullable=False),  # of the thread in that mailbox
    Index("ix_thread_mailboxes_account_id_mailbox_id", "account_id", "mailbox_id", "thread_id"),
    sqlite_with_rowid=False,
)

# What a message's thread is found by: a hash of one of its ids and its base subject.
thread_keys = Table(
    "thread_keys",
    metadata,
    account_key(),
    Column("hash", Int64, primary_key=True),
    Column("thread_id", Int64, nullable=False),
    Index("ix_thread_keys_account_id_thread_id", "account_id", "thread_id"),
    sqlite_with_rowid=False,
)

# Destroyed messages that can be brought back for a while.
deleted_messages = Table(
    "deleted_messages",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),  # as it was
    Column("digest", LargeBinary(32), nullable=False),
    Column("size", Int64, nullable=False),
    Column("received_at", Int64, nullable=False),
    Column("mailboxes", Text, nullable=False),
    Column("keywords", Text, nullable=False),
    Column("properties", LargeBinary, nullable=False),
    Column("deleted_at", Int64, nullable=False),
    Index("ix_deleted_messages_account_id_digest", "account_id", "digest"),
    Index("ix_deleted_messages_deleted_at", "deleted_at"),
)

# How much mail an account holds, changed with the messages; `bound` is its own limit.
mail_usage = Table(
    "mail_usage",
    metadata,
    account_key(),
    Column("emails", Int64, nullable=False),
    Column("octets", Int64, nullable=False),
    Column("bound", Int64),  # octets; null: as the option says
    sqlite_with_rowid=False,
)
