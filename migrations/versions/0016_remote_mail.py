"""Accounts whose mail lives on an IMAP server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables."""
    _create_accounts()
    op.create_table(
        "imap_folders",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("mailbox_id", Int64, nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", Int64, nullable=True),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=False),
        sa.Column("is_selectable", sa.SmallInteger(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("uid_validity", Int64, nullable=False),
        sa.Column("uid_next", Int64, nullable=False),
        sa.Column("modseq", Int64, nullable=False),
        sa.Column("emails", Int64, nullable=False),
        _account("imap_folders"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_imap_folders")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_imap_folders_account_id_mailbox_id", "imap_folders", ["account_id", "mailbox_id"]
    )
    op.create_table(
        "imap_links",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("folder_id", Int64, nullable=False),
        sa.Column("uid", Int64, nullable=False),
        sa.Column("message_id", Int64, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("identity", Int64, nullable=True),
        _account("imap_links"),
        sa.PrimaryKeyConstraint("account_id", "folder_id", "uid", name=op.f("pk_imap_links")),
        sqlite_with_rowid=False,
    )
    for column in ("message_id", "digest", "identity"):
        op.create_index(f"ix_imap_links_account_id_{column}", "imap_links", ["account_id", column])
    _create_pushes()
    op.create_table(
        "imap_imports",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("source", sa.LargeBinary(length=32), nullable=False),
        sa.Column("uid_validity", Int64, nullable=False),
        sa.Column("uid", Int64, nullable=False),
        _account("imap_imports"),
        sa.PrimaryKeyConstraint("account_id", "source", name=op.f("pk_imap_imports")),
        sqlite_with_rowid=False,
    )


def _create_accounts() -> None:
    op.create_table(
        "imap_accounts",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("smtp_url", sa.Text(), nullable=True),
        sa.Column("smtp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("pushed_modseq", Int64, nullable=False),
        sa.Column("is_complete", sa.SmallInteger(), nullable=False),
        sa.Column("checked_at", Int64, nullable=True),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("held_until", Int64, nullable=True),
        _account("imap_accounts"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_imap_accounts")),
        sqlite_with_rowid=False,
    )


def _create_pushes() -> None:
    op.create_table(
        "imap_pushes",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wire_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Int64, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        _account("imap_pushes"),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_imap_pushes")),
        sqlite_with_rowid=False,
    )
    for column in ("wire_digest", "due_at"):
        op.create_index(
            f"ix_imap_pushes_account_id_{column}", "imap_pushes", ["account_id", column]
        )
