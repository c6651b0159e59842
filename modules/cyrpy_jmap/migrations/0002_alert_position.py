"""Up to which alert each push subscription was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column; null: of none before it is looked at."""
    with op.batch_alter_table("jmap_push_subscriptions") as table:
        table.add_column(sa.Column("alert_position", Int64, nullable=True))
