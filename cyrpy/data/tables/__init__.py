"""SQLAlchemy Core tables, one file for each kind of thing."""

from cyrpy.data.tables.access import grants
from cyrpy.data.tables.account import accounts, retired_ids
from cyrpy.data.tables.addressbook import address_books, cards
from cyrpy.data.tables.base import metadata
from cyrpy.data.tables.blob import blob_owners, blobs
from cyrpy.data.tables.calendar import calendar_objects, calendar_settings, calendars
from cyrpy.data.tables.change import changes, states
from cyrpy.data.tables.dav import dav_properties
from cyrpy.data.tables.mailbox import mailboxes
from cyrpy.data.tables.user import (
    addresses,
    credentials,
    domains,
    group_members,
    principals,
    secrets,
)

__all__ = [
    "accounts",
    "address_books",
    "addresses",
    "blob_owners",
    "blobs",
    "calendar_objects",
    "calendar_settings",
    "calendars",
    "cards",
    "changes",
    "credentials",
    "dav_properties",
    "domains",
    "grants",
    "group_members",
    "mailboxes",
    "metadata",
    "principals",
    "retired_ids",
    "secrets",
    "states",
]
