"""iCalendar streams of any size as calendar objects: one for each UID, with its time zones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final

from cyrpy.errors import CyrpyError, FormatError
from cyrpy.formats.contentline import Line, decode, parse_lines, split_lines
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware import events
from cyrpy.groupware.events import Prepared
from cyrpy.transfer.outcome import Failure, Place, Ready
from cyrpy.transfer.pieces import Cut, Piece, cut

Found = Ready[Prepared] | Failure
Key = tuple[str, str]  # component and UID
_LINE: Final = re.compile(r"^line (\d+): ")
_KEPT: Final = frozenset({"VERSION", "CALSCALE"})


class CalendarStream:
    """One stream, looked through once; its objects are read one after the other."""

    def __init__(self, label: str, stream: IO[bytes], name: str = "") -> None:
        self._label = label
        self._name = name  # of the one object that there may be in it
        self._stream = stream
        self._cut: Cut = cut(stream)
        self._zones: dict[bytes, Component] = {}
        self._zones_of: dict[int, list[Component]] = {}
        self._total = stream.seek(0, 2)

    def objects(self) -> Iterator[Found]:
        """Every object, in the order in which their UIDs come; and what is none."""
        groups: dict[Key, list[Piece]] = {}
        for number, piece in enumerate(self._cut.pieces):
            if piece.trouble is not None:
                yield Failure(self._place(piece), piece.trouble)
            elif piece.name == "VTIMEZONE":
                yield from self._zone(piece)
            else:
                uid = piece.uid or f"\n{number}"  # what has none stands alone
                groups.setdefault((piece.name, uid), []).append(piece)
        if not groups and not self._cut.pieces:
            yield Failure(Place(self._label), "there are no calendar objects in it")
        whole = self._whole(list(groups.values()))
        if whole is not None:
            yield whole
            return
        name = self._name if len(groups) == 1 else ""
        for pieces in groups.values():
            yield self._object(pieces, name)

    def _whole(self, groups: list[list[Piece]]) -> Ready[Prepared] | None:
        """The stream as it is, octet for octet, where it is one object that may be stored so."""
        is_one = len(groups) == 1 and len(self._cut.headers) == 1
        if not is_one or self._total > events.LIMITS.max_size:
            return None
        (pieces,) = groups
        self._stream.seek(0)
        try:
            prepared = events.prepare(self._stream.read())
        except CyrpyError:
            return None
        return Ready(self._place(pieces[0]), prepared, self._total, self._name)

    def _place(self, piece: Piece) -> Place:
        named = f'{piece.name} "{piece.uid[:80]}"' if piece.uid else piece.name
        return Place(self._label, piece.line, named)

    def _header(self, calendar: int) -> list[Line]:
        if calendar >= len(self._cut.headers):
            return []
        return parse_lines(split_lines(decode(self._cut.headers[calendar])))

    def _zone(self, piece: Piece) -> Iterator[Failure]:
        """Keep a time zone; the same one may stand in a stream a thousand times."""
        octets = piece.octets(self._stream)
        try:
            if octets not in self._zones:
                self._zones[octets] = self._parsed(piece, octets)
        except FormatError as exc:
            yield Failure(self._place(piece), str(exc))
            return
        self._zones_of.setdefault(piece.calendar, []).append(self._zones[octets])

    def _parsed(self, piece: Piece, octets: bytes) -> Component:
        """The component; errors name lines of the stream.

        Raises:
            FormatError: it is none.
        """
        try:
            calendar = parse(b"BEGIN:VCALENDAR\r\n%b\r\nEND:VCALENDAR\r\n" % octets.rstrip(b"\r\n"))
        except FormatError as exc:
            told = _LINE.sub(lambda m: f"line {piece.line + int(m[1]) - 2}: ", str(exc))
            raise FormatError(told) from exc
        (component,) = calendar.components
        component.position = None
        return component

    def _object(self, pieces: list[Piece], name: str) -> Found:
        place = self._place(pieces[0])
        try:
            calendar = self._calendar(pieces)
            (one,) = events.objects_in(calendar)
            return Ready(place, events.prepare(one), pieces[0].stop, name)
        except CyrpyError as exc:
            return Failure(place, str(exc))

    def _calendar(self, pieces: list[Piece]) -> Component:
        """A VCALENDAR with the components of one object, and the zones that may be theirs."""
        parts = [self._parsed(piece, piece.octets(self._stream)) for piece in pieces]
        zones: dict[str, Component] = {}
        for calendar in dict.fromkeys(piece.calendar for piece in pieces):
            for zone in self._zones_of.get(calendar, ()):
                zones.setdefault(zone.text("TZID") or "", zone)
        header = [line for line in self._header(pieces[0].calendar) if line.name in _KEPT]
        return Component("VCALENDAR", header, [*zones.values(), *_latest(parts)])


def _latest(parts: list[Component]) -> list[Component]:
    """Each instance once: of several, the one with the highest SEQUENCE, or the last of those."""
    if len(parts) == 1:
        return parts
    found: dict[str, Component] = {}
    for part in parts:
        key = (part.value("RECURRENCE-ID") or "").strip()
        if key not in found or _sequence(part) >= _sequence(found[key]):
            found[key] = part
    return list(found.values())


def _sequence(part: Component) -> int:
    text = (part.value("SEQUENCE") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
