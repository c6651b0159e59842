"""What a link to a collection gives: its public objects, or its cards, a page at a time."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Final
from urllib.parse import quote

from cyrpy.data import cards, events
from cyrpy.data.addressbooks import AddressBookRow
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.changes import state
from cyrpy.data.database import Database
from cyrpy.data.eventids import KIND as EVENT
from cyrpy.data.events import PUBLIC, Stored
from cyrpy.data.keys import tag_of
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import LINE_END, Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.merge import Merger
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.public import public
from cyrpy.formats.ical.write import write_utf8
from cyrpy.formats.ical.zonerefs import with_zones
from cyrpy.formats.textvalue import escape
from cyrpy.groupware.publishing import ALARMS, PEOPLE, SUFFIXES, Opened
from cyrpy.groupware.scheduling.meeting import PRODID

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9 ._-]+")
REFRESH: Final = "PT1H"


class Content(ABC):
    """An answer that is made while it goes out."""

    content_type: bytes

    def __init__(self, found: Opened, uri: str, name: str, told: object) -> None:
        self._link = found.link
        self._after = 0
        self.etag = f'"{tag_of(str(told).encode())}"'.encode()
        self.headers = ((b"etag", self.etag), _disposition(name or uri, SUFFIXES[found.link.kind]))

    @abstractmethod
    def next(self, database: Database) -> bytes | None:
        """The next piece; None after the last."""


class CalendarContent(Content):
    """A calendar: objects that are public in every part, reduced to what everybody may see."""

    content_type = b"text/calendar; charset=utf-8"

    def __init__(self, unit: Unit, found: Opened, row: CalendarRow) -> None:
        now = state(unit, row.account_id, EVENT, row.id)
        told = (row.account_id, row.id, now, row.updated_modseq, found.link.id, found.link.shows)
        super().__init__(found, row.uri, row.name, told)
        self._row = row
        self._merger = Merger()
        self._pieces: list[bytes] = [_head(row)]
        self._is_done = False

    def next(self, database: Database) -> bytes | None:
        """The head, then a page of objects, then the end."""
        if self._pieces:
            return self._pieces.pop()
        if self._is_done:
            return None
        with database.read() as unit:
            page = self._page(unit)
        piece = b"".join(map(self._written, page))
        if len(page) < events.PAGE:
            self._is_done = True
            piece += b"END:VCALENDAR\r\n"
        else:
            self._after = page[-1].row.id
        return piece

    def _page(self, unit: Unit) -> list[Stored]:
        key = {"account_id": self._row.account_id, "calendar_id": self._row.id, "most": PUBLIC}
        return unit.all(events.STORED_PAGE_OF, **key, after=self._after, count=events.PAGE)

    def _written(self, stored: Stored) -> bytes:
        """One object; nothing of a draft, or of what can no more be read."""
        if stored.row.is_draft:
            return b""
        parts = self._link.parts
        try:
            calendar = with_zones(parse(stored.octets))
        except FormatError:
            return b""
        shown = public(calendar, alarms=ALARMS in parts, people=PEOPLE in parts)
        return b"".join(map(write_utf8, self._merger.add(shown)))


def _head(row: CalendarRow) -> bytes:
    name = escape(row.name)
    lines = [
        Line("VERSION", "", "2.0"),
        Line("PRODID", "", PRODID),
        Line("METHOD", "", "PUBLISH"),
        Line("NAME", "", name),
        Line("X-WR-CALNAME", "", name),
        Line("REFRESH-INTERVAL", "VALUE=DURATION", REFRESH),
        Line("X-PUBLISHED-TTL", "", REFRESH),
    ]
    if row.color:
        lines.append(Line("X-APPLE-CALENDAR-COLOR", "", row.color))
    if row.time_zone:
        lines.append(Line("X-WR-TIMEZONE", "", escape(row.time_zone)))
    return write_utf8(Component("VCALENDAR", lines)).removesuffix(b"END:VCALENDAR\r\n")


class BookContent(Content):
    """An address book: its cards, octet for octet."""

    content_type = b"text/vcard; charset=utf-8"

    def __init__(self, unit: Unit, found: Opened, row: AddressBookRow) -> None:
        now = state(unit, row.account_id, cards.KIND, row.id)
        told = (row.account_id, row.id, now, row.updated_modseq, found.link.id)
        super().__init__(found, row.uri, row.name, told)
        self._row = row
        self._numbers = cards.numbers(unit, row.account_id, row.id)

    def next(self, database: Database) -> bytes | None:
        """The cards of a page; those that are still there."""
        page = self._numbers[self._after : self._after + cards.TEXTS]
        if not page:
            return None
        self._after += len(page)
        with database.read() as unit:
            found = cards.vcards(unit, self._row.account_id, page)
        return b"".join(_ended(found[number]) for number in page if number in found)


def _ended(octets: bytes) -> bytes:
    return octets if octets.endswith(b"\n") else octets + LINE_END.encode()


def content_of(database: Database, found: Opened) -> Content:
    """The content that a link gives."""
    with database.read() as unit:
        if isinstance(found.row, CalendarRow):
            return CalendarContent(unit, found, found.row)
        assert found.row is not None  # noqa: S101 - links without a row are to busy time
        return BookContent(unit, found, found.row)


def _disposition(name: str, suffix: str) -> tuple[bytes, bytes]:
    """The name under which it is saved (RFC 6266)."""
    plain = _NOT_PLAIN.sub("_", name)[:100].strip() or "collection"
    exact = quote(name[:100], safe="", errors="replace")
    value = f"inline; filename=\"{plain}{suffix}\"; filename*=UTF-8''{exact}{suffix}"
    return b"content-disposition", value.encode("ascii")
