"""SQLAlchemy Core tables, one file for each kind of thing."""

from cyrpy.data.tables.access import grants
from cyrpy.data.tables.account import accounts, retired_ids
from cyrpy.data.tables.addressbook import address_book_settings, address_books, cards
from cyrpy.data.tables.alert import event_alerts, triggered_alerts
from cyrpy.data.tables.attachment import calendar_attachments
from cyrpy.data.tables.base import metadata
from cyrpy.data.tables.blob import blob_owners, blobs
from cyrpy.data.tables.calendar import (
    calendar_object_settings,
    calendar_objects,
    calendar_settings,
    calendars,
)
from cyrpy.data.tables.change import changes, states
from cyrpy.data.tables.dav import dav_properties
from cyrpy.data.tables.event import event_notifications, participant_identities
from cyrpy.data.tables.file import file_usage, files
from cyrpy.data.tables.imap import (
    imap_accounts,
    imap_folders,
    imap_imports,
    imap_links,
    imap_pushes,
)
from cyrpy.data.tables.lock import dav_locks
from cyrpy.data.tables.mailbox import mailbox_settings, mailboxes
from cyrpy.data.tables.message import (
    deleted_messages,
    mail_usage,
    message_keywords,
    message_mailboxes,
    message_seen,
    messages,
    thread_keys,
    thread_mailboxes,
    threads,
)
from cyrpy.data.tables.publishing import public_links, remote_collections, remote_items
from cyrpy.data.tables.schedule import schedule_messages
from cyrpy.data.tables.search import search_documents, search_index
from cyrpy.data.tables.sending import mail_identities, vacation_replies, vacation_responses
from cyrpy.data.tables.sharing import invitations, notices, share_notifications
from cyrpy.data.tables.sieve import sieve_duplicates, sieve_scripts
from cyrpy.data.tables.smime import smime_messages
from cyrpy.data.tables.submission import submission_recipients, submissions
from cyrpy.data.tables.user import (
    addresses,
    credentials,
    directory,
    domains,
    group_members,
    principals,
    secrets,
)

__all__ = [
    "accounts",
    "address_book_settings",
    "address_books",
    "addresses",
    "blob_owners",
    "blobs",
    "calendar_attachments",
    "calendar_object_settings",
    "calendar_objects",
    "calendar_settings",
    "calendars",
    "cards",
    "changes",
    "credentials",
    "dav_locks",
    "dav_properties",
    "deleted_messages",
    "directory",
    "domains",
    "event_alerts",
    "event_notifications",
    "file_usage",
    "files",
    "grants",
    "group_members",
    "imap_accounts",
    "imap_folders",
    "imap_imports",
    "imap_links",
    "imap_pushes",
    "invitations",
    "mail_identities",
    "mail_usage",
    "mailbox_settings",
    "mailboxes",
    "message_keywords",
    "message_mailboxes",
    "message_seen",
    "messages",
    "metadata",
    "notices",
    "participant_identities",
    "principals",
    "public_links",
    "remote_collections",
    "remote_items",
    "retired_ids",
    "schedule_messages",
    "search_documents",
    "search_index",
    "secrets",
    "share_notifications",
    "sieve_duplicates",
    "sieve_scripts",
    "smime_messages",
    "states",
    "submission_recipients",
    "submissions",
    "thread_keys",
    "thread_mailboxes",
    "threads",
    "triggered_alerts",
    "vacation_replies",
    "vacation_responses",
]
