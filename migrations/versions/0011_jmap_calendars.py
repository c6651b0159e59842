"""JMAP Calendars: notifications of changes to events, and what is set of participant identities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "event_notifications",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("changed_by", Int64, nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("is_draft", sa.SmallInteger(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("patch", sa.LargeBinary(), nullable=True),
        _account("event_notifications"),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_event_notifications_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_event_notifications")),
    )
    op.create_index(
        "ix_event_notifications_account_id_principal_id",
        "event_notifications",
        ["account_id", "principal_id", "event_id", "id"],
    )
    op.create_index("ix_event_notifications_principal_id", "event_notifications", ["principal_id"])
    op.create_table(
        "participant_identities",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("is_default", sa.SmallInteger(), nullable=False),
        sa.Column("is_hidden", sa.SmallInteger(), nullable=False),
        _account("participant_identities"),
        sa.PrimaryKeyConstraint("account_id", "address", name=op.f("pk_participant_identities")),
        sqlite_with_rowid=False,
    )
