"""JSCalendar that clients send in place of iCalendar (RFC 8984, and 2.0 of it)."""

from __future__ import annotations

from typing import Any, Final

import orjson

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscalendar.names import VERSION
from cyrpy.formats.jscalendar.schema import problems
from cyrpy.formats.jscalendar.to_ical import apply
from cyrpy.formats.jscalendar.versions import upgrade

KINDS: Final = ("Event", "Task")
MAX_TOLD: Final = 3  # problems that one answer tells of


def read(octets: bytes) -> Component:
    """The iCalendar object that an Event or Task means, alone or in a Group with nothing else.

    Raises:
        FormatError: it is none.
    """
    try:
        given = orjson.loads(octets)
    except orjson.JSONDecodeError as exc:
        raise FormatError(f"JSCalendar: not JSON: {exc}") from exc
    event = _only(given)
    kind = event.get("@type")
    if kind not in KINDS:
        raise FormatError("JSCalendar: an Event or a Task is expected")
    if event.get("version") != VERSION:
        event = upgrade(event)
    wrong = problems(event, kind)
    if wrong:
        told = "; ".join(f"{one.path} {one.description}" for one in wrong[:MAX_TOLD])
        raise FormatError(f"JSCalendar: {told}")
    return apply(None, event)


def _only(given: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON there was
    if isinstance(given, dict) and given.get("@type") == "Group":
        entries = given.get("entries")
        given = entries[0] if isinstance(entries, list) and len(entries) == 1 else None
    if not isinstance(given, dict):
        raise FormatError("JSCalendar: one object is expected, or a Group with one entry")
    return given
