"""Three-way merge: what was generated before and is now, into what is there.

Lines that are generated alike before and now are not touched, whatever the old ones look like;
neither are those that were never generated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscalendar.writing import Key, Part

T = TypeVar("T")

MAX_TWINS = 20  # that are looked at to find the one that is meant

_ENDS = frozenset({"DTEND", "DUE", "DURATION"})
_DEFAULT_VALUES = frozenset({"TEXT", "DATE-TIME", "URI", "CAL-ADDRESS"})


def merge(old: Component, base: Part, now: Part) -> Component:
    """A copy of `old` with the changes from `base` to `now`.

    Args:
        old: What is there.
        base: What is generated from what `old` says.
        now: What is generated from what it is to say.
    """
    made = old.copy()
    _merge_lines(made, base, now)
    _merge_parts(made, base, now)
    return made


def _merge_lines(made: Component, base: Part, now: Part) -> None:
    if _same_lines(base, now):
        return
    located = _locate(made.properties, base.lines)
    there = {line.name for line in made.properties}
    changes: dict[int, Line | None] = {}  # by identity of the old line; None: it goes
    added: list[Line] = []
    anew: set[str] = set()  # names of which all lines are written anew
    for key in (*now.lines, *(key for key in base.lines if key not in now.lines)):
        before, line = base.lines.get(key), now.lines.get(key)
        if before is not None and line is not None and _alike(before, line):
            continue
        if key in located:
            changes[id(located[key])] = line
        elif before is not None and before.name in there:
            anew |= {before.name} if line is None else {before.name, line.name}
        elif line is not None:
            added.append(line)
    touched = {line.name for line in (*changes.values(), *added) if line is not None}
    if touched & _ENDS:  # only one of them can tell the end
        anew |= there & _ENDS - {line.name for line in now.lines.values()}
    _edit(made, changes, added, anew, now.lines.values())


def _edit(
    made: Component,
    changes: dict[int, Line | None],
    added: list[Line],
    anew: set[str],
    lines: Iterable[Line],
) -> None:
    """Put the changes in place; components between the lines stay where they are."""
    result: list[Line] = []
    starts = [0]
    for old in made.properties:
        line = changes.get(id(old), old)
        # DTEND that became DURATION is there by its new name.
        if line is not None and line.name not in anew and (line is not old or old.name not in anew):
            result.append(line)
        starts.append(len(result))
    for inside in made.components:
        if inside.position is not None:
            inside.position = starts[inside.position]
    added = [line for line in added if line.name not in anew]
    added += [line for line in lines if line.name in anew]
    made.properties = result
    ends = {line.name: index for index, line in enumerate(result)}
    has_positions = any(inside.position is not None for inside in made.components)
    later: defaultdict[int, list[Line]] = defaultdict(list)
    for line in added:
        at = len(result) if has_positions else ends.get(line.name, len(result) - 1) + 1
        later[at].append(line)
    made.properties = [
        line
        for index in range(len(result) + 1)
        for line in (*later[index], *result[index : index + 1])
    ]


def _locate(lines: list[Line], generated: Mapping[Key, Line]) -> dict[Key, Line]:
    """Which line is which of those that were generated: the one alike, else by order."""
    index: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        index[line.name, line.text].append(line)
    found: dict[Key, Line] = {}
    rest: defaultdict[str, list[Key]] = defaultdict(list)
    for key, line in generated.items():
        twins = index[line.name, line.text]
        match = next((one for one in twins[:MAX_TWINS] if _alike(one, line)), None)
        if match is None:
            rest[line.name].append(key)
        else:
            found[key] = match
            twins.remove(match)
    free: defaultdict[str, list[Line]] = defaultdict(list)
    taken = {id(line) for line in found.values()}
    for line in lines:
        if id(line) not in taken:
            free[line.name].append(line)
    return found | _by_order(rest, free)


def _by_order(rest: Mapping[str, list[Key]], free: Mapping[str, list[T]]) -> dict[Key, T]:
    """What is left of a name, one by one, if there are as many of either."""
    found: dict[Key, T] = {}
    for name, keys in rest.items():
        if len(keys) == len(free.get(name, ())):
            found |= dict(zip(keys, free[name], strict=True))
    return found


def _alike(one: Line, other: Line) -> bool:
    if one.name != other.name or (one.value != other.value and one.text != other.text):
        return False
    return one.param_text == other.param_text or _params(one) == _params(other)


def _params(line: Line) -> dict[str, frozenset[str]]:
    params = {name: frozenset(values) for name, values in line.params.items()}
    if params.get("VALUE", frozenset()) <= _DEFAULT_VALUES:
        params.pop("VALUE", None)
    return params


def _merge_parts(made: Component, base: Part, now: Part) -> None:
    located = _locate_parts(made.components, base.parts)
    changes: dict[int, Component | None] = {}  # by identity of the old one; None: it goes
    for key, part in base.parts.items():
        inside, after = located.get(key), now.parts.get(key)
        if inside is None:
            continue
        if after is None:
            changes[id(inside)] = None
        elif not same(part, after):
            changes[id(inside)] = merge(inside, part, after)
    parts = [changes.get(id(one), one) for one in made.components]
    made.components = [one for one in parts if one is not None]
    for key, after in now.parts.items():
        if key not in base.parts or (key not in located and not same(base.parts[key], after)):
            made.components.append(after.component())


def _locate_parts(
    components: list[Component], generated: Mapping[Key, Part]
) -> dict[Key, Component]:
    """Which component is which: the one alike, else that of the same UID, else by order."""
    free: defaultdict[str, list[Component]] = defaultdict(list)
    for component in components:
        free[component.name].append(component)
    found: dict[Key, Component] = {}
    for test in (_says_all, _has_uid):
        for key, part in generated.items():
            twins = free[part.name][:MAX_TWINS] if key not in found else []
            match = next((one for one in twins if test(one, part)), None)
            if match is not None:
                found[key] = match
                free[part.name].remove(match)
    rest: defaultdict[str, list[Key]] = defaultdict(list)
    for key, part in generated.items():
        if key not in found:
            rest[part.name].append(key)
    return found | _by_order(rest, free)


def _says_all(component: Component, part: Part) -> bool:
    lines = component.properties
    if len(part.lines) != len(lines) or len(part.parts) != len(component.components):
        return False
    located = _locate(lines, part.lines)
    return len(located) == len(lines) and all(
        _alike(line, part.lines[key]) for key, line in located.items()
    )


def _has_uid(component: Component, part: Part) -> bool:
    uid = component.value("UID")
    return uid is not None and any(
        line.name == "UID" and line.value == uid for line in part.lines.values()
    )


def same(one: Part, other: Part) -> bool:
    """Whether two parts would be written alike."""
    if one.name != other.name or one.parts.keys() != other.parts.keys():
        return False
    return _same_lines(one, other) and all(
        same(part, other.parts[key]) for key, part in one.parts.items()
    )


def _same_lines(one: Part, other: Part) -> bool:
    return one.lines.keys() == other.lines.keys() and all(
        _alike(line, other.lines[key]) for key, line in one.lines.items()
    )
