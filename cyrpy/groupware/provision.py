"""What an account has from its first day: mailboxes, a calendar, an address book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from cyrpy.data import addressbooks, calendars, mailboxes
from cyrpy.data.addressbooks import NewAddressBook
from cyrpy.data.mailboxes import NewMailbox
from cyrpy.data.principals import GROUP, INDIVIDUAL, PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.groupware.calendars import create as create_calendar

DEFAULT: Final = "Default"  # name, URL name and id of the first calendar and address book
INBOX: Final = "Inbox"
# Names under which a folder is known to have a role (RFC 8621 §10.5), in lower case.
ROLES: Final[Mapping[str, str]] = {
    "archive": "archive",
    "drafts": "drafts",
    "important": "important",
    "junk": "junk",
    "outbox": "scheduled",
    "sent": "sent",
    "sent items": "sent",
    "sent messages": "sent",
    "spam": "junk",
    "trash": "trash",
}
DEFAULT_CALENDAR: Final[Mapping[str, object]] = {
    "color": "#FD8208FF",
    "sort_order": 1,
    "is_visible": 1,
    "is_subscribed": 1,
    "include_in_availability": "all",
    "components": "VEVENT VTODO VJOURNAL VFREEBUSY VAVAILABILITY",
}


class FolderSettings(Protocol):
    """The options of imapd.conf that say what a new account has."""

    @property
    def autocreate_inbox_folders(self) -> tuple[str, ...]:
        """Mailboxes beside the inbox."""

    @property
    def autocreate_subscribe_folders(self) -> tuple[str, ...] | None:
        """Those that the user is subscribed to; None for all."""

    @property
    def calendar_default_displayname(self) -> str:
        """Name of the first calendar."""


class Folders(NamedTuple):
    """The mailboxes of a new account beside its inbox, and how its calendar is called."""

    names: tuple[str, ...]
    subscribed: frozenset[str]
    calendar: str = DEFAULT

    @classmethod
    def of(cls, settings: FolderSettings) -> Folders:
        """As the options say."""
        names = settings.autocreate_inbox_folders
        subscribed = settings.autocreate_subscribe_folders
        return cls(
            names,
            frozenset(names if subscribed is None else subscribed),
            settings.calendar_default_displayname,
        )


def provision(unit: Unit, folders: Folders, principal: PrincipalRow) -> None:
    """Fill a new account, and log that: users get all, rooms and resources a calendar.

    Groups start with nothing: what they use is shared with them.
    """
    if principal.type == GROUP:
        return
    values = {**DEFAULT_CALENDAR, "name": folders.calendar}
    calendar = create_calendar(unit, principal.id, values, uri=DEFAULT)
    unit.run(calendars.SET_DEFAULT, account_id=principal.id, calendar_id=calendar.id)
    if principal.type == INDIVIDUAL:
        _create_mailboxes(unit, folders, principal.id)
        book = addressbooks.create(
            unit, principal.id, NewAddressBook(DEFAULT, uri=DEFAULT, sort_order=1)
        )
        unit.run(addressbooks.SET_DEFAULT, account_id=principal.id, address_book_id=book.id)


def _create_mailboxes(unit: Unit, folders: Folders, account_id: int) -> None:
    """The inbox and the folders; of two names for one role the first has it."""
    mailboxes.create(unit, account_id, NewMailbox(INBOX, "inbox", sort_order=1))
    given = set()
    others = [name for name in folders.names if name.lower() != INBOX.lower()]
    for position, name in enumerate(others, start=2):
        role = ROLES.get(name.lower())
        new = NewMailbox(
            name,
            None if role in given else role,
            sort_order=position,
            is_subscribed=name in folders.subscribed,
        )
        given.add(role)
        mailboxes.create(unit, account_id, new)
