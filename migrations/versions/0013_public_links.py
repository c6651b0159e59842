"""Public links; and what is remembered of other servers that were copied from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "public_links",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("container_id", Int64, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("shows", sa.String(length=64), nullable=False),
        sa.Column("is_published", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        _account("public_links"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_public_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_public_links_digest")),
    )
    op.create_table(
        "remote_collections",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("container_id", Int64, nullable=False),
        sa.Column("sync_token", sa.Text(), nullable=True),
        _account("remote_collections"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_remote_collections")),
        sa.UniqueConstraint("account_id", "url", name=op.f("uq_remote_collections_account_id_url")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "remote_items",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("remote_id", Int64, nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        _account("remote_items"),
        sa.PrimaryKeyConstraint("account_id", "remote_id", "href", name=op.f("pk_remote_items")),
        sqlite_with_rowid=False,
    )
