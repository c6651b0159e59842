"""How calendar objects are known: their ids, and where the log has them for whom.

The id of an event is `E` and its number; what consists of single instances, without a master, is
one event for each: `E12-20260105T100000Z`. Objects that are no events have other letters, so that
of the changes in a calendar those of events can be told apart.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from cyrpy.data import ids
from cyrpy.data.changes import EVERYBODY, OWNER, VEILED
from cyrpy.data.events import PRIVATE, PUBLIC, SECRET, EventRow
from cyrpy.data.itemchanges import Place

KIND: Final = "CalendarEvent"  # in the log
EVENT: Final = "E"
LETTERS: Final = {
    "VEVENT": EVENT,
    "VTODO": "T",
    "VJOURNAL": "J",
    "VFREEBUSY": "F",
    "VAVAILABILITY": "V",
}
_READERS: Final = {PUBLIC: EVERYBODY, PRIVATE: OWNER | VEILED, SECRET: OWNER}


def wire_ids(row: EventRow) -> Collection[str]:
    """The ids under which the object is known: one, or one for each instance."""
    id = ids.encode(LETTERS.get(row.component, "X"), row.id)
    if row.instances is None:
        return (id,)
    return tuple(f"{id}-{instance}" for instance in row.instances.split(" "))


def number_of(wire_id: str, letter: str = EVENT) -> int | None:
    """The number of the object whose id that is, or one of whose instances; None if of none."""
    return ids.decode(letter, wire_id.partition("-")[0])


def place(row: EventRow) -> Place:
    """Where the object is, and who sees it there."""
    return Place(row.calendar_id, row.uri, wire_ids(row), _READERS[row.privacy])
