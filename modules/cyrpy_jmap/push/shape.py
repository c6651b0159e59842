"""Shapes: how each dialect writes what changed; the names of types are data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cyrpy_jmap.push.announce import TypeStates, state_change

# RFC type -> what classic JMAP calls it; a card is a contact or a group of them.
CLASSIC_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "Mailbox": ("Mailbox",),
    "Thread": ("Thread",),
    "Email": ("Message",),
    "Calendar": ("Calendar",),
    "CalendarEvent": ("CalendarEvent",),
    "ContactCard": ("Contact", "ContactGroup"),
    "Identity": ("Identity",),
    "VacationResponse": ("VacationResponse",),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to write announcements; `names` None: as they are, and no others are left out."""

    has_type: bool  # whether objects carry "@type"
    default_ping: int  # seconds; 0: none
    names: Mapping[str, tuple[str, ...]] | None = None

    def wanted(self, names: Collection[str] | None) -> frozenset[str] | None:
        """The RFC types that some names of this shape stand for; None for all."""
        if self.names is None:
            return None if names is None else frozenset(names)
        return frozenset(
            type
            for type, called in self.names.items()
            if names is None or not set(called).isdisjoint(names)
        )

    def write(self, changed: TypeStates, names: Collection[str] | None = None) -> dict[str, Any]:
        """The object that tells of the changes, with those types only that are in `names`."""
        if self.names is not None:
            changed = {id: self._renamed(states, names) for id, states in changed.items()}
        return state_change(changed) if self.has_type else {"changed": changed}

    def _renamed(self, states: Mapping[str, str], names: Collection[str] | None) -> dict[str, str]:
        return {
            name: state
            for type, state in states.items()
            for name in (self.names or {}).get(type, ())
            if names is None or name in names
        }


RFC8620: Final = Shape(has_type=True, default_ping=0)
CLASSIC: Final = Shape(has_type=False, default_ping=300, names=CLASSIC_NAMES)
