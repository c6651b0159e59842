"""Calendar objects as JSCalendar: made when they are stored, so that JMAP only joins octets.

What is kept has no `iCalendar` property: who asks for that, which few do, has it made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from cyrpy.data import events
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar.from_ical import objects
from cyrpy.formats.jscalendar.restore import stripped

VERSION: Final = 2  # moves when the conversion does; what an older one made is made anew when read
_NOT_IN_ID: Final = re.compile("[^0-9A-Z]")


def instances_of(parts: Iterable[Component]) -> tuple[str, ...]:
    """The instances that an object without master consists of, as they stand in ids."""
    values = (part.value("RECURRENCE-ID") or "" for part in parts)
    return tuple(dict.fromkeys(_NOT_IN_ID.sub("", value.upper()) for value in values))


def converted(calendar: Component) -> list[dict[str, Any]]:
    """The Events or Tasks that the object is: one, or one for each instance, or none."""
    try:
        return objects(calendar)
    except FormatError:
        return []


def joined(found: Sequence[Mapping[str, Any]], instances: Sequence[str]) -> bytes | None:
    """JSON of the object, or of an object that has one for each instance; None if it has none."""
    if not found:
        return None
    shown = [stripped(one) for one in found]
    return orjson.dumps(dict(zip(instances, shown, strict=False)) if instances else shown[0])


def rendered(unit: Unit, account_id: int, ids: Sequence[int]) -> dict[int, bytes]:
    """The JSON of objects by their numbers; of those without master, by instance inside.

    For more than a page of them, ask for one lot after another.
    """
    rows = unit.all(events.RENDERINGS, account_id=account_id, ids=list(ids))
    stale = [number for number, version, _, _ in rows if version != VERSION]
    octets = events.octets_of(unit, account_id, stale) if stale else {}
    found: dict[int, bytes] = {}
    for number, version, instances, json in rows:
        made = json if version == VERSION else _anew(octets[number], instances)
        if made is not None:
            found[number] = made
    return found


def _anew(octets: bytes, instances: str | None) -> bytes | None:
    try:
        return joined(converted(parse(octets)), (instances or "").split())
    except FormatError:
        return None
