"""Ordered components of names and addresses: the JSCOMPS parameter (RFC 9555 §3.3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cyrpy.formats import textvalue
from cyrpy.formats.jscontact.patches import Json

Position = tuple[int, int]  # which component of the structured value, which value in it

_POSITION = re.compile(r"(\d{1,2})(?:,(\d{1,3}))?")


class Order(NamedTuple):
    """What JSCOMPS says.

    Attributes:
        default: The defaultSeparator, None if there is none.
        entries: Positions, and separators as texts.
    """

    default: str | None
    entries: list[Position | str]


def parse(text: str) -> Order | None:
    """The order that a JSCOMPS value gives, None if it is no such value."""
    first, *rest = textvalue.split(text, ";")
    if first and not first.startswith("s,"):
        return None
    entries: list[Position | str] = []
    for part in rest:
        if part.startswith("s,"):
            entries.append(textvalue.unescape(part[2:]))
            continue
        found = _POSITION.fullmatch(part)
        if found is None:
            return None
        entries.append((int(found[1]), int(found[2] or 0)))
    return Order(textvalue.unescape(first[2:]) if first else None, entries)


def write(order: Order) -> str:
    """The value of JSCOMPS, before it is encoded as a parameter."""
    parts = ["" if order.default is None else "s," + textvalue.escape(order.default)]
    for entry in order.entries:
        if isinstance(entry, str):
            parts.append("s," + textvalue.escape(entry))
        else:
            parts.append(f"{entry[0]},{entry[1]}" if entry[1] else str(entry[0]))
    return ";".join(parts)


def arranged(
    target: dict[str, Json], found: Mapping[Position, Json], given: str | None
) -> list[Position | None]:
    """Set `components` of a Name or Address, and its order if `given` is valid.

    Args:
        target: The Name or Address.
        found: The components by where they stand, duplicates left out.
        given: The JSCOMPS parameter, None if there is none.

    Returns:
        For each member of `components` where it stands; None for separators.
    """
    order = None if given is None else parse(given)
    places: list[Position | None] = [*found]
    if order is not None and _is_complete(order, found):
        components = []
        places = []
        for entry in order.entries:
            if isinstance(entry, str):
                components.append({"kind": "separator", "value": entry})
                places.append(None)
            else:
                components.append(found[entry])
                places.append(entry)
        target["components"] = components
        target["isOrdered"] = True
        if order.default is not None:
            target["defaultSeparator"] = order.default
    else:
        target["components"] = [*found.values()]
    return places


def _is_complete(order: Order, found: Mapping[Position, Json]) -> bool:
    named = [entry for entry in order.entries if not isinstance(entry, str)]
    return len(named) == len(found) and set(named) == set(found)


class Fields:
    """A structured value being written: lists of texts, with where each component went."""

    def __init__(self, kinds: Mapping[str, int], count: int) -> None:
        self.kinds = kinds
        self.values: list[list[str]] = [[] for _ in range(count)]
        self.entries: list[Position | str] = []
        self.positions: list[Position | None] = []

    def put(self, component: Mapping[str, Json]) -> None:
        """Add one component; one of a kind that vCard has no place for is left out."""
        kind, value = component["kind"], component["value"]
        if kind == "separator":
            self.entries.append(value)
            self.positions.append(None)
            return
        at = self.kinds.get(kind)
        if at is None:
            self.positions.append(None)
            return
        position = (at, len(self.values[at]))
        self.values[at].append(value)
        self.entries.append(position)
        self.positions.append(position)

    def text(self, least: int) -> str:
        """The structured value, with at least so many components."""
        values = [*self.values]
        while len(values) > least and not values[-1]:
            values.pop()
        return textvalue.escape_structured(values)


def phonetic_fields(
    components: Sequence[Mapping[str, Json]], positions: Sequence[Position | None], count: int
) -> list[list[str]]:
    """The structured value of the phonetics, each where its component stands."""
    values: list[list[str]] = [[] for _ in range(count)]
    for component, position in zip(components, positions, strict=True):
        if position is not None and "phonetic" in component:
            field, at = position
            values[field] += [""] * (at + 1 - len(values[field]))
            values[field][at] = component["phonetic"]
    return values
