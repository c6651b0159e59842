"""What is wrong with a JSCalendar object that came from outside (draft-ietf-calext-jscalendarbis).

Tables of properties with a check each, not models: every invalid property is told with its path,
patches of recurrenceOverrides among them, and an ordinary event takes some microseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.jscalendar import shapes
from cyrpy.formats.jscalendar.checks import Found, Problem, local_date_time
from cyrpy.formats.jscalendar.instance import base_of, is_fixed, plain
from cyrpy.formats.jscalendar.shapes import GROUP, OBJECTS
from cyrpy.formats.pointer import apply, clashes, is_deeper, split

__all__ = ["MAX_PROBLEMS", "Problem", "new_problems", "problems"]

MAX_PROBLEMS = 50
MAX_DEPTH = 32  # of objects and arrays in each other
MAX_OVERRIDES = 5000


def problems(
    event: Any,  # noqa: ANN401 - whatever JSON there was
    kind: str = "Event",
    also: Collection[str] = frozenset(),
) -> list[Problem]:
    """Everything that is wrong with an object, at most MAX_PROBLEMS.

    Args:
        event: What was received.
        kind: Event, Task or Group.
        also: Properties of the object itself that the protocol defines, and that are not looked
            at, such as `calendarIds`.
    """
    found = Found(MAX_PROBLEMS)
    if not isinstance(event, dict):
        found.add("", f"must be an object, the {kind}")
    elif is_deeper(event, MAX_DEPTH):
        found.add("", f"is nested deeper than {MAX_DEPTH}")
    elif kind == "Group":
        _group(event, also, found)
    else:
        _object(event, kind, also, "", found)
    return found.problems


def new_problems(
    before: Mapping[str, Any],
    event: Any,  # noqa: ANN401 - whatever JSON there was
    kind: str = "Event",
    also: Collection[str] = frozenset(),
) -> list[Problem]:
    """What is wrong with a changed object and was not wrong before.

    Calendars that other clients wrote have values that JSCalendar forbids, such as a link that is
    no URI; they must not keep anyone from changing something else.
    """
    found = problems(event, kind, also)
    if not found:
        return found
    known = set(problems(before, kind, also))
    return [problem for problem in found if problem not in known]


def _object(
    event: Mapping[str, Any], kind: str, also: Collection[str], at: str, found: Found
) -> None:
    shape = OBJECTS[kind]
    shape.check(event, at, found, also)
    overrides = event.get("recurrenceOverrides")
    if overrides is not None:
        _overrides(event, overrides, kind, at + "recurrenceOverrides", found)
    _together(event, kind, at, found)


def _group(group: Mapping[str, Any], also: Collection[str], found: Found) -> None:
    GROUP.check(group, "", found, also)
    entries = group.get("entries")
    if not isinstance(entries, list):
        return
    for index, entry in enumerate(entries[: shapes.MAX_LIST]):
        kind = entry.get("@type") if isinstance(entry, dict) else None
        if kind in OBJECTS:
            _object(entry, kind, (), f"entries/{index}/", found)
        elif not isinstance(entry, dict):
            found.add(f"entries/{index}", "must be an Event or a Task")


def _together(event: Mapping[str, Any], kind: str, at: str, found: Found) -> None:
    """What several properties must be together."""
    is_instance = "recurrenceId" in event
    for name, forbidden, why in (
        ("recurrenceRule", is_instance, "must not be set beside recurrenceId"),
        ("recurrenceOverrides", is_instance, "must not be set beside recurrenceId"),
        ("recurrenceIdTimeZone", not is_instance, "must not be set without recurrenceId"),
        ("endTimeZone", "timeZone" not in event, "must not be set without timeZone"),
    ):
        if forbidden and name in event:
            found.add(at + name, why)
    main = event.get("mainLocationId")
    place = _get(event.get("locations"), main) if isinstance(main, str) else None
    if isinstance(main, str) and not isinstance(_get(place, "name"), str):
        found.add(at + "mainLocationId", "must be the id of a location that has a name")
    if kind == "Task":
        _task(event, at, found)
    elif _has_progress(event):
        found.add(at + "participants", "progress is only for participants of a Task")


def _task(event: Mapping[str, Any], at: str, found: Found) -> None:
    has_time = "start" in event or "due" in event
    if not has_time and ("timeZone" in event or event.get("showWithoutTime") is True):
        found.add(at + "start", "start or due must be set beside timeZone or showWithoutTime")
    if not has_time and ("recurrenceRule" in event or "recurrenceId" in event):
        found.add(at + "start", "start or due must be set if the task recurs")


def _has_progress(event: Mapping[str, Any]) -> bool:
    people = event.get("participants")
    return isinstance(people, dict) and any(
        isinstance(one, dict) and ("progress" in one or "percentComplete" in one)
        for one in people.values()
    )


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _overrides(
    event: Mapping[str, Any],
    overrides: Any,  # noqa: ANN401 - JSON
    kind: str,
    at: str,
    found: Found,
) -> None:
    if not isinstance(overrides, dict):
        found.add(at, "must be an object")
        return
    if len(overrides) > MAX_OVERRIDES:
        found.add(at, f"has {len(overrides)} members; at most {MAX_OVERRIDES}")
        return
    for rid, patch in overrides.items():
        path = f"{at}/{rid}"
        if local_date_time(rid) is not None:
            found.add(path, "the key must be a local date-time such as 2026-01-31T10:30:00")
        elif not isinstance(patch, dict):
            found.add(path, "must be an object, the patch")
        else:
            _override(event, (rid, patch), kind, path, found)


def _override(
    event: Mapping[str, Any], what: tuple[str, Mapping[str, Any]], kind: str, at: str, found: Found
) -> None:
    patch = what[1]
    if "excluded" in patch:
        if patch != {"excluded": True}:
            found.add(at, 'an excluded instance must be {"excluded": true} and no more')
    elif pointers := _pointers(patch, at, found):
        _patch(event, what, pointers, kind, (at, found))


def _pointers(patch: Mapping[str, Any], at: str, found: Found) -> dict[tuple[str, ...], str]:
    """The pointers of a patch that count, unless one of them is wrong."""
    tokens = {}
    wrong: dict[str, str] = {}
    for pointer in patch:
        try:
            if not is_fixed(pointer):
                tokens[split(pointer)] = pointer
        except FormatError as exc:
            wrong[pointer] = str(exc)
    for inner, outer in clashes(tokens).items():
        wrong[tokens[inner]] = f"{tokens[outer]!r} is patched too, which contains it"
    for pointer, why in wrong.items():
        found.add(f"{at}/{pointer}", why)
    return {} if wrong else tokens


def _patch(
    event: Mapping[str, Any],
    what: tuple[str, Mapping[str, Any]],
    pointers: Mapping[tuple[str, ...], str],
    kind: str,
    where: tuple[str, Found],
) -> None:
    """A patch is right if it can be applied, and what it makes is right where it changes it."""
    rid, patch = what
    at, found = where
    changed = {tokens[0] for tokens in pointers}
    try:
        bare = base_of({name: v for name, v in event.items() if name in changed})
        made = apply(plain(bare, rid), {pointer: patch[pointer] for pointer in pointers.values()})
    except FormatError as exc:
        found.add(at, str(exc))
        return
    inside = Found(MAX_PROBLEMS)
    shape = OBJECTS[kind]
    touched = {name: _touched(v, name, pointers) for name, v in made.items() if name in changed}
    shape.check(touched, "", inside, whole=False)
    for name in sorted(changed & shape.mandatory):
        if name not in made:
            inside.add(name, "must not be removed")
    for problem in inside.problems:
        found.add(f"{at}/{problem.path}", problem.description)


def _touched(value: object, name: str, pointers: Collection[tuple[str, ...]]) -> object:
    """Of a map, the entries that a patch goes into: the others are judged with the master."""
    if not isinstance(value, dict) or name not in _MAPS or (name,) in pointers:
        return value
    keys = {tokens[1] for tokens in pointers if tokens[0] == name}
    return {key: one for key, one in value.items() if key in keys}


_MAPS = frozenset(
    """participants locations virtualLocations links alerts keywords categories""".split()  # noqa: SIM905
)
