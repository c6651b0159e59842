"""Part: one MIME entity of a message, as ranges of the message's octets (RFC 2045 §2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

PLAIN: Final = "text/plain"
OPAQUE: Final = "application/octet-stream"


class Field(NamedTuple):
    """One header field: its name as written, and the range of what follows the colon."""

    name: bytes
    start: int
    end: int


class Part:
    """A range of a message: header fields from `start`, content from `body` to `end`."""

    __slots__ = (
        "_named",
        "body",
        "end",
        "fields",
        "implicit",
        "parameters",
        "start",
        "subparts",
        "type",
    )

    def __init__(self, start: int, body: int, end: int, fields: list[Field]) -> None:
        self.start = start
        self.body = body
        self.end = end
        self.fields = fields
        self._named: dict[bytes, Field] | None = None
        self.type = PLAIN  # lower case, without parameters
        self.implicit = True  # whether there was no Content-Type that could be understood
        self.parameters: Mapping[str, str] = {}  # of Content-Type
        self.subparts: list[Part] | None = None  # None: a leaf

    def first(self, octets: bytes, name: bytes) -> bytes | None:
        """The value of the first field of that name (lower case), as it stands in `octets`."""
        if self._named is None:
            self._named = {field[0].lower(): field for field in reversed(self.fields)}
        field = self._named.get(name)
        return None if field is None else octets[field[1] : field[2]]

    def walk(self) -> Iterator[Part]:
        """This part and all below it, depth first."""
        yield self
        for part in self.subparts or ():
            yield from part.walk()

    def leaves(self) -> Iterator[Part]:
        """All parts that have content of their own, in order."""
        return (part for part in self.walk() if part.subparts is None)
