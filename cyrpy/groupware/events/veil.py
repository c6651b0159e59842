"""What others see of a private event: when it is (RFC 8984 §4.4.3, as erratum 6872 has it)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SHOWN: Final = {
    "@type",
    "version",
    "created",
    "due",
    "duration",
    "endTimeZone",
    "estimatedDuration",
    "excluded",
    "freeBusyStatus",
    "privacy",
    "recurrenceId",
    "recurrenceIdTimeZone",
    "recurrenceRule",
    "sequence",
    "showWithoutTime",
    "start",
    "timeZone",
    "uid",
    "updated",
}
OVERRIDES: Final = "recurrenceOverrides"


def veiled(event: Mapping[str, Any]) -> dict[str, Any]:
    """The JSCalendar object with no more than may be shown; of overrides, what changes that."""
    shown: dict[str, Any] = {name: value for name, value in event.items() if name in SHOWN}
    overrides = event.get(OVERRIDES)
    if isinstance(overrides, Mapping):
        shown[OVERRIDES] = {
            id: {path: value for path, value in patch.items() if path.partition("/")[0] in SHOWN}
            for id, patch in overrides.items()
            if isinstance(patch, Mapping)
        }
    return {**shown, "privacy": "private"}
