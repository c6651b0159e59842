"""A tree of components to octets; what was not changed is written as it was read."""

from __future__ import annotations

from cyrpy.formats.contentline import LINE_END, Line, is_utf8
from cyrpy.formats.ical.component import Component

_BOM = "\ufeff"


def write(component: Component) -> bytes:
    """The octets of a component; for a tree that `parse` made and nobody changed, those it read."""
    pieces: list[str] = []
    _collect(component, pieces)
    return "".join(pieces).encode("utf-8", "surrogateescape")


def write_utf8(component: Component) -> bytes:
    """The same, fit for the inside of another text such as XML.

    Lines that are not UTF-8 as they were read (Latin-1, or folded inside a character) are written
    anew, and a byte order mark is left out.
    """
    pieces: list[str] = []
    _collect(component, pieces)
    text = "".join(pieces)
    try:
        return text.removeprefix(_BOM).encode()
    except UnicodeEncodeError:
        return write(_mended(component)).removeprefix(_BOM.encode())


def _collect(component: Component, pieces: list[str]) -> None:
    lines = component.written()
    done = 0
    pieces.append(component.begin or f"BEGIN:{component.name}{LINE_END}")
    for inside in component.components:
        before = len(lines) if inside.position is None else inside.position
        if before > done:
            pieces += lines[done:before]
            done = before
        _collect(inside, pieces)
    pieces += lines[done:]
    pieces.append(component.end or f"END:{component.name}{LINE_END}")


def _mended(component: Component) -> Component:
    twin = component.copy()
    for part in twin.walk():
        part.begin = part.end = None
        part.properties = [_mended_line(line) for line in part.properties]
    return twin


def _mended_line(line: Line) -> Line:
    if line.raw is None or is_utf8(line.raw):
        return line
    return Line(line.name, line.param_text, line.value, None, line.group)
