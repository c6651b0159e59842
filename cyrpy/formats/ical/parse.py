"""Octets to a tree of components: lenient, with warnings, and bounded (RFC 5545 §3.4).

`read_stream` is what vCard shares.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import LINE_END, decode, is_utf8, parse_line, split_lines, with_end
from cyrpy.formats.ical.component import Component

MAX_WARNINGS = 50  # for one stream

_BOM = "\ufeff"
_ANY_END = re.compile(r"\r\n|\n|\r")
_KNOWN = """
    VCALENDAR VEVENT VTODO VJOURNAL VFREEBUSY VTIMEZONE STANDARD DAYLIGHT VALARM VAVAILABILITY
    AVAILABLE VCARD
"""
_BOUNDARIES = {
    f"{word}:{name}": (word, name) for word in ("BEGIN", "END") for name in _KNOWN.split()
}
# What any spelling of them begins with: few other lines do.
_STARTS = frozenset({"BE", "Be", "bE", "be", "EN", "En", "eN", "en"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused unread."""

    max_octets: int = 10 * 1024 * 1024
    max_lines: int = 500_000  # logical ones
    max_depth: int = 16  # components in components; the outermost counts


LIMITS = Limits()


class Kind(NamedTuple):
    """A format whose streams are content lines.

    Attributes:
        name: For people.
        root: The outermost component.
        join: Joins logical lines that are continued in ways of their own; None: there are none.
    """

    name: str
    root: str
    join: Callable[[str, list[str]], list[str]] | None = None


ICALENDAR = Kind("iCalendar", "VCALENDAR")


def parse(octets: bytes, warnings: list[str] | None = None, limits: Limits = LIMITS) -> Component:
    """The one iCalendar object that `octets` hold; `warnings` receives what was tolerated.

    Raises:
        FormatError: They hold none, several, or more than `limits` allow.
    """
    return only(parse_stream(octets, warnings, limits))


def only(roots: list[Component]) -> Component:
    """The one object of a stream.

    Raises:
        FormatError: There are several.
    """
    if len(roots) != 1:
        raise FormatError(
            f"{len(roots)} {roots[0].name} components where one is expected; send each on its own"
        )
    return roots[0]


def parse_stream(
    octets: bytes, warnings: list[str] | None = None, limits: Limits = LIMITS
) -> list[Component]:
    """The iCalendar objects that `octets` hold, at least one (RFC 5545 §3.4).

    Raises:
        FormatError: It is no iCalendar stream, or it is larger than `limits` allow.
    """
    return read_stream(octets, ICALENDAR, warnings, limits)


def read_stream(
    octets: bytes, kind: Kind, warnings: list[str] | None, limits: Limits
) -> list[Component]:
    """The objects of a stream of `kind`, at least one.

    Raises:
        FormatError: It is no such stream, or it is larger than `limits` allow.
    """
    if len(octets) > limits.max_octets:
        raise FormatError(
            f"{len(octets)} octets of {kind.name} data; at most {limits.max_octets} are accepted"
        )
    warnings = [] if warnings is None else warnings
    text = decode(octets)
    raws = split_lines(text.removeprefix(_BOM))
    if kind.join is not None:
        raws = kind.join(text, raws)
    if len(raws) > limits.max_lines:
        raise FormatError(
            f"{len(raws)} content lines in one stream; at most {limits.max_lines} are accepted"
        )
    roots = _Builder(raws, kind, warnings, limits.max_depth).build()
    if text.startswith(_BOM):
        warnings.append(f"a byte order mark precedes BEGIN:{kind.root}")
        roots[0].begin = _BOM + (roots[0].begin or f"BEGIN:{kind.root}{LINE_END}")
    if not text.endswith(("\r", "\n")):
        last = roots[-1]
        last.end = (last.end or f"END:{kind.root}{LINE_END}").removesuffix(LINE_END)
    if not is_utf8(text):
        warnings.append(
            "not every line is UTF-8: a character that a fold had split was joined, and any other "
            "line was read as Latin-1"
        )
    return roots


