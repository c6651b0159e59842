"""Calendars, what each sharee set for itself on them, and the calendar objects in them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs


def _personal(*, required: bool) -> tuple[Column[object], ...]:
    """What a sharee may set for itself (JMAP Calendars, "Per-user properties")."""
    return (
        Column("name", Text, nullable=not required),
        Column("color", Text),
        Column("sort_order", Int64, nullable=not required),
        Column("is_visible", SmallInteger, nullable=not required),
        Column("is_subscribed", SmallInteger, nullable=not required),
        Column("include_in_availability", String(16), nullable=not required),
        Column("time_zone", String(64)),
        Column("alerts_with_time", Text),  # JSON: id -> Alert
        Column("alerts_without_time", Text),
    )


calendars = Table(
    "calendars",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("wire_id", String(255), nullable=False),
    Column("uri", String(255), nullable=False),  # last part of its URL
    *_personal(required=True),
    Column("description", Text),
    Column("components", Text, nullable=False),  # VEVENT VTODO …, space-separated
    *modseqs(),
    UniqueConstraint("account_id", "wire_id"),
    UniqueConstraint("account_id", "uri"),
    sqlite_with_rowid=False,
)

calendar_settings = Table(
    "calendar_settings",
    metadata,
    account_key(),
    Column("calendar_id", Int64, primary_key=True),
    Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    ),
    *_personal(required=False),  # null: as the owner has it
    sqlite_with_rowid=False,
)

calendar_objects = Table(
    "calendar_objects",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("calendar_id", Int64, nullable=False),
    Column("uri", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("icalendar", LargeBinary, nullable=False),  # octets as last written
    *modseqs(),
    UniqueConstraint("account_id", "calendar_id", "uri"),
    Index("ix_calendar_objects_account_id_uid", "account_id", "uid"),
)
