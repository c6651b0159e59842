"""Push subscriptions, and the lease of the one process that sends to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "jmap_push_subscriptions",
        sa.Column("id", Int64, autoincrement=True, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("credential_id", Int64, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("device_client_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(length=128), nullable=True),
        sa.Column("auth", sa.String(length=32), nullable=True),
        sa.Column("types", sa.Text(), nullable=True),
        sa.Column("verification_code", sa.String(length=64), nullable=False),
        sa.Column("is_verified", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", Int64, nullable=True),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("expires_at", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name="fk_jmap_push_subscriptions_credential_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name="fk_jmap_push_subscriptions_principal_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jmap_push_subscriptions"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jmap_push_subscriptions_credential_id", "jmap_push_subscriptions", ["credential_id"]
    )
    op.create_index(
        "ix_jmap_push_subscriptions_principal_id", "jmap_push_subscriptions", ["principal_id"]
    )
    op.create_table(
        "jmap_leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", Int64, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_jmap_leases"),
    )
