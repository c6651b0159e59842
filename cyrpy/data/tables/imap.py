"""Accounts whose mail lives on an IMAP server: the server, its folders, and what is where there.

What these tables say is the state on which both sides last agreed; each side is compared with it.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata

imap_accounts = Table(
    "imap_accounts",
    metadata,
    account_key(),
    Column("url", Text, nullable=False),  # imaps://user@host:port, without the password
    Column("secret", LargeBinary, nullable=False),  # the password, encrypted
    Column("smtp_url", Text),  # null: its mail goes the way of all mail
    Column("smtp_secret", LargeBinary),  # null: the same password
    Column("pushed_modseq", Int64, nullable=False),  # local changes up to here are there; -1: none
    Column("is_complete", SmallInteger, nullable=False),  # everything was here once
    Column("checked_at", Int64),  # when both were last known to be equal
    Column("skipped", Integer, nullable=False),  # messages there that are too large
    Column("error", Text),
    Column("holder", String(64)),  # the process that sees to it, until held_until
    Column("held_until", Int64),
    sqlite_with_rowid=False,
)

imap_folders = Table(
    "imap_folders",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("mailbox_id", Int64, nullable=False),
    Column("path", Text),  # as the server names it; null: this folder is gone there
    Column("name", Text, nullable=False),  # of the mailbox, as is parent_id
    Column("parent_id", Int64),
    Column("is_subscribed", SmallInteger, nullable=False),
    Column("is_selectable", SmallInteger, nullable=False),
    Column("keywords", Text),  # that can be stored there; null: any
    # How far it was read; 0: not at all.
    Column("uid_validity", Int64, nullable=False),
    Column("uid_next", Int64, nullable=False),
    Column("modseq", Int64, nullable=False),
    Column("emails", Int64, nullable=False),
    Index("ix_imap_folders_account_id_mailbox_id", "account_id", "mailbox_id"),
    sqlite_with_rowid=False,
)

imap_links = Table(
    "imap_links",
    metadata,
    account_key(),
    Column("folder_id", Int64, primary_key=True),
    Column("uid", Int64, primary_key=True),
    Column("message_id", Int64, nullable=False),  # as it was when the two were linked
    Column("digest", LargeBinary(32), nullable=False),  # of the message
    Column("keywords", Text, nullable=False),  # words with spaces between, sorted
    Column("identity", Int64),  # hash of Message-ID, size and date, as the server says
    Index("ix_imap_links_account_id_message_id", "account_id", "message_id"),
    Index("ix_imap_links_account_id_digest", "account_id", "digest"),
    Index("ix_imap_links_account_id_identity", "account_id", "identity"),
    sqlite_with_rowid=False,
)

# Messages of which something is still to be done on the server, or may have been done there.
imap_pushes = Table(
    "imap_pushes",
    metadata,
    account_key(),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("wire_digest", LargeBinary(32)),  # of the octets that were given to APPEND
    Column("keywords", Text),  # that were given with them
    Column("attempts", Integer, nullable=False),
    Column("due_at", Int64, nullable=False),
    Column("error", Text),
    Index("ix_imap_pushes_account_id_wire_digest", "account_id", "wire_digest"),
    Index("ix_imap_pushes_account_id_due_at", "account_id", "due_at"),
    sqlite_with_rowid=False,
)

# Up to which message a folder was imported (`cyrpy import imap`).
imap_imports = Table(
    "imap_imports",
    metadata,
    account_key(),
    Column("source", LargeBinary(32), primary_key=True),  # SHA-256 of user, server and folder
    Column("uid_validity", Int64, nullable=False),
    Column("uid", Int64, nullable=False),
    sqlite_with_rowid=False,
)
