"""BER as far as CMS needs it: a tree of elements, each a range of the octets (X.690 §8).

DER is a part of BER. What mail programs write in one go has lengths that are only known at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cyrpy.errors import FormatError

MAX_ELEMENTS: Final = 50_000
MAX_DEPTH: Final = 40
CONSTRUCTED: Final = 0x20
OCTET_STRING: Final = 0x04
SEQUENCE: Final = 0x30
SET: Final = 0x31
_INDEFINITE: Final = 0x80


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its identifier octet, where it is, and what is in it if it has parts."""

    tag: int
    octets: bytes  # of which it is a range
    start: int  # of its identifier
    body: int
    end: int  # of its content
    stop: int  # of all that belongs to it
    parts: tuple[Element, ...]

    @property
    def raw(self) -> bytes:
        """The whole element as it was written."""
        return self.octets[self.start : self.stop]

    @property
    def content(self) -> bytes:
        """What is in it; of a string that comes in pieces, all of them."""
        if self.tag & CONSTRUCTED and self.tag & 0x1F == OCTET_STRING:
            return b"".join(part.content for part in self.parts)
        return self.octets[self.body : self.end]

    def part(self, index: int, tag: int | None = None) -> Element:
        """One of its parts, of that tag.

        Raises:
            FormatError: there is none.
        """
        if index >= len(self.parts) or (tag is not None and self.parts[index].tag != tag):
            raise FormatError("the signature has not the structure of CMS")
        return self.parts[index]


def parse(octets: bytes) -> Element:
    """The element that the octets begin with.

    Raises:
        FormatError: they begin with none, or it is too deep or has too many parts.
    """
    return _Parser(octets).element(0, len(octets), 0)


def oid(dotted: str) -> bytes:
    """The content of an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    made = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        made += bytes(reversed(groups))
    return bytes(made)


class _Parser:
    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.left = MAX_ELEMENTS

    def element(self, at: int, end: int, depth: int) -> Element:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise FormatError("the signature is nested too deep, or has too many parts")
        if at + 2 > end or self.octets[at] & 0x1F == 0x1F:
            raise FormatError("the signature ends too early, or is no BER")
        tag = self.octets[at]
        length, body = self._length(at + 1, end)
        if length is None:
            return self._indefinite(tag, at, body, end, depth)
        stop = body + length
        if stop > end:
            raise FormatError("the signature ends too early")
        parts = self._parts(body, stop, depth) if tag & CONSTRUCTED else ()
        return Element(tag, self.octets, at, body, stop, stop, parts)

    def _length(self, at: int, end: int) -> tuple[int | None, int]:
        """The length, None for one that is not told, and where the content begins."""
        first = self.octets[at]
        if first < _INDEFINITE:
            return first, at + 1
        if first == _INDEFINITE:
            return None, at + 1
        count = first & 0x7F
        if count > 6 or at + 1 + count > end:
            raise FormatError("a length in the signature is wrong")
        return int.from_bytes(self.octets[at + 1 : at + 1 + count], "big"), at + 1 + count

    def _parts(self, at: int, end: int, depth: int) -> tuple[Element, ...]:
        found = []
        while at < end:
            part = self.element(at, end, depth + 1)
            found.append(part)
            at = part.stop
        return tuple(found)

    def _indefinite(self, tag: int, start: int, body: int, end: int, depth: int) -> Element:
        if not tag & CONSTRUCTED:
            raise FormatError("a length in the signature is wrong")
        found = []
        at = body
        while self.octets[at : at + 2] != b"\0\0":
            part = self.element(at, end, depth + 1)
            found.append(part)
            at = part.stop
        return Element(tag, self.octets, start, body, at, at + 2, tuple(found))
