"""Data types that the module `jmap` itself offers, a file each."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy_jmap.push.callback import PushCallbacks
from cyrpy_jmap.push.vapid import Vapid
from cyrpy_jmap.push.websocket import WEBSOCKET
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.types.address_book import AddressBooks
from cyrpy_jmap.types.availability import Availability
from cyrpy_jmap.types.backup import Backups
from cyrpy_jmap.types.blob import BlobType
from cyrpy_jmap.types.blob_management import BlobManagement
from cyrpy_jmap.types.calendar import Calendars
from cyrpy_jmap.types.calendar_event import PARSE as PARSE_EVENTS
from cyrpy_jmap.types.calendar_event import CalendarEvents
from cyrpy_jmap.types.calendar_event.attaching import ATTACHMENTS
from cyrpy_jmap.types.contact_card import (
    MEDIA,
    PARSING,
    ContactCards,
    ContactGroups,
    Contacts,
)
from cyrpy_jmap.types.core_echo import CoreEcho
from cyrpy_jmap.types.email import MESSAGES, PARTS, Emails, SearchSnippets, Threads
from cyrpy_jmap.types.event_notification import EventNotifications
from cyrpy_jmap.types.mailbox import Mailboxes
from cyrpy_jmap.types.mdn import MDNs
from cyrpy_jmap.types.message import ClassicMailboxes, ClassicThreads, Messages
from cyrpy_jmap.types.participant_identity import ParticipantIdentities
from cyrpy_jmap.types.principal import OWNER, Principals
from cyrpy_jmap.types.push_subscription import PushSubscriptions
from cyrpy_jmap.types.quota import Quotas
from cyrpy_jmap.types.share_notification import ShareNotifications
from cyrpy_jmap.types.sieve_script import SieveScripts
from cyrpy_jmap.types.submission import EmailSubmissions, Identities, VacationResponses
from cyrpy_jmap.types.task import PARTS as PARTS_OF_TASKS
from cyrpy_jmap.types.task import TaskLists, Tasks

TYPES = (
    CoreEcho(),
    BlobType(),
    BlobManagement(),
    Calendars(),
    EventNotifications(),
    ParticipantIdentities(),
    Availability(),
    AddressBooks(),
    ContactCards(),
    Contacts(),
    ContactGroups(),
    Mailboxes(),
    Threads(),
    Emails(),
    SearchSnippets(),
    ClassicMailboxes(),
    ClassicThreads(),
    Messages(),
    Identities(),
    EmailSubmissions(),
    VacationResponses(),
    Quotas(),
    MDNs(),
    Backups(),
    Principals(),
    ShareNotifications(),
    PushSubscriptions(),
    PushCallbacks(),
)


def offers(settings: JmapSettings) -> Iterable[object]:
    """The types, for the engine, and what push adds to the Session object."""
    vapid = Vapid()
    events = CalendarEvents(old_spellings=settings.jscalendar_1)
    tasks: tuple[object, ...] = ()
    if settings.tasks:
        tasks = (TaskLists(), Tasks(old_spellings=settings.jscalendar_1), *PARTS_OF_TASKS)
    sieve: tuple[object, ...] = (SieveScripts(),) if settings.sieve else ()
    types = _with_smime(settings) if settings.smime else TYPES
    own = (ATTACHMENTS, MESSAGES, PARTS, MEDIA, PARSING, PARSE_EVENTS, OWNER, WEBSOCKET)
    return (*types, events, *tasks, *sieve, *own, vapid, vapid.capability)


def _with_smime(settings: JmapSettings) -> tuple[object, ...]:
    """The types with emails whose signatures are verified, which few servers want."""
    from cyrpy.formats.smime import Trust  # noqa: PLC0415 - it takes time to load
    from cyrpy_jmap.types.smime import SMIME_VERIFY, Judge, SmimeEmails  # noqa: PLC0415

    judge = Judge(Trust.read(settings.smime_trust))
    others = [type for type in TYPES if not isinstance(type, Emails)]
    return (*others, SmimeEmails(judge), SMIME_VERIFY)
