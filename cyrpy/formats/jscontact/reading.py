"""A vCard being read as a Card, and which line says which part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscontact.components import Position
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.vcard.jcard import from_property
from cyrpy.formats.vcard.typed import is_expressible
from cyrpy.formats.vcard.values import V3, V4, modern, version

MAX_LINES = 20_000  # of one card

Unit = tuple[str, ...]  # the keys that lead to a part of a Card that lines say on their own

_LEGACY = ("NCODING", "ncoding", "CHARSET", "charset", "QUOTED", "quoted")
_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_BUILT_IN = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)  # labels that Apple translates


class Label(NamedTuple):
    """An X-ABLabel line: where it stands, and its text."""

    at: int
    text: str


class Reading:
    """What has been read so far.

    Attributes:
        vcard: What is read.
        lines: Its properties, those of 2.1 in the form of 3.0.
        card: The Card.
        owners: For each line the units it says; none for what is no property.
        labels: X-ABLabel lines by group.
        language: Of the card, "" if it does not say.
        reserved: PROP-IDs by the map of the Card that they are keys of.
        is_v4: Whether the vCard is one of 4.0.
        parts: Lines by name that only together make a Name or an Address.
        jsprops: Lines of JSPROP: where they stand, the pointer, the value.
        name_places: For each component of the name where it stands in N.
        address_places: The same for each address, by key.
    """

    def __init__(self, vcard: Component) -> None:
        properties = vcard.properties
        if len(properties) > MAX_LINES:
            raise FormatError(f"a card of {len(properties)} lines; at most {MAX_LINES} are read")
        given = version(vcard)
        self.vcard = vcard
        self.is_v4 = given == V4
        if given in (V3, V4):
            self.lines = [
                modern(line, given) if line.param_text and _is_legacy(line.param_text) else line
                for line in properties
            ]
        else:
            self.lines = [modern(line, given) for line in properties]
        self.card: dict[str, Json] = {"@type": "Card", "version": "2.0"}
        self.owners: list[tuple[Unit, ...]] = [()] * len(properties)
        self.labels: dict[str, Label] = {}
        self.groups: dict[str, list[int]] = {}
        self.language = ""
        self.parts: dict[str, list[tuple[int, Line]]] = {}
        self.jsprops: list[tuple[int, str, Json]] = []
        self.name_places: list[Position | None] = []
        self.address_places: dict[str, list[Position | None]] = {}
        self.reserved: set[tuple[str, str]] = set()
        self._counts: dict[str, int] = {}
        self._next: dict[str, int] = {}
        self._props = 0

    def key(self, name: str, prefix: str, line: Line) -> str:
        """The key in a map of the Card: PROP-ID, else `prefix` and a number (RFC 9555 §2.1.2)."""
        count = self._counts[name] = self._counts.get(name, 0) + 1
        if not self.reserved and not self._next:
            return f"{prefix}{count}"
        used = self.card.get(name, {})
        if self.reserved and line.param_text:
            given = prop_id(line)
            if given is not None and given not in used:
                return given
        number = max(count, self._next.get(name, 0))
        key = f"{prefix}{number}"
        while key in used or (name, key) in self.reserved:
            number += 1
            key = f"{prefix}{number}"
            self._next[name] = number
        return key

    def add(self, index: int, name: str, key: str, value: Json) -> None:
        """One entry of a map, which one line says."""
        entries = self.card.get(name)
        if entries is None:
            entries = self.card[name] = {}
        entries[key] = value
        self.owners[index] += ((name, key),)

    def say(self, index: int, name: str, value: Json) -> None:
        """A property of the Card itself."""
        self.card[name] = value
        self.owners[index] += ((name,),)

    def keep(self, index: int) -> None:
        """A line that JSContact has nothing for (RFC 9555 §2.15.1)."""
        line = self.lines[index]
        if not is_expressible(line):
            return
        self.card.setdefault("vCardProps", []).append(from_property(line))
        self.owners[index] += (("vCardProps", str(self._props)),)
        self._props += 1

    def label_of(self, line: Line) -> Label | None:
        """The label that its group has."""
        return self.labels.get(line.group) if line.group else None


def prop_id(line: Line) -> str | None:
    """A valid PROP-ID (RFC 9554 §4.7); in 3.0 it is X-PROP-ID, as its grammar asks."""
    given = line.param("PROP-ID") or line.param("X-PROP-ID")
    return given if given and _ID.fullmatch(given) else None


def label_text(value: str) -> str:
    """What a label says, without the signs around those that Apple translates."""
    found = _BUILT_IN.fullmatch(value)
    return found[1] if found else value


def is_built_in(value: str) -> bool:
    """Whether a label is one that Apple translates."""
    return _BUILT_IN.fullmatch(value) is not None


def _is_legacy(text: str) -> bool:
    """Whether parameters say what only 2.1 writes, though the card may be one of 3.0."""
    return any(word in text for word in _LEGACY)


def values_of(card: dict[str, Json], unit: Sequence[str]) -> Json:
    """What is at a unit of a Card, None if there is nothing."""
    here: Json = card
    for key in unit:
        if not isinstance(here, dict) or key not in here:
            return None
        here = here[key]
    return here
