"""Alerts of events, attachments by their blobs, and messages that are S/MIME."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and have every event looked at that is not over."""
    op.create_table(
        "event_alerts",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("event_id", Int64, nullable=False),
        sa.Column("due_at", Int64, nullable=False),
        sa.Column("checked_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_event_alerts_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "event_id", name=op.f("pk_event_alerts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_alerts_due_at", "event_alerts", ["due_at"])
    op.create_table(
        "triggered_alerts",
        sa.Column("id", Int64, autoincrement=True, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("recurrence_id", sa.String(length=32), nullable=True),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("triggered_at", Int64, nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_triggered_alerts_principal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_triggered_alerts_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triggered_alerts")),
        sqlite_autoincrement=True,
    )
    for columns in (["principal_id", "id"], ["account_id"], ["triggered_at"]):
        name = "ix_triggered_alerts_" + "_".join(columns)
        op.create_index(name, "triggered_alerts", columns)
    waiting = sa.text("mail IS NOT NULL")
    op.create_index(
        "ix_triggered_alerts_mail",
        "triggered_alerts",
        ["id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_calendar_attachments_blob_id", "calendar_attachments", ["blob_id"])
    op.create_table(
        "smime_messages",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("message_id", Int64, nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_smime_messages_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_smime_messages")),
        sqlite_with_rowid=False,
    )
    unverified = sa.text("status IS NULL")
    op.create_index(
        "ix_smime_messages_waiting",
        "smime_messages",
        ["account_id", "message_id"],
        sqlite_where=unverified,
        postgresql_where=unverified,
    )
    _look_at_all()
    _find_smime()


def _look_at_all() -> None:
    now = int(time.time())
    op.execute(
        sa.text(
            "INSERT INTO event_alerts (account_id, event_id, due_at, checked_at) "
            "SELECT account_id, id, 0, :now FROM calendar_objects "
            "WHERE component = 'VEVENT' AND ends_at > :now"
        ).bindparams(now=now)
    )


def _find_smime() -> None:
    """Those whose structure names a type of S/MIME; which of them are is told by a closer look."""
    has_type = {
        "sqlite": "instr(structure, CAST('pkcs7-' AS BLOB)) > 0",
        "postgresql": "position(convert_to('pkcs7-', 'UTF8') IN structure) > 0",
    }[op.get_bind().dialect.name]
    found = f"SELECT account_id, id FROM messages WHERE {has_type}"  # noqa: S608 - written above
    op.execute(f"INSERT INTO smime_messages (account_id, message_id) {found}")
