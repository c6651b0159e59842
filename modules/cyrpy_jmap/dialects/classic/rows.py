"""Rows of the table of calls that most types have alike."""

from __future__ import annotations

from typing import Final

from cyrpy_jmap.dialects.classic.copies import Copy
from cyrpy_jmap.dialects.classic.lens import Lens
from cyrpy_jmap.dialects.classic.lists import List, Listing, ListUpdates
from cyrpy_jmap.dialects.classic.sets import Set
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Get, Updates

GET: Final = Get()
UPDATES: Final = Updates()
SET: Final = Set()


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
