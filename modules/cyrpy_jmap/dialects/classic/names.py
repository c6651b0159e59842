"""The table of classic calls: what each is canonically, and how its response is called.

A type is added by its lens and its rows. Only calls that have something behind them stand here:
without a lens, records would go out as the engine has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.accounts import GetAccounts
from cyrpy_jmap.dialects.classic.calendars import CalendarLens
from cyrpy_jmap.dialects.classic.contacts import (
    AddressBookLens,
    ContactGroupLens,
    ContactLens,
    listing,
)
from cyrpy_jmap.dialects.classic.events import EARLY, LATER
from cyrpy_jmap.dialects.classic.events import listing as events_listing
from cyrpy_jmap.dialects.classic.events.early import EarlyLens
from cyrpy_jmap.dialects.classic.events.later import LaterLens
from cyrpy_jmap.dialects.classic.mail import EARLY_MAIL, LATER_MAIL, MIDDLE_MAIL
from cyrpy_jmap.dialects.classic.preferences import PREFERENCES
from cyrpy_jmap.dialects.classic.profiles import PROFILES, Profile
from cyrpy_jmap.dialects.classic.push import Plain
from cyrpy_jmap.dialects.classic.rows import copied, listed, standard
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Verb

PLAIN: Final = Plain()
CONTACTS: Final = ContactLens()
_CONTACTS: Final = standard(CONTACTS, "Contact", "Contacts", is_paged=True)


def _of_events(lens: EarlyLens | LaterLens) -> list[ClassicCall]:
    rows = standard(lens, "CalendarEvent", "CalendarEvents", is_paged=True)
    lists = listed(lens, events_listing(lens, rows[0]))
    return [*rows, *lists, copied(lens, "CalendarEvent", "CalendarEvents")]


CALLS: Final[Mapping[str, ClassicCall]] = {
    call.name: call
    for call in (
        ClassicCall("getAccounts", "Core/echo", "accounts", GetAccounts()),
        ClassicCall("getPushCallback", "PushCallback/get", "pushCallback", PLAIN),
        ClassicCall(
            "setPushCallback",
            "PushCallback/set",
            "pushCallbackSet",
            PLAIN,
            arguments={"callback": types.STRING},
        ),
        *standard(CalendarLens(), "Calendar", "Calendars"),
        *standard(AddressBookLens(), "Addressbook", "Addressbooks"),
        *_CONTACTS,
        *listed(CONTACTS, listing(_CONTACTS[0])),
        copied(CONTACTS, "Contact", "Contacts"),
        *standard(ContactGroupLens(), "ContactGroup", "ContactGroups"),
        *_of_events(EARLY),
        *EARLY_MAIL,
        *PREFERENCES,
    )
}
_MAIL: Final = {"early": EARLY_MAIL, "middle": MIDDLE_MAIL, "later": LATER_MAIL}


def _table(profile: Profile) -> Mapping[str, ClassicCall]:
    events = _of_events(LATER) if profile.later_events else ()
    return {**CALLS, **{call.name: call for call in (*events, *_MAIL[profile.mail])}}


_TABLES: Final = {name: _table(profile) for name, profile in PROFILES.items()}


def calls_of(profile: Profile) -> Mapping[str, ClassicCall]:
    """The table as a period had it: events and mail were others later."""
    return _TABLES[profile.name]


def unknown(name: str) -> ClassicCall:
    """A row for a call that is not in the table; it is never run."""
    return ClassicCall(name, name, "error", Verb())
