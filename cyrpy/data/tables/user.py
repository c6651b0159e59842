"""Principals: users, groups, rooms and resources, their addresses, and how users sign in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, SmallInteger, String, Table, Text

from cyrpy.data.tables.base import Int64, metadata

principals = Table(
    "principals",
    metadata,
    Column("id", Int64, primary_key=True, autoincrement=True),
    Column("name", String(255), nullable=False, unique=True),  # userid: test@localhost
    Column("wire_id", String(255), nullable=False, unique=True),  # JMAP id; fixed at creation
    Column("type", String(16), nullable=False),  # individual, group, location, resource
    Column("display_name", Text, nullable=False),
    Column("description", Text),
    Column("time_zone", String(64)),
    Column("created_at", Int64, nullable=False),
    # Moves with each change of credentials, rights or groups: caches of sign-in are keyed by it.
    Column("epoch", Int64, nullable=False),
    sqlite_autoincrement=True,  # a removed user's number is never given to another
)

# One row, which moves whenever a principal comes, changes or goes.
directory = Table(
    "directory",
    metadata,
    Column("id", Int64, primary_key=True, autoincrement=False),
    Column("revision", Int64, nullable=False),
)

domains = Table(
    "domains",
    metadata,
    Column("name", String(253), primary_key=True),
    Column("created_at", Int64, nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", String(254), primary_key=True),  # lower case
    Column("principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), nullable=False),
    Column("position", SmallInteger, nullable=False),  # 0 is the one that others are shown
    Index("ix_addresses_principal_id", "principal_id"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_group_members_member_id", "member_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Int64, primary_key=True, autoincrement=True),
    Column("principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),  # password, app-password, token
    # argon2 of a password that a person chose, SHA-256 of a random one that we made.
    Column("secret", String(255), nullable=False),
    Column("label", Text, nullable=False),
    Column("modules", Text),  # space-separated names; null: all
    Column("created_at", Int64, nullable=False),
    Column("expires_at", Int64),
    Index("ix_credentials_principal_id", "principal_id"),
    Index("ix_credentials_secret", "secret"),
    sqlite_autoincrement=True,
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(64), primary_key=True),  # keys that the server made for itself
    Column("value", Text, nullable=False),
)
