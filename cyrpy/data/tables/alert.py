"""When alerts of events are due, and those that were triggered (JMAP Calendars, "Alerts")."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, text

from cyrpy.data.tables.base import Int64, account_key, metadata

# An event that has alerts, for anybody: when to look at it next.
event_alerts = Table(
    "event_alerts",
    metadata,
    account_key(),
    Column("event_id", Int64, primary_key=True),
    Column("due_at", Int64, nullable=False),  # unix seconds; 0: at once
    Column("checked_at", Int64, nullable=False),  # up to which alerts were triggered
    Index("ix_event_alerts_due_at", "due_at"),
    sqlite_with_rowid=False,
)

# What was triggered, for those who are to be told; for a while.
triggered_alerts = Table(
    "triggered_alerts",
    metadata,
    Column("id", Int64, primary_key=True, autoincrement=True),
    Column("principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", Int64, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", String(255), nullable=False),  # on the wire
    Column("uid", Text, nullable=False),
    Column("recurrence_id", String(32)),
    Column("alert_id", Text, nullable=False),
    Column("triggered_at", Int64, nullable=False),
    Column("mail", Text),  # JSON of what a mail tells, until it is sent
    Index("ix_triggered_alerts_principal_id_id", "principal_id", "id"),
    Index("ix_triggered_alerts_account_id", "account_id"),
    Index("ix_triggered_alerts_triggered_at", "triggered_at"),
    # PostgreSQL's condition stands in the migration alone.
    Index("ix_triggered_alerts_mail", "id", sqlite_where=text("mail IS NOT NULL")),
    sqlite_autoincrement=True,
)
