"""A component while it is read: what has been converted, and what is kept aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import orjson

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Resolver
from cyrpy.formats.jscalendar import kept
from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.times import Anchor
from cyrpy.formats.pointer import is_deeper, split

MAX_ENTRIES = 10_000  # of one map, such as participants; what is beyond is kept aside
MAX_JSON_DEPTH = 32  # of one JSPROP


class Reading:
    """One VEVENT, VTODO, VALARM, VLOCATION or PARTICIPANT on its way to JSON.

    Attributes:
        component: What is read.
        out: The JSCalendar object so far.
        converted: ICalProperty objects by the path of what they became.
        lines: Lines that are kept aside.
        parts: Components that are kept aside.
        named: The lines of the component by name.
        resolve: What TZIDs mean.
        anchor: Start and zone, once they have been read.
    """

    __slots__ = ("anchor", "component", "converted", "lines", "named", "out", "parts", "resolve")

    def __init__(self, component: Component, kind: str, resolve: Resolver) -> None:
        self.component = component
        self.out: Json = {"@type": kind}
        self.converted: dict[str, Json] = {}
        self.lines: list[Line] = []
        self.parts: list[Component] = []
        self.resolve = resolve
        self.anchor: Anchor | None = None
        self.named: dict[str, list[Line]] = {}
        for line in component.properties:
            found = self.named.get(line.name)
            if found is None:
                self.named[line.name] = [line]
            else:
                found.append(line)

    def read(self, readers: Mapping[str, Callable[[Reading, list[Line]], None]]) -> None:
        """Convert every line that has a reader; keep aside what has none or cannot be read."""
        for name, lines in self.named.items():
            if name == "JSPROP":
                continue  # comes last
            reader = readers.get(name)
            if reader is None:
                self.lines += lines
                continue
            try:
                reader(self, lines)
            except FormatError:
                self.lines += lines

    def take(self, name: str) -> list[Line]:
        """The lines of a name, which no reader will see then."""
        return self.named.pop(name, [])

    def map(self, name: str) -> Json:
        """The map of that name, made if there is none."""
        found: Json = self.out.setdefault(name, {})
        return found

    def mark(self, path: str, name: str, **more: str) -> None:
        """Tell from which property the value at `path` came."""
        self.converted.setdefault(path, {"@type": "ICalProperty", "name": name}).update(more)

    def keep_params(self, path: str, line: Line, known: Collection[str] = ()) -> None:
        """Keep aside the parameters that JSCalendar does not know."""
        if line.param_text:
            found = kept.parameters(line, known)
            if found:
                self.mark(path, line.name.lower())
                self.converted[path]["parameters"] = found

    def finish(self) -> Json:
        """The object: with what JSPROP adds, and the `iCalendar` property if anything is in it."""
        for line in self.take("JSPROP"):
            try:
                _add(self.out, line)
            except (FormatError, ValueError):
                self.lines.append(line)
        self._keep_aside()
        return self.out

    def _keep_aside(self) -> None:
        if self.lines or self.parts or self.converted:
            made = kept.component(self.component.name, self.lines, self.parts, self.converted)
            if len(made) > 2:
                self.out["iCalendar"] = made


def _add(out: Json, line: Line) -> None:
    """Set a property that no other line has set (JSPROP of the conversion's document).

    Raises:
        FormatError: The line is not so.
        ValueError: Its value is no JSON.
    """
    pointer = line.param("JSPTR") or ""
    *way, name = split(pointer)
    parent: Any = out
    for token in way:
        parent = parent.get(token) if isinstance(parent, dict) else None
    value = orjson.loads(line.text)
    if not isinstance(parent, dict) or name in parent or "iCalendar" in (*way, name):
        raise FormatError(f"JSPROP: {pointer[:80]!r} cannot be set")
    if not name or value is None or is_deeper(value, MAX_JSON_DEPTH):
        raise FormatError(f"JSPROP: {pointer[:80]!r} cannot have this value")
    parent[name] = value


Reader = Callable[[Reading, list[Line]], None]


def is_derived(line: Line) -> bool:
    """Whether the line only repeats what another one says better (RFC 9073 §5.3)."""
    return bool(line.param_text) and (line.param("DERIVED") or "").upper() == "TRUE"


def single(key: str, convert: Callable[[str], Any]) -> Reader:
    """A reader of the first line of a name, the only one that counts, by way of `convert`."""

    def reader(r: Reading, lines: list[Line]) -> None:
        line = lines[0]
        r.out[key] = convert(line.value)
        r.keep_params(key, line)

    return reader


def mapped(key: str, names: Mapping[str, str]) -> Reader:
    """A reader of a value that is one of `names`; any other one is kept aside."""

    def convert(value: str) -> str:
        try:
            return names[value.strip().upper()]
        except KeyError:
            raise FormatError(f"{key}: {value[:40]!r} has no counterpart") from None

    return single(key, convert)


def number(least: int, greatest: int) -> Callable[[str], int]:
    """A converter of whole numbers in bounds."""

    def convert(value: str) -> int:
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) < 17 and least <= int(text) <= greatest:
            return int(text)
        raise FormatError(f"{value[:40]!r} is no number from {least} to {greatest}")

    return convert


def as_set(values: Iterable[str]) -> dict[str, bool]:
    """Texts as the keys of a set, empty ones left out."""
    return {value: True for value in values if value}
