"""Calendars and the objects in them, and what each sharee set for itself on both."""

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
    text,
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

# What is large stands last: SQLite then reads the rest of a row without it.
calendar_objects = Table(
    "calendar_objects",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("calendar_id", Int64, nullable=False),
    Column("uri", String(255), nullable=False),  # last part of its URL
    Column("uid", String(255), nullable=False),  # as `cyrpy.data.keys` bounds it
    Column("component", String(64), nullable=False),  # VEVENT, VTODO …
    Column("etag", String(64), nullable=False),
    Column("schedule_tag", String(64)),  # of scheduling objects (RFC 6638 §3.2.10)
    Column("size", Int64, nullable=False),  # octets of the iCalendar object
    Column("privacy", SmallInteger, nullable=False),  # 0 public, 1 private, 2 secret
    Column("has_organizer", SmallInteger, nullable=False),
    Column("is_draft", SmallInteger, nullable=False),
    Column("starts_at", Int64, nullable=False),  # unix seconds; at the earliest, in any zone
    Column("ends_at", Int64, nullable=False),  # at the latest
    # 1: recurs, or spans more than 31 days; 2: recurs for more than a year
    Column("is_long", SmallInteger, nullable=False),
    Column("is_plain", SmallInteger, nullable=False),  # one instance, which is just then
    # Where in a cycle it has its instances, if is_long is 2 (`cyrpy.formats.ical.phases`).
    Column("phase", SmallInteger, nullable=False),
    Column("created_at", Int64, nullable=False),  # unix seconds
    Column("updated_at", Int64, nullable=False),
    # What JMAP sorts by, unix seconds: its first start, floating times read as UTC; and when it
    # was made and changed as it says itself, else as the server knows.
    Column("begins_at", Int64, nullable=False),
    Column("made_at", Int64, nullable=False),
    Column("revised_at", Int64, nullable=False),
    *modseqs(),
    Column("instances", Text),  # RECURRENCE-IDs, if it has no master: JMAP events of their own
    Column("rendering", SmallInteger, nullable=False),  # version of what made `jscalendar`
    Column("jscalendar", LargeBinary),  # as JMAP shows it; null: nothing that it shows
    Column("icalendar", LargeBinary, nullable=False),  # octets as last written
    UniqueConstraint("account_id", "calendar_id", "uri"),
    # In this order it finds a UID in one calendar and in all of the account.
    UniqueConstraint("account_id", "uid", "calendar_id"),
    Index("ix_calendar_objects_account_id_calendar_id_id", "account_id", "calendar_id", "id"),
    # PostgreSQL's conditions stand in the migrations alone, here and elsewhere: SQLAlchemy would
    # load that dialect for them at every start.
    # The few that are given by single instances alone, and so are several events in JMAP.
    Index(
        "ix_calendar_objects_alone",
        "account_id",
        "calendar_id",
        "id",
        sqlite_where=text("instances IS NOT NULL"),
    ),
    # Short objects are found by a range on their start, those that recur for long by their phase;
    # of the rest, there are few. All three hold all that is asked of them, `is_long` too: SQLite
    # looks at it again.
    Index(
        "ix_calendar_objects_short",
        "account_id",
        "calendar_id",
        "starts_at",
        "ends_at",
        "id",
        "is_long",
        sqlite_where=text("is_long = 0"),
    ),
    Index(
        "ix_calendar_objects_long",
        "account_id",
        "calendar_id",
        "ends_at",
        "starts_at",
        "id",
        "is_long",
        sqlite_where=text("is_long = 1"),
    ),
    Index(
        "ix_calendar_objects_phase",
        "account_id",
        "calendar_id",
        "phase",
        "starts_at",
        "ends_at",
        "id",
        "is_long",
        sqlite_where=text("is_long = 2"),
    ),
)

calendar_object_settings = Table(
    "calendar_object_settings",
    metadata,
    account_key(),
    Column("object_id", Int64, primary_key=True),
    Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    ),
    # JSON: what of keywords, color, freeBusyStatus, useDefaultAlerts and alerts it set for itself
    Column("patch", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
