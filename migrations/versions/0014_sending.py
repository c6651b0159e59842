"""As whom mail is sent, and what is answered while its owner is away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "mail_identities",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("wire_id", sa.String(length=255), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("bcc", sa.Text(), nullable=True),
        sa.Column("text_signature", sa.Text(), nullable=False),
        sa.Column("html_signature", sa.Text(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        _account("mail_identities"),
        sa.PrimaryKeyConstraint("account_id", "wire_id", name=op.f("pk_mail_identities")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vacation_responses",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("is_enabled", sa.SmallInteger(), nullable=False),
        sa.Column("from_date", sa.String(length=40), nullable=True),
        sa.Column("to_date", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text_body", sa.Text(), nullable=True),
        sa.Column("html_body", sa.Text(), nullable=True),
        _account("vacation_responses"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_vacation_responses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vacation_replies",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("sender", sa.LargeBinary(length=32), nullable=False),
        sa.Column("replied_at", Int64, nullable=False),
        _account("vacation_replies"),
        sa.PrimaryKeyConstraint("account_id", "sender", name=op.f("pk_vacation_replies")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_vacation_replies_account_id_replied_at",
        "vacation_replies",
        ["account_id", "replied_at"],
    )
