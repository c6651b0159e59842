"""Single instances of a recurring object, and the patches that make them (RFC 8984 §4.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.times import local_seconds, local_text
from cyrpy.formats.pointer import apply, diff, split

# What a patch of recurrenceOverrides cannot change: a pointer that is one of these …
FIXED = frozenset(
    """@type method organizerCalendarAddress privacy prodId recurrenceId recurrenceIdTimeZone sentBy
    uid""".split()  # noqa: SIM905 - words are easier to read
)
# … or that begins with one of these. `version` is of the object, not of an instance.
FIXED_TREES = frozenset({"recurrenceOverrides", "recurrenceRule", "relatedTo", "version"})

WHOLE = frozenset({"iCalendar"})
_OF_MASTER = ("recurrenceOverrides/", "recurrenceRule")
_LINES_OF_MASTER = frozenset({"rrule", "exrule", "rdate", "exdate"})


def is_fixed(pointer: str) -> bool:
    """Whether a pointer in a patch of recurrenceOverrides is to be ignored.

    Raises:
        FormatError: It is no pointer.
    """
    if "/" not in pointer and "~" not in pointer:
        return pointer in FIXED or pointer in FIXED_TREES
    tokens = split(pointer)
    if tokens[0] in FIXED_TREES or pointer in FIXED:
        return True
    return len(tokens) == 3 and tokens[0] == "participants" and tokens[2] == "calendarAddress"


def base_of(master: Mapping[str, Any]) -> Json:
    """What the instances of a recurring object have in common."""
    made = {
        name: value
        for name, value in master.items()
        if name not in ("recurrenceRule", "recurrenceOverrides")
    }
    if isinstance(made.get("iCalendar"), dict):
        made["iCalendar"] = _of_instance(made["iCalendar"])
        if made["iCalendar"].keys() <= {"@type", "name"}:
            made.pop("iCalendar")
    return made


def plain(base: Json, recurrence_id: str) -> Json:
    """The instance as the recurrence alone gives it, overridden or not.

    Args:
        base: What `base_of` gave.
        recurrence_id: Which one.

    Raises:
        FormatError: Its times cannot be read.
    """
    made = dict(base)
    start, due = base.get("start"), base.get("due")
    if start is not None:
        made["start"] = recurrence_id
        if due is not None and recurrence_id != start:
            shift = local_seconds(recurrence_id) - local_seconds(start)
            made["due"] = local_text(local_seconds(due) + shift)
    elif due is not None:
        made["due"] = recurrence_id
    made["recurrenceId"] = recurrence_id
    if "timeZone" in base:
        made["recurrenceIdTimeZone"] = base["timeZone"]
    return made


def patched(base: Json, patch: object, recurrence_id: str) -> Json:
    """The instance with its patch of recurrenceOverrides.

    Raises:
        NotFound: It is excluded.
        FormatError: The patch or a time cannot be read.
    """
    if not isinstance(patch, dict):
        raise FormatError(f"recurrenceOverrides/{recurrence_id[:40]} is no object")
    if patch.get("excluded") is True:
        raise NotFound(f"the instance of {recurrence_id[:40]} is excluded")
    changes = {name: value for name, value in patch.items() if not is_fixed(name)}
    return apply(plain(base, recurrence_id), changes)


def instance(event: Mapping[str, Any], recurrence_id: str) -> Json:
    """One instance of a recurring object: its master with the override, if there is one.

    Whether the recurrence has an instance there is not looked at.

    Raises:
        NotFound: It is excluded.
        FormatError: The override or a time cannot be read.
    """
    overrides = event.get("recurrenceOverrides")
    patch = overrides.get(recurrence_id) if isinstance(overrides, dict) else None
    return patched(base_of(event), {} if patch is None else patch, recurrence_id)


def override_of(
    master: Mapping[str, Any], changed: Mapping[str, Any], recurrence_id: str | None = None
) -> Json:
    """The smallest patch that makes an instance of what the recurrence gives.

    Args:
        master: The recurring object.
        changed: The instance as it is to be; a part of what `instance` gives is not enough.
        recurrence_id: Which one; default: that of `changed`.

    Raises:
        FormatError: A time cannot be read.
    """
    rid = recurrence_id if recurrence_id is not None else changed.get("recurrenceId")
    if not isinstance(rid, str):
        raise FormatError("recurrenceId is missing")
    return patch_to(base_of(master), changed, rid)


def patch_to(base: Json, changed: Mapping[str, Any], recurrence_id: str) -> Json:
    """The same, from what `base_of` gave."""
    patch = diff(plain(base, recurrence_id), changed, WHOLE)
    return {name: value for name, value in patch.items() if not is_fixed(name)}


def _of_instance(ical: Json) -> Json:
    """What is kept of the master, without what tells of its recurrence and its zones."""
    made = dict(ical)
    lists = {"properties": _LINES_OF_MASTER, "components": frozenset({"vtimezone"})}
    for name, left_out in lists.items():
        if isinstance(made.get(name), list):
            made[name] = [one for one in made[name] if not one or one[0] not in left_out]
            if not made[name]:
                made.pop(name)
    converted = made.get("convertedProperties")
    if isinstance(converted, dict):
        rest = {path: v for path, v in converted.items() if not path.startswith(_OF_MASTER)}
        made["convertedProperties"] = rest
        if not rest:
            made.pop("convertedProperties")
    return made
