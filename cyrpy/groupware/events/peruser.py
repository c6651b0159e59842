"""An event as each user has it (JMAP Calendars, "Per-user properties").

The stored event has what is for all and the owner's own. A sharee starts from the defaults, and
what it sets is kept apart: an object with those properties, with `recurrenceOverrides` that patch
nothing else, and `updated`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

PERSONAL: Final = frozenset({"keywords", "color", "freeBusyStatus", "useDefaultAlerts", "alerts"})
OVERRIDES: Final = "recurrenceOverrides"
EXCLUDED: Final = "excluded"

Json = dict[str, Any]


def is_personal(pointer: str) -> bool:
    """Whether a pointer leads to, or into, a property that each user has for itself."""
    return pointer.partition("/")[0] in PERSONAL


def shared(event: Mapping[str, Any]) -> Json:
    """What of an event is for all."""
    return _cut(event, lambda name: not is_personal(name))


def own(event: Mapping[str, Any]) -> Json:
    """What of an event is one user's."""
    made = _cut(event, is_personal)
    overrides = {rid: patch for rid, patch in made.get(OVERRIDES, {}).items() if patch}
    made.pop(OVERRIDES, None)
    return made | ({OVERRIDES: overrides} if overrides else {})


def merged(common: Mapping[str, Any], mine: Mapping[str, Any]) -> Json:
    """What is for all with what is one user's; of `updated`, the later."""
    made = {**common, **{n: v for n, v in mine.items() if n not in (OVERRIDES, "updated")}}
    if str(mine.get("updated", "")) > str(common.get("updated", "")):
        made["updated"] = mine["updated"]
    patches = mine.get(OVERRIDES)
    if patches and "recurrenceId" not in common:
        overrides = dict(made.get(OVERRIDES, {}))
        for rid, patch in patches.items():
            there = overrides.get(rid, {})
            if there.get(EXCLUDED) is not True:
                overrides[rid] = {**there, **patch}
        made[OVERRIDES] = overrides
    return made


def _cut(event: Mapping[str, Any], keeps: Callable[[str], bool]) -> Json:
    made = {name: value for name, value in event.items() if name != OVERRIDES and keeps(name)}
    overrides = event.get(OVERRIDES)
    if isinstance(overrides, Mapping):
        made[OVERRIDES] = {
            rid: {name: value for name, value in patch.items() if keeps(name)}
            for rid, patch in overrides.items()
            if isinstance(patch, Mapping)
        }
    return made
