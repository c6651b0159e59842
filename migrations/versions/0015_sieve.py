"""Sieve scripts of users, and the messages that their scripts have seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "sieve_scripts",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("is_active", sa.SmallInteger(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _account("sieve_scripts"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_sieve_scripts")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_sieve_scripts_account_id_name", "sieve_scripts", ["account_id", "name"], unique=True
    )
    op.create_index("ix_sieve_scripts_account_id_digest", "sieve_scripts", ["account_id", "digest"])
    op.create_table(
        "sieve_duplicates",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", Int64, nullable=False),
        _account("sieve_duplicates"),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_sieve_duplicates")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sieve_duplicates_expires_at", "sieve_duplicates", ["expires_at"])
