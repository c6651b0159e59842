"""Mail on its way out: submissions and their recipients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "submissions",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("identity_id", sa.String(length=255), nullable=True),
        sa.Column("email_id", Int64, nullable=True),
        sa.Column("thread_id", Int64, nullable=True),
        sa.Column("uid", sa.String(length=255), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("send_at", Int64, nullable=False),
        sa.Column("due_at", Int64, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("undo_status", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("held_until", Int64, nullable=True),
        sa.Column("dsn_blob_ids", sa.Text(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_submissions_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_submissions")),
    )
    op.create_index("ix_submissions_due_at", "submissions", ["due_at"])
    op.create_index("ix_submissions_held_until", "submissions", ["held_until"])
    op.create_index("ix_submissions_account_id_digest", "submissions", ["account_id", "digest"])
    op.create_table(
        "submission_recipients",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("submission_id", Int64, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=True),
        sa.Column("delivered", sa.String(length=16), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_submission_recipients_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id",
            "submission_id",
            "position",
            name=op.f("pk_submission_recipients"),
        ),
        sqlite_with_rowid=False,
    )
