"""jCard: vCard as JSON (RFC 7095), written from a card and read into one."""

from __future__ import annotations

from typing import Any

import orjson

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import LIMITS, Limits
from cyrpy.formats.vcard.typed import Property, from_line, is_expressible, to_line
from cyrpy.formats.vcard.versions import to_version


def write(card: Component) -> bytes:
    """The octets of `application/vcard+json`; a card of 2.1 or 3.0 is upgraded (RFC 7095 §3.2)."""
    return orjson.dumps(value(card))


def value(card: Component) -> list[Any]:
    """The same as JSON values."""
    card = to_version(card, "4.0")
    return ["vcard", [from_property(line) for line in card.properties if is_expressible(line)]]


def read(octets: bytes, limits: Limits = LIMITS) -> Component:
    """The card of a jCard text.

    Raises:
        FormatError: It is no jCard, or larger than `limits` allow.
    """
    if len(octets) > limits.max_octets:
        raise FormatError(f"jCard: {len(octets)} octets; at most {limits.max_octets} are accepted")
    try:
        given = orjson.loads(octets)
    except orjson.JSONDecodeError as exc:
        raise FormatError(f"jCard: not JSON: {exc}") from exc
    match given:
        case [str(name), [*properties]] if name.lower() == "vcard" and properties:
            return Component("VCARD", [to_property(one) for one in properties])
    raise FormatError("jCard: the text is not [vcard, properties]")


def from_property(line: Line) -> list[Any]:
    """One property as a JSON array (RFC 7095 §3.3), the group as a parameter."""
    given = from_line(line)
    params: dict[str, Any] = {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in given.params.items()
    }
    if given.group:
        params["group"] = given.group
    return [given.name, params, given.type, *given.values]


def to_property(given: object) -> Line:
    """The inverse.

    Raises:
        FormatError: It is no property of a jCard.
    """
    match given:
        case [str(name), dict(params), str(kind), *values] if values:
            read = {key: _texts(one) for key, one in params.items()}
            group = read.pop("group", None)
            named = Property(name, read, kind.lower(), values, group[0] if group else None)
            return to_line(named)
    raise FormatError("jCard: a property is not [name, parameters, type, value …]")


def _texts(given: object) -> list[str]:
    match given:
        case str():
            return [given]
        case [*values] if all(isinstance(one, str) for one in values):
            return [str(one) for one in values]
    raise FormatError("jCard: the value of a parameter is neither a text nor a list of texts")