class _Builder:
    """One pass over the logical lines; `open` are the components that lack their END."""

    def __init__(self, raws: list[str], kind: Kind, warnings: list[str], max_depth: int) -> None:
        self.raws = raws
        self.kind = kind
        self.warnings = warnings
        self.max_depth = max_depth
        self.roots: list[Component] = []
        self.open: list[Component] = []
        self.opened_at: list[int] = []
        self.outside: list[str] = []  # lines that say nothing, outside any component

    def build(self) -> list[Component]:
        """Every line read, every component closed."""
        inside: list[str] | None = None
        for index, raw in enumerate(self.raws):
            if raw[:2] in _STARTS and (boundary := _boundary(raw)):
                word, name = boundary
                inside = self.begin(index, name) if word == "BEGIN" else self.end(index, name)
            elif inside is None:
                self.stray(index)
            else:
                inside.append(raw)
                if ":" not in raw and raw.strip():
                    self.warn(index, "no content line (NAME:value), ignored")
        if self.open:
            name = self.open[-1].name
            raise self.error(self.opened_at[-1], f"BEGIN:{name} has no END:{name}; the data is cut")
        if not self.roots:
            raise FormatError(
                f"there is no BEGIN:{self.kind.root} line; this is not {self.kind.name} data"
            )
        self.keep_outside()
        return self.roots

    def begin(self, index: int, name: str) -> list[str]:
        """Open a component; the lines that follow are its own."""
        raw = self.raws[index]
        component = Component.read(name, None if raw == "BEGIN:" + name else with_end(raw))
        if self.open:
            parent = self.open[-1]
            component.position = len(parent.raws)
            parent.components.append(component)
            if len(self.open) == self.max_depth:
                raise self.error(index, f"components are nested deeper than {self.max_depth}")
        elif name == self.kind.root:
            if self.outside:
                component.begin = "".join(self.outside) + with_end(raw)
                self.outside.clear()
            self.roots.append(component)
        else:
            raise self.error(index, f"BEGIN:{name} where BEGIN:{self.kind.root} is expected")
        self.open.append(component)
        self.opened_at.append(index)
        return component.raws

    def end(self, index: int, name: str) -> list[str] | None:
        """Close the innermost component; the lines that follow are its parent's, if any."""
        if not self.open:
            raise self.error(index, f"END:{name} without BEGIN:{name}")
        component = self.open.pop()
        opened_at = self.opened_at.pop()
        if component.name != name:
            raise self.error(
                index,
                f"END:{name} where END:{component.name} is expected, which closes line "
                f"{self.number(opened_at)}",
            )
        for inside in component.components:
            if inside.position == len(component.raws):  # as it should be: after all properties
                inside.position = None
        raw = self.raws[index]
        if raw != "END:" + name:
            component.end = with_end(raw)
        return self.open[-1].raws if self.open else None

    def stray(self, index: int) -> None:
        """Keep a line outside any object, so that it is written back, if it says nothing."""
        raw = self.raws[index]
        if raw.strip():
            root = self.kind.root
            if not self.roots:
                raise self.error(index, f"BEGIN:{root} is expected; is this {self.kind.name} data?")
            self.warn(index, f"outside BEGIN:{root} and END:{root}, ignored")
        self.outside.append(with_end(raw))

    def keep_outside(self) -> None:
        """What follows the last END goes with it."""
        if self.outside:
            root = self.roots[-1]
            root.end = (root.end or f"END:{root.name}{LINE_END}") + "".join(self.outside)

    def number(self, index: int) -> int:
        """The physical line on which a logical one begins."""
        return 1 + sum(len(_ANY_END.findall(with_end(raw))) for raw in self.raws[:index])

    def warn(self, index: int, what: str) -> None:
        """Note what was tolerated, and where."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(f"line {self.number(index)}: {what}")

    def error(self, index: int, what: str) -> FormatError:
        """`what`, and where."""
        return FormatError(f"line {self.number(index)}: {what}")


def _boundary(raw: str) -> tuple[str, str] | None:
    """Whether a line is BEGIN or END, and of what."""
    known = _BOUNDARIES.get(raw)
    if known is None:
        line = parse_line(raw)
        if line.name in ("BEGIN", "END"):
            return line.name, line.value.strip().upper()
    return known
