"""jCal: iCalendar as JSON (RFC 7265), written from a tree of components and read into one."""

from __future__ import annotations

from typing import Any

import orjson

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import LIMITS, Limits
from cyrpy.formats.ical.typed import Property, from_line, to_line


def write(component: Component) -> bytes:
    """The octets of `application/calendar+json`."""
    return orjson.dumps(_component(component))


def read(octets: bytes, limits: Limits = LIMITS) -> Component:
    """The iCalendar object of a jCal text.

    Raises:
        FormatError: it is no jCal, or larger or nested deeper than `limits` allow.
    """
    if len(octets) > limits.max_octets:
        raise FormatError(f"jCal: {len(octets)} octets; at most {limits.max_octets} are accepted")
    try:
        given = orjson.loads(octets)
    except orjson.JSONDecodeError as exc:
        raise FormatError(f"jCal: not JSON: {exc}") from exc
    component = _read_component(given, limits.max_depth)
    if component.name != "VCALENDAR":
        raise FormatError(f"jCal: a {component.name} where a VCALENDAR is expected")
    return component


def _component(component: Component) -> list[Any]:
    return [
        component.name.lower(),
        [_property(from_line(line)) for line in component.properties],
        [_component(inside) for inside in component.components],
    ]


def _property(given: Property) -> list[Any]:
    params = {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in given.params.items()
    }
    return [given.name, params, given.type, *given.values]


def _read_component(given: object, depth: int) -> Component:
    if depth == 0:
        raise FormatError("jCal: components are nested too deep")
    match given:
        case [str(name), [*properties], [*components]] if name:
            return Component(
                name.upper(),
                [to_line(_read_property(one)) for one in properties],
                [_read_component(one, depth - 1) for one in components],
            )
    raise FormatError("jCal: a component is not [name, properties, components]")


def _read_property(given: object) -> Property:
    match given:
        case [str(name), dict(params), str(kind), *values] if values:
            return Property(name, {k: _texts(v) for k, v in params.items()}, kind.lower(), values)
    raise FormatError("jCal: a property is not [name, parameters, type, value …]")


def _texts(given: object) -> list[str]:
    match given:
        case str():
            return [given]
        case [*values] if all(isinstance(value, str) for value in values):
            return [str(value) for value in values]
    raise FormatError("jCal: the value of a parameter is neither a text nor a list of texts")
