"""Cards with what is looked up, listed by and shown of them; there were none before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTED = [
    "account_id",
    "address_book_id",
    "id",
    "kind",
    "created",
    "updated",
    "created_at",
    "updated_at",
    "is_flagged",
    "sort_given",
    "sort_surname",
    "sort_surname2",
    "sort_company",
]


def upgrade() -> None:
    """Make the table anew: what is large stands last."""
    op.drop_table("cards")
    op.create_table(
        "cards",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("address_book_id", Int64, nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("size", Int64, nullable=False),
        sa.Column("version", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("updated_at", Int64, nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.Column("created", Int64, nullable=True),
        sa.Column("updated", Int64, nullable=True),
        sa.Column("is_flagged", sa.SmallInteger(), nullable=False),
        sa.Column("importance", sa.Float(), nullable=False),
        sa.Column("sort_given", sa.LargeBinary(), nullable=False),
        sa.Column("sort_surname", sa.LargeBinary(), nullable=False),
        sa.Column("sort_surname2", sa.LargeBinary(), nullable=False),
        sa.Column("sort_company", sa.LargeBinary(), nullable=False),
        sa.Column("rendering", sa.SmallInteger(), nullable=False),
        sa.Column("outline", sa.LargeBinary(), nullable=True),
        sa.Column("jscontact", sa.LargeBinary(), nullable=True),
        sa.Column("vcard", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_cards_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_cards")),
        sa.UniqueConstraint(
            "account_id",
            "address_book_id",
            "uri",
            name=op.f("uq_cards_account_id_address_book_id_uri"),
        ),
        sa.UniqueConstraint(
            "account_id",
            "uid",
            "address_book_id",
            name=op.f("uq_cards_account_id_uid_address_book_id"),
        ),
    )
    op.create_index("ix_cards_listed", "cards", LISTED, unique=False)
