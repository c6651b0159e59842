"""WebDAV locks, and plain files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create their tables."""
    _create_locks()
    _create_files()
    op.create_table(
        "file_usage",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("octets", Int64, nullable=False),
        sa.Column("count", Int64, nullable=False),
        _of_account("file_usage"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_file_usage")),
        sqlite_with_rowid=False,
    )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"],
        ["accounts.id"],
        name=op.f(f"fk_{table}_account_id"),
        ondelete="CASCADE",
    )


def _create_locks() -> None:
    op.create_table(
        "dav_locks",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("is_exclusive", sa.SmallInteger(), nullable=False),
        sa.Column("is_deep", sa.SmallInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("timeout", Int64, nullable=False),
        sa.Column("expires_at", Int64, nullable=False),
        _of_account("dav_locks"),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_dav_locks_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "token", name=op.f("pk_dav_locks")),
        sqlite_with_rowid=False,
    )


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("parent_id", Int64, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_folder", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("size", Int64, nullable=False),
        sa.Column("media_type", sa.String(length=255), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("updated_at", Int64, nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _of_account("files"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_files")),
        sa.UniqueConstraint(
            "account_id", "parent_id", "name", name=op.f("uq_files_account_id_parent_id_name")
        ),
    )
    op.create_index("ix_files_account_id_digest", "files", ["account_id", "digest"])
