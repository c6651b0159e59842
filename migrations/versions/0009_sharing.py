"""Sharing: invitations that wait for an answer, and what users are told of shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "invitations",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("container_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("rights", sa.String(length=32), nullable=False),
        sa.Column("is_declined", sa.SmallInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        _account("invitations"),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_invitations_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "kind", "container_id", "principal_id", name=op.f("pk_invitations")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_invitations_principal_id", "invitations", ["principal_id"])
    op.create_table(
        "notices",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _account("notices"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_notices")),
        sa.UniqueConstraint("account_id", "uid", name=op.f("uq_notices_account_id_uid")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "share_notifications",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("changed_by", Int64, nullable=True),
        sa.Column("object_type", sa.String(length=32), nullable=False),
        sa.Column("object_account_id", Int64, nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("old_rights", sa.String(length=32), nullable=False),
        sa.Column("new_rights", sa.String(length=32), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _account("share_notifications"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_share_notifications")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "address_book_settings",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("address_book_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("sort_order", Int64, nullable=True),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=True),
        _account("address_book_settings"),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_address_book_settings_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "address_book_id", "principal_id", name=op.f("pk_address_book_settings")
        ),
        sqlite_with_rowid=False,
    )
    directory = op.create_table(
        "directory",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("revision", Int64, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory")),
    )
    op.bulk_insert(directory, [{"id": 1, "revision": 1}])
