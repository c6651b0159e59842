"""Splitting a message into its parts, each a range of the message's octets (RFC 2046 §5.1).

Mail is what arrives, not what the standards allow: boundaries are missing, doubled or cut off, line
ends are mixed, header fields have no colon. Whatever comes is split into something that can be
shown, in time linear in its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cyrpy.formats.mime import parameters
from cyrpy.formats.mime.part import OPAQUE, PLAIN, Field, Part

MAX_PARTS: Final = 1000
MAX_DEPTH: Final = 50
MAX_HEADER: Final = 256 * 1024  # octets of one header that are looked at
MAX_BOUNDARY: Final = 200  # octets; RFC 2046 allows 70
SCANS: Final = 16  # how often a large message may be looked through, in all its depth
SCAN_AT_LEAST: Final = 8 << 20  # octets
FALSE_BOUNDARY: Final = 500  # octets of scanning that a line costs which only looks like one

_NEWLINE: Final = rb"(?>\r{0,2}\n|\r)"
_BLANK: Final = re.compile(_NEWLINE + _NEWLINE)
_FIELD: Final = re.compile(
    rb"([!-9;-~]+)[ \t]*:([^\r\n]*(?:" + _NEWLINE + rb"[ \t][^\r\n]*)*)" + _NEWLINE + rb"?"
)
_LINE: Final = re.compile(rb"[^\r\n]*" + _NEWLINE + rb"?")
_REST: Final = re.compile(rb"(--)?[ \t]*(?:" + _NEWLINE + rb"|\Z)")
_TYPE: Final = re.compile(r"[!-.0-:<-~]{1,127}/[!-.0-:<-~]{1,127}")
_AT_LINE_START: Final = (b"\r", b"\n")


def split(octets: bytes) -> Part:
    """The message as a tree; the root is the message itself. Attached messages are leaves."""
    return _Splitter(octets).part(0, len(octets), 0, PLAIN)


class _Splitter:
    """One message being split; what may be scanned in all is bounded by its size."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.count = 0
        self.budget = SCANS * len(octets) + SCAN_AT_LEAST

    def part(self, start: int, end: int, depth: int, implicit: str) -> Part:
        """The part in that range, with what is below it."""
        self.count += 1
        fields_end, body = header_end(self.octets, start, end)
        fields, stopped = read_fields(self.octets, start, fields_end)
        part = Part(start, body if stopped is None else stopped, end, fields)
        part.type = implicit
        value = part.first(self.octets, b"content-type")
        if value is not None:
            self._describe(part, value)
        if part.type.startswith("multipart/"):
            self._descend(part, depth)
        return part

    def _describe(self, part: Part, value: bytes) -> None:
        type, found = parameters.read(value)
        part.parameters = found
        if _TYPE.fullmatch(type):
            part.type = type
            part.implicit = False
        elif type == "text":  # written so before MIME
            part.implicit = False

    def _descend(self, part: Part, depth: int) -> None:
        if depth >= MAX_DEPTH or self.budget < 0:
            part.type = OPAQUE
            return
        implicit = "message/rfc822" if part.type == "multipart/digest" else PLAIN
        ranges = self._ranges(part)
        if not ranges:  # no boundary, or none of its lines: what is there can be shown as text
            self.count += 1
            part.subparts = [Part(part.body, part.body, part.end, [])]
            return
        part.subparts = []
        for start, end in ranges:
            if self.count >= MAX_PARTS:
                rest = Part(start, start, ranges[-1][1], [])
                rest.type = OPAQUE
                part.subparts.append(rest)
                return
            part.subparts.append(self.part(start, end, depth + 1, implicit))

    def _ranges(self, part: Part) -> list[tuple[int, int]]:
        """Where the parts of a multipart are; what is before and after them is nothing."""
        ranges: list[tuple[int, int]] = []
        start = -1  # of the part that is open
        for found, after, is_last in self._boundaries(part):
            if 0 <= start < found:  # two boundaries in a row have nothing between them
                ranges.append((start, line_end(self.octets, start, found)))
            if is_last:
                return ranges or ([(start, start)] if start >= 0 else [])
            start = after
            if len(ranges) >= MAX_PARTS:
                break
        if start >= 0:  # cut off before the last boundary
            ranges.append((start, part.end))
        return ranges

    def _boundaries(self, part: Part) -> Iterator[tuple[int, int, bool]]:
        """The boundary lines of a multipart: where each begins and ends, and if it is the last."""
        octets, end, at = self.octets, part.end, part.body
        name = part.parameters.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
        if not name or len(name) > MAX_BOUNDARY:
            return
        delimiter = b"--" + name
        self.budget -= end - at
        while self.budget >= 0 and (found := octets.find(delimiter, at, end)) >= 0:
            at = found + len(delimiter)
            rest = _REST.match(octets, at, end)
            if rest is None or not self._begins_line(found, part.body):
                self.budget -= FALSE_BOUNDARY
                continue
            at = rest.end()
            yield found, at, rest[1] is not None

    def _begins_line(self, at: int, first: int) -> bool:
        return at == first or self.octets[at - 1 : at] in _AT_LINE_START


