"""Large streams cut into components by one pass over their lines, without parsing any.

What is wrong with one component leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final, NamedTuple

from cyrpy.formats.contentline import decode, parse_line

MAX_LINE: Final = 64 << 20  # octets of a physical line; what is longer is cut
MAX_HEADER: Final = 64 << 10  # octets of a VCALENDAR's own properties that are kept
MAX_UID: Final = 8192  # octets of a UID's lines that are looked at
_KNOWN: Final = frozenset(
    {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "VTIMEZONE", "VCARD"}
)


class Piece(NamedTuple):
    """A component in a stream.

    Attributes:
        name: In upper case.
        uid: As it stands in the component; "" if there is none.
        start: Where its BEGIN begins, in octets.
        stop: Where its END has ended.
        line: Number of the line of its BEGIN.
        calendar: Which of the stream's VCALENDARs it is in, from 0.
        trouble: Why it cannot be read at all; None: nothing is known against it.
    """

    name: str
    uid: str
    start: int
    stop: int
    line: int
    calendar: int = 0
    trouble: str | None = None

    def octets(self, stream: IO[bytes]) -> bytes:
        """What it consists of."""
        stream.seek(self.start)
        return stream.read(self.stop - self.start)


@dataclass
class Cut:
    """What was found in a stream."""

    pieces: list[Piece] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)  # own lines of each VCALENDAR


def lines_of(stream: IO[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Number, offset and octets of each physical line."""
    stream.seek(0)
    offset = 0
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        yield number, offset, line
        offset += len(line)


class _Scanner:
    """The state between two lines."""

    def __init__(self, outer: str) -> None:
        self.outer = outer  # VCALENDAR, or "" where components stand alone
        self.cut = Cut()
        self.name = ""  # of the open component; "": none is
        self.start = self.line = self.depth = 0
        self.uid = b""
        self.in_uid = False
        self.before = b""  # the line before

    def begin(self, name: str, number: int, offset: int) -> None:
        """A BEGIN."""
        if self.outer and name == self.outer:
            self.broken(offset, f"BEGIN:{self.outer} comes before its END:{self.name}")
            self.cut.headers.append(b"")
        elif self.name and not self._is_new(name):
            self.depth += 1
        else:
            self.broken(offset, f"another BEGIN:{name} comes before its END:{self.name}")
            self.name, self.start, self.line, self.depth = name, offset, number, 0
            self.uid, self.in_uid = b"", False

    def _is_new(self, name: str) -> bool:
        """Whether a BEGIN inside of another component says that the END of that is missing."""
        is_agent = name == "VCARD" and self.before.upper().startswith(b"AGENT")
        return name in _KNOWN and self.name in _KNOWN and not is_agent

    def end(self, name: str, stop: int) -> None:
        """An END; that of the open component closes all that is open in it."""
        if self.outer and name == self.outer:
            self.broken(stop, f"END:{self.outer} comes before its END:{self.name}")
        elif self.name and name == self.name and (self.depth == 0 or name != "VCARD"):
            self.close(stop, None)
        elif self.name:
            self.depth = max(0, self.depth - 1)

    def broken(self, stop: int, trouble: str) -> None:
        """The open component, if there is one, is cut off here."""
        if self.name:
            self.close(stop, trouble)

    def close(self, stop: int, trouble: str | None) -> None:
        """The open component ends."""
        calendar = max(0, len(self.cut.headers) - 1)
        place = (self.start, stop, self.line, calendar)
        self.cut.pieces.append(Piece(self.name, _uid(self.uid), *place, trouble))
        self.name = ""

    def own(self, line: bytes) -> None:
        """A line that neither begins nor ends anything."""
        if self.name:
            if self.in_uid and line[:1] in b" \t" and len(self.uid) < MAX_UID:
                self.uid += line
            else:
                self.in_uid = not self.depth and not self.uid and _is_uid(line)
                self.uid = line if self.in_uid else self.uid
        elif self.cut.headers and len(self.cut.headers[-1]) < MAX_HEADER:
            self.cut.headers[-1] += line
        self.before = line


def cut(stream: IO[bytes], outer: str = "VCALENDAR") -> Cut:
    """The components of a stream, those directly inside of `outer` (or, "", the outermost)."""
    scanner = _Scanner(outer)
    offset = 0
    for number, offset, line in lines_of(stream):
        if line[:1] in b"BbEe\xef" and (found := _boundary(line)) is not None:
            word, name = found
            if word == b"BEGIN":
                scanner.begin(name, number, offset)
            else:
                scanner.end(name, offset + len(line))
            scanner.before = line
        else:
            scanner.own(line)
    stream.seek(0, 2)
    scanner.broken(stream.tell(), f"the stream ends before its END:{scanner.name}")
    return scanner.cut


def _boundary(line: bytes) -> tuple[bytes, str] | None:
    word, colon, name = line.removeprefix(b"\xef\xbb\xbf").partition(b":")
    word = word.strip().upper()
    if not colon or word not in {b"BEGIN", b"END"}:
        return None
    return word, name.strip().upper().decode("latin-1")


def _is_uid(line: bytes) -> bool:
    return line[:3].upper() == b"UID" and line[3:4] in b":;"


def _uid(lines: bytes) -> str:
    return parse_line(decode(lines)).text.strip() if lines else ""
