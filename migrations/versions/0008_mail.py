"""Messages with their threads, keywords and places, and what was destroyed and may come back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SortText = sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql")
Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def _principal(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["principal_id"],
        ["principals.id"],
        name=op.f(f"fk_{table}_principal_id"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    """Create the tables."""
    op.add_column(
        "mailboxes", sa.Column("properties_modseq", Int64, nullable=False, server_default="0")
    )
    op.create_table(
        "mailbox_settings",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("mailbox_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=False),
        _account("mailbox_settings"),
        _principal("mailbox_settings"),
        sa.PrimaryKeyConstraint(
            "account_id", "mailbox_id", "principal_id", name=op.f("pk_mailbox_settings")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("thread_id", Int64, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", Int64, nullable=False),
        sa.Column("received_at", Int64, nullable=False),
        sa.Column("mailboxes", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("sent_at", Int64, nullable=True),
        sa.Column("from_key", SortText, nullable=False),
        sa.Column("to_key", SortText, nullable=False),
        sa.Column("subject_key", SortText, nullable=False),
        sa.Column("has_attachment", sa.SmallInteger(), nullable=False),
        sa.Column("rendering", sa.SmallInteger(), nullable=False),
        sa.Column("properties", sa.LargeBinary(), nullable=False),
        sa.Column("structure", sa.LargeBinary(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _account("messages"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_messages")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_messages_account_id_digest")),
    )
    op.create_index("ix_messages_account_id_from_key", "messages", ["account_id", "from_key", "id"])
    op.create_index(
        "ix_messages_account_id_received_at", "messages", ["account_id", "received_at", "id"]
    )
    op.create_index("ix_messages_account_id_sent_at", "messages", ["account_id", "sent_at", "id"])
    op.create_index("ix_messages_account_id_size", "messages", ["account_id", "size", "id"])
    op.create_index(
        "ix_messages_account_id_subject_key", "messages", ["account_id", "subject_key", "id"]
    )
    op.create_index(
        "ix_messages_account_id_thread_id",
        "messages",
        ["account_id", "thread_id", "received_at", "id"],
    )
    op.create_index("ix_messages_account_id_to_key", "messages", ["account_id", "to_key", "id"])
    op.create_table(
        "message_mailboxes",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("mailbox_id", Int64, nullable=False),
        sa.Column("received_at", Int64, nullable=False),
        sa.Column("message_id", Int64, nullable=False),
        sa.Column("thread_id", Int64, nullable=False),
        _account("message_mailboxes"),
        sa.PrimaryKeyConstraint(
            "account_id",
            "mailbox_id",
            "received_at",
            "message_id",
            name=op.f("pk_message_mailboxes"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message_keywords",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("keyword", sa.String(length=255), nullable=False),
        sa.Column("message_id", Int64, nullable=False),
        sa.Column("thread_id", Int64, nullable=False),
        _account("message_keywords"),
        sa.PrimaryKeyConstraint(
            "account_id", "keyword", "message_id", name=op.f("pk_message_keywords")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_message_keywords_account_id_thread_id",
        "message_keywords",
        ["account_id", "thread_id", "keyword"],
    )
    op.create_table(
        "message_seen",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("message_id", Int64, nullable=False),
        _account("message_seen"),
        _principal("message_seen"),
        sa.PrimaryKeyConstraint(
            "account_id", "principal_id", "message_id", name=op.f("pk_message_seen")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_message_seen_account_id_message_id", "message_seen", ["account_id", "message_id"]
    )
    op.create_table(
        "threads",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("emails", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("unread_in_trash", sa.Integer(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _account("threads"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_threads")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "thread_mailboxes",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("thread_id", Int64, nullable=False),
        sa.Column("mailbox_id", Int64, nullable=False),
        sa.Column("emails", sa.Integer(), nullable=False),
        _account("thread_mailboxes"),
        sa.PrimaryKeyConstraint(
            "account_id", "thread_id", "mailbox_id", name=op.f("pk_thread_mailboxes")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_thread_mailboxes_account_id_mailbox_id",
        "thread_mailboxes",
        ["account_id", "mailbox_id", "thread_id"],
    )
    op.create_table(
        "thread_keys",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("hash", Int64, nullable=False),
        sa.Column("thread_id", Int64, nullable=False),
        _account("thread_keys"),
        sa.PrimaryKeyConstraint("account_id", "hash", name=op.f("pk_thread_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_thread_keys_account_id_thread_id", "thread_keys", ["account_id", "thread_id"]
    )
    op.create_table(
        "deleted_messages",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", Int64, nullable=False),
        sa.Column("received_at", Int64, nullable=False),
        sa.Column("mailboxes", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("properties", sa.LargeBinary(), nullable=False),
        sa.Column("deleted_at", Int64, nullable=False),
        _account("deleted_messages"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_deleted_messages")),
    )
    op.create_index(
        "ix_deleted_messages_account_id_digest", "deleted_messages", ["account_id", "digest"]
    )
    op.create_index("ix_deleted_messages_deleted_at", "deleted_messages", ["deleted_at"])
    op.create_table(
        "mail_usage",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("emails", Int64, nullable=False),
        sa.Column("octets", Int64, nullable=False),
        sa.Column("bound", Int64, nullable=True),
        _account("mail_usage"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_usage")),
        sqlite_with_rowid=False,
    )
