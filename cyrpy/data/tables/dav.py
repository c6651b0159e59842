"""Dead properties: what WebDAV clients keep on resources, without the server knowing what it is."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, Text

from cyrpy.data.tables.base import Int64, account_key, metadata

dav_properties = Table(
    "dav_properties",
    metadata,
    account_key(),
    Column("kind", String(32), primary_key=True),  # Calendar, AddressBook, CalendarHome …
    Column("object_id", Int64, primary_key=True),  # 0 for a home
    Column("principal_id", Int64, primary_key=True),  # whose own it is; 0: it is for all
    Column("name", Text, primary_key=True),  # Clark name
    Column("value", LargeBinary),  # the element; null: gone for this principal
    sqlite_with_rowid=False,
)
