"""Scheduling: messages that wait in a user's inbox."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, UniqueConstraint

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

schedule_messages = Table(
    "schedule_messages",
    metadata,
    account_key(),  # whose inbox it is in
    Column("id", Int64, primary_key=True),
    Column("uri", String(255), nullable=False),  # last part of its URL
    Column("uid", String(255), nullable=False),  # as `cyrpy.data.keys` bounds it
    Column("method", String(16), nullable=False),  # of iTIP
    Column("sender", String(255), nullable=False),  # calendar user address, bounded likewise
    Column("component", String(64), nullable=False),
    Column("etag", String(64), nullable=False),
    Column("size", Int64, nullable=False),  # octets
    Column("created_at", Int64, nullable=False),  # unix seconds
    *modseqs(),
    Column("icalendar", LargeBinary, nullable=False),
    UniqueConstraint("account_id", "uri"),
    Index("ix_schedule_messages_account_id_uid", "account_id", "uid"),
)
