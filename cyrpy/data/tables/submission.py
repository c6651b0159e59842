"""Submissions: mail on its way out, and what became of it for each recipient."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

submissions = Table(
    "submissions",
    metadata,
    account_key(),  # on whose behalf it is sent
    Column("id", Int64, primary_key=True),
    Column("purpose", String(16), nullable=False),  # email, scheduling, …
    Column("sender", Text, nullable=False),  # of the envelope; empty: nobody is told of failures
    Column("parameters", Text),  # JSON, of MAIL
    # The message: a blob of the account, or else octets of its own.
    Column("digest", LargeBinary(32)),
    Column("message", LargeBinary),
    # What it is about, where it is an EmailSubmission (RFC 8621 §7) or a scheduling message.
    Column("identity_id", String(255)),  # as on the wire
    Column("email_id", Int64),
    Column("thread_id", Int64),
    Column("uid", String(255)),  # as `cyrpy.data.keys` bounds it
    Column("created_at", Int64, nullable=False),  # unix seconds, as are all these
    Column("send_at", Int64, nullable=False),  # not before
    Column("due_at", Int64),  # when it is to be tried next; null: never more
    Column("attempts", Integer, nullable=False),
    Column("undo_status", String(16), nullable=False),  # pending, final, canceled
    Column("holder", String(64)),  # the process that is trying it
    Column("held_until", Int64),
    Column("dsn_blob_ids", Text, nullable=False),  # with spaces between
    *modseqs(),
    Index("ix_submissions_due_at", "due_at"),
    Index("ix_submissions_held_until", "held_until"),
    Index("ix_submissions_account_id_digest", "account_id", "digest"),
)

submission_recipients = Table(
    "submission_recipients",
    metadata,
    account_key(),
    Column("submission_id", Int64, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("parameters", Text),  # JSON, of RCPT
    Column("delivered", String(16), nullable=False),  # queued, handing, unknown, yes, no
    Column("reply", Text, nullable=False),  # the relay's last; empty: none yet
    sqlite_with_rowid=False,
)
