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
from cyrpy_jmap.dialects.classic.copies import Copy
from cyrpy_jmap.dialects.classic.events import EARLY, LATER
from cyrpy_jmap.dialects.classic.events import listing as events_listing
from cyrpy_jmap.dialects.classic.events.early import EarlyLens
from cyrpy_jmap.dialects.classic.events.later import LaterLens
from cyrpy_jmap.dialects.classic.lens import Lens
from cyrpy_jmap.dialects.classic.lists import List, Listing, ListUpdates
from cyrpy_jmap.dialects.classic.preferences import PREFERENCES
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.push import Plain
from cyrpy_jmap.dialects.classic.sets import Set
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Get, Updates, Verb

GET: Final = Get()
UPDATES: Final = Updates()
SET: Final = Set()
PLAIN: Final = Plain()


def standard(lens: Lens, one: str, many: str, *, is_paged: bool = False) -> list[ClassicCall]:
    """getFoos, getFooUpdates and setFoos of a type, called `one` and `many`: Foo, Foos."""
    lower_one, lower_many = (name[0].lower() + name[1:] for name in (one, many))
    get = ClassicCall(f"get{many}", f"{lens.record_type}/get", lower_many, GET, lens)
    return [
        get,
        ClassicCall(
            f"get{one}Updates",
            f"{lens.record_type}/changes",
            f"{lower_one}Updates",
            UPDATES,
            lens,
            fetch=get,
            is_paged=is_paged,
        ),
        ClassicCall(f"set{many}", f"{lens.record_type}/set", f"{lower_many}Set", SET, lens),
    ]


def listed(lens: Lens, listing: Listing) -> list[ClassicCall]:
    """The calls getFooList and getFooListUpdates of a type."""
    one = listing.one
    lower = one[0].lower() + one[1:]
    changes = f"{lens.record_type}/queryChanges"
    return [
        ClassicCall(
            f"get{one}List", f"{lens.record_type}/query", f"{lower}List", List(listing), lens
        ),
        ClassicCall(
            f"get{one}ListUpdates", changes, f"{lower}ListUpdates", ListUpdates(listing), lens
        ),
    ]


def copied(lens: Lens, one: str, many: str) -> ClassicCall:
    """The call copyFoos of a type; the drafts had it of messages only."""
    lower_one, lower_many = (name[0].lower() + name[1:] for name in (one, many))
    verb = Copy(lower_many, f"{lower_one}Id")
    return ClassicCall(f"copy{many}", f"{lens.record_type}/copy", f"{lower_many}Copied", verb, lens)


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
        *PREFERENCES,
    )
}
_LATER: Final = {**CALLS, **{call.name: call for call in _of_events(LATER)}}


def calls_of(profile: Profile) -> Mapping[str, ClassicCall]:
    """The table as a period had it: events were others from B on."""
    return _LATER if profile.later_events else CALLS


def unknown(name: str) -> ClassicCall:
    """A row for a call that is not in the table; it is never run."""
    return ClassicCall(name, name, "error", Verb())
