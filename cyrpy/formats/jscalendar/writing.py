"""A component while it is written: lines and components, each with a key that tells what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscalendar import kept
from cyrpy.formats.jscalendar.names import CONTROL, Json

# What a component has once: a kept line that could not be read gives way to one that says it.
SINGLE = frozenset(
    """DTSTART DTEND DUE DURATION DTSTAMP CREATED SUMMARY CLASS TRANSP STATUS PRIORITY SEQUENCE
    COLOR PERCENT-COMPLETE ESTIMATED-DURATION SHOW-WITHOUT-TIME RECURRENCE-ID TRIGGER ACKNOWLEDGED
    NAME COORDINATES CALENDAR-ADDRESS UID""".split()  # noqa: SIM905
)

Key = tuple[str, str]  # what it says, and of which of several


class Part:
    """A component to be: its lines and components by key, in order."""

    __slots__ = ("lines", "name", "parts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Key, Line] = {}
        self.parts: dict[Key, Part] = {}

    @classmethod
    def of(cls, component: Component) -> Part:
        """A component that is kept as it is."""
        part = cls(component.name)
        for line in component.properties:
            part.keep(line)
        for index, inside in enumerate(component.components):
            part.parts[inside.name, f"={index}"] = cls.of(inside)
        return part

    def keep(self, line: Line) -> None:
        """Add a line that JSCalendar has no word for."""
        index = 0
        while (line.name, f"={index}") in self.lines:
            index += 1
        self.lines[line.name, f"={index}"] = line

    def component(self) -> Component:
        """The component."""
        inside = [part.component() for part in self.parts.values()]
        return Component(self.name, self.lines.values(), inside)


class Writing:
    """One JSCalendar object on its way to a component.

    Attributes:
        obj: The object.
        part: The component so far.
        converted: The ICalProperty objects of its `iCalendar` property.
        tzids: The TZIDs that were written, each with its IANA name, if it has one.
        meaning: The IANA name of a TZID of another system.
    """

    def __init__(self, obj: Json, name: str, meaning: Callable[[str], str | None]) -> None:
        self.obj = obj
        self.part = Part(name)
        self.meaning = meaning
        self.tzids: dict[str, str | None] = {}
        self.ical: Json | None = optional(obj, "iCalendar", dict)
        self.converted = kept.converted_of(self.ical)

    def line(
        self,
        name: str,
        value: str,
        path: str = "",
        params: Mapping[str, str | Sequence[str]] | None = None,
        key: str = "",
    ) -> None:
        """Add a line, with the parameters that are kept for `path` and that `params` lack."""
        merged: dict[str, str | Sequence[str]] = dict(params) if params else {}
        if path and self.converted:
            for kind, values in kept.params_of(self.converted, path).items():
                merged.setdefault(kind, values)
        self.part.lines[path or name, key] = Line.of(name, CONTROL.sub("", value), merged)

    def text(
        self, name: str, value: str, path: str, params: Mapping[str, str] | None = None
    ) -> None:
        """Add a line whose value is a TEXT."""
        self.line(name, textvalue.escape(value), path, params)

    def came_from(self, path: str) -> str:
        """The property that became what is at `path`, in upper case; "" if that is not told."""
        return kept.name_at(self.converted, path) if self.converted else ""

    def finish(self) -> Part:
        """The part: what is kept comes last, and not where its property is written after all."""
        lines = self.part.lines
        generated = {key: line for key, line in lines.items() if key[1][:1] != "="}
        written = {line.name for line in generated.values()} & SINGLE
        rest = {k: line for k, line in lines.items() if k[1][:1] == "="}
        self.part.lines = generated | {k: v for k, v in rest.items() if v.name not in written}
        return self.part

    def keep(self, *without: str) -> None:
        """Add what is kept aside, but for components of these names."""
        for line in kept.lines_of(self.ical):
            self.part.keep(line)
        for index, one in enumerate(kept.components_of(self.ical)):
            if one.name not in without:
                self.part.parts[one.name, f"={index}"] = Part.of(one)


def optional(obj: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 - of that type
    """A value of that type; None if it is absent or null.

    Raises:
        FormatError: It is of another type.
    """
    value = obj.get(name)
    if value is None or type(value) is kind:
        return value
    raise FormatError(f"{name} is no {_KINDS.get(kind, kind.__name__)}")


def text_of(obj: Mapping[str, Any], name: str) -> str | None:
    """A text, or None.

    Raises:
        FormatError: It is of another type.
    """
    found: str | None = optional(obj, name, str)
    return found


def entries(obj: Mapping[str, Any], name: str) -> Iterator[tuple[str, Json]]:
    """The objects of a map.

    Raises:
        FormatError: It is no map of objects.
    """
    for key, value in (optional(obj, name, dict) or {}).items():
        if not isinstance(value, dict):
            raise FormatError(f"{name}/{str(key)[:80]} is no object")
        yield key, value


def set_of(obj: Mapping[str, Any], name: str) -> list[str]:
    """The members of a set.

    Raises:
        FormatError: It is none.
    """
    found = optional(obj, name, dict) or {}
    return [key for key, value in found.items() if value is True]


_KINDS = {dict: "object", str: "text", int: "whole number", bool: "boolean", list: "array"}
