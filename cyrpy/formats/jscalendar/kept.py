"""The `iCalendar` property: what of a component has no counterpart in JSCalendar, as jCal.

(draft-ietf-calext-jscalendar-icalendar, "Updates to JSCalendar"; RFC 7265 §3.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.typed import (
    DEFAULT_TYPES,
    LISTS,
    Property,
    from_line,
    is_name,
    to_line,
)
from cyrpy.formats.jscalendar.names import Json

MAX_DEPTH = 16  # of components in components

_STRUCTURED = LISTS | {"REQUEST-STATUS"}
_PLAIN = {
    name: kind for name, kind in DEFAULT_TYPES.items() if kind == "text" and name not in _STRUCTURED
}
_is_name = lru_cache(maxsize=4096)(is_name)

_MADE_OF = frozenset({"VALUE", "JSID"})  # parameters that are told otherwise


def component(
    name: str,
    lines: Iterable[Line] = (),
    components: Iterable[Component] = (),
    converted: Mapping[str, Json] | None = None,
) -> Json:
    """An ICalComponent; `converted` are ICalProperty objects by the path of what they became."""
    made: Json = {"@type": "ICalComponent", "name": name.lower()}
    if converted:
        made["convertedProperties"] = dict(converted)
    properties = [_property(line) for line in sorted(lines, key=_by_name) if _is_sound(line)]
    if properties:
        made["properties"] = properties
    inside = [_component(one, MAX_DEPTH) for one in components if is_name(one.name)]
    if inside:
        made["components"] = inside
    return made


def parameters(line: Line, known: Iterable[str] = ()) -> Json:
    """The parameters of a line that JSCalendar does not know, as jCal has them."""
    if not line.param_text or line.params.keys() <= _MADE_OF:
        return {}
    return {
        name.lower(): values[0] if len(values) == 1 else list(values)
        for name, values in line.params.items()
        if name not in _MADE_OF and name not in known and values and _is_name(name)
    }


def lines_of(ical: Json | None) -> list[Line]:
    """The lines that an ICalComponent keeps.

    Raises:
        FormatError: It is none.
    """
    return [_line(one) for one in _list(ical, "properties")]


def components_of(ical: Json | None) -> list[Component]:
    """The components that an ICalComponent keeps.

    Raises:
        FormatError: It is none.
    """
    return [_read(one, MAX_DEPTH) for one in _list(ical, "components")]


def converted_of(ical: Json | None) -> Mapping[str, Any]:
    """The ICalProperty objects of an ICalComponent, by path."""
    found = ical.get("convertedProperties") if isinstance(ical, dict) else None
    return found if isinstance(found, dict) else {}


def params_of(converted: Mapping[str, Any], path: str) -> dict[str, list[str]]:
    """The further parameters of the line that became what is at `path`.

    Raises:
        FormatError: They are not as jCal has them.
    """
    found = converted.get(path)
    given = found.get("parameters") if isinstance(found, dict) else None
    if not isinstance(given, dict):
        return {}
    made: dict[str, list[str]] = {}
    for name, values in given.items():
        if not is_name(name):
            raise FormatError(f"iCalendar: {name[:40]!r} is no name of a parameter")
        if name.upper() not in _MADE_OF:
            made[name.upper()] = _texts(values)
    return made


def name_at(converted: Mapping[str, Any], path: str) -> str:
    """The property, in upper case, that became what is at `path`; "" if that is not told."""
    found = converted.get(path)
    name = found.get("name") if isinstance(found, dict) else None
    return name.upper() if isinstance(name, str) else ""


def _by_name(line: Line) -> str:
    return line.name


def _is_sound(line: Line) -> bool:
    return _is_name(line.name) and (not line.param_text or all(map(_is_name, line.params)))


def _property(line: Line) -> list[Any]:
    if not line.param_text:  # as most of what is kept
        kind = "unknown" if line.name[:2] == "X-" else _PLAIN.get(line.name)
        if kind == "unknown" or (kind and "\\" not in line.value):
            return [line.name.lower(), {}, kind, line.value]
    given = from_line(line)
    params = {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in given.params.items()
    }
    return [given.name, params, given.type, *given.values]


def _component(given: Component, depth: int) -> list[Any]:
    inside = given.components if depth else []
    return [
        given.name.lower(),
        [_property(line) for line in given.properties if _is_sound(line)],
        [_component(one, depth - 1) for one in inside if is_name(one.name)],
    ]


def _list(ical: Json | None, name: str) -> list[Any]:
    found = ical.get(name) if isinstance(ical, dict) else None
    return found if isinstance(found, list) else []


def _line(given: object) -> Line:
    match given:
        case [str(name), dict(params), str(kind), *values] if values:
            typed = Property(name, {k: _texts(v) for k, v in params.items()}, kind.lower(), values)
            return to_line(typed)
    raise FormatError("iCalendar: a property is not [name, parameters, type, value …]")


def _read(given: object, depth: int) -> Component:
    if depth == 0:
        raise FormatError("iCalendar: components are nested too deep")
    match given:
        case [str(name), [*lines], [*components]] if is_name(name):
            return Component(
                name.upper(),
                [_line(one) for one in lines],
                [_read(one, depth - 1) for one in components],
            )
    raise FormatError("iCalendar: a component is not [name, properties, components]")


def _texts(given: object) -> list[str]:
    match given:
        case str():
            return [given]
        case [*values] if values and all(isinstance(value, str) for value in values):
            return [str(value) for value in values]
    raise FormatError("iCalendar: a parameter is neither a text nor a list of texts")