def line_end(octets: bytes, start: int, at: int) -> int:
    """Where the line ends that is before the line at `at`: its line break left out."""
    if octets[at - 1 : at] == b"\n" and octets[at - 2 : at - 1] == b"\r":
        return max(at - 2, start)
    return max(at - 1, start)


def header_end(octets: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header that begins at `start` ends, and where the content after it begins."""
    first = octets[start : min(start + 2, end)]
    if first[:1] in _AT_LINE_START:
        return start, start + (2 if first == b"\r\n" else len(first[:1]))
    fields_end, body = _blank_line(octets, start, end)
    # A CR by itself ends a line too; as it is rare, it is looked for apart.
    if octets.count(b"\r", start, body) != octets.count(b"\r\n", start, body):
        match = _BLANK.search(octets, start, end)
        if match is None:
            return end, end
        newline = _LINE.match(octets, match.start())
        assert newline is not None  # noqa: S101 - it matches everywhere
        return newline.end(), match.end()
    return fields_end, body


def _blank_line(octets: bytes, start: int, end: int) -> tuple[int, int]:
    """The first empty line, however its end is written."""
    newline = octets.find(b"\n", start, end)
    if newline < 0:
        return end, end
    if octets[newline - 1 : newline] == b"\r":
        found = octets.find(b"\n\r\n", newline, end)
        other = octets.find(b"\n\n", newline, end if found < 0 else found)
        if other < 0:
            return (end, end) if found < 0 else (found + 1, found + 3)
        return other + 1, other + 2
    found = octets.find(b"\n\n", newline, end)
    other = octets.find(b"\n\r\n", newline, end if found < 0 else found)
    if other < 0:
        return (end, end) if found < 0 else (found + 1, found + 2)
    return other + 1, other + 3


def _ends_header(octets: bytes, at: int, after: int, limit: int) -> bool:
    """Whether content begins at a line of the header that is no field: a boundary, or text."""
    return octets.startswith(b"--", at) or _FIELD.match(octets, after, limit) is None


def read_fields(octets: bytes, start: int, end: int) -> tuple[list[Field], int | None]:
    """The fields of a header; where content begins, if that is before `end`.

    A line that is no field is passed over if a field follows; else the empty line after the header
    is missing, and content begins there.
    """
    fields: list[Field] = []
    limit = min(end, start + MAX_HEADER)
    at = start
    while at < limit:
        match = _FIELD.match(octets, at, limit)
        if match is not None:
            fields.append(Field(match[1], *match.span(2)))
            at = match.end()
            continue
        line = _LINE.match(octets, at, limit)
        assert line is not None  # noqa: S101 - it matches everywhere
        after = line.end()
        skipped = octets.startswith((b"From ", b">From ", b" ", b"\t"), at)
        if not skipped and limit == end and _ends_header(octets, at, after, limit):
            return fields, at
        at = after
    return fields, None
