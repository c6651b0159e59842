"""Calendars and address books as files: one stream, or a folder with a file for each object."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Final

from cyrpy.data import cards, events
from cyrpy.data.addressbooks import AddressBookRow
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.database import Database
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import LINE_END, Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.merge import Merger
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write
from cyrpy.formats.ical.zonerefs import with_zones
from cyrpy.formats.textvalue import escape
from cyrpy.groupware.scheduling.meeting import PRODID

Named = tuple[str, bytes]  # URL name and octets of one object
MAX_NAME: Final = 200  # octets of a file's name
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_END: Final = b"END:VCALENDAR" + LINE_END.encode()


def calendar_objects(database: Database, row: CalendarRow) -> Iterator[Named]:
    """All objects of a calendar, as its owner has them; a page is a snapshot."""
    after = 0
    key = {"account_id": row.account_id, "calendar_id": row.id, "most": events.SECRET}
    while True:
        with database.read() as unit:
            page = unit.all(events.STORED_PAGE_OF, **key, after=after, count=events.PAGE)
        for stored in page:
            yield stored.row.uri, stored.octets
        if len(page) < events.PAGE:
            return
        after = page[-1].row.id


def book_cards(database: Database, row: AddressBookRow) -> Iterator[Named]:
    """All cards of an address book, likewise."""
    with database.read() as unit:
        numbers = iter(cards.numbers(unit, row.account_id, row.id))
    while page := list(islice(numbers, cards.TEXTS)):
        with database.read() as unit:
            found = cards.vcards(unit, row.account_id, page)
            rows = cards.by_ids(unit, row.account_id, page)
        for number in page:
            if number in found and number in rows:
                yield rows[number].uri, found[number]


def write_calendar(row: CalendarRow, objects: Iterable[Named], out: IO[bytes]) -> int:
    """One iCalendar stream with all objects and each of their time zones once; how many objects.

    What can no more be read is left out.
    """
    head = Component("VCALENDAR", _properties(row))
    out.write(write(head).removesuffix(_END))
    merger = Merger()
    count = 0
    for _, octets in objects:
        try:
            calendar = with_zones(parse(octets))
        except FormatError:
            continue
        for component in merger.add(calendar):
            out.write(write(component))
        count += 1
    out.write(_END)
    return count


def _properties(row: CalendarRow) -> list[Line]:
    name = escape(row.name)
    lines = [
        Line("VERSION", "", "2.0"),
        Line("PRODID", "", PRODID),
        Line("NAME", "", name),
        Line("X-WR-CALNAME", "", name),
    ]
    if row.color:
        lines.append(Line("X-APPLE-CALENDAR-COLOR", "", row.color))
    if row.description:
        lines.append(Line("X-WR-CALDESC", "", escape(row.description)))
    if row.time_zone:
        lines.append(Line("X-WR-TIMEZONE", "", escape(row.time_zone)))
    return lines


def write_cards(objects: Iterable[Named], out: IO[bytes]) -> int:
    """All cards one after the other; how many."""
    count = 0
    for _, octets in objects:
        out.write(octets if octets.endswith(b"\n") else octets + LINE_END.encode())
        count += 1
    return count


def write_folder(folder: Path, objects: Iterable[Named]) -> int:
    """Each object, octet for octet, in a file of its URL name; how many.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    count = 0
    for name, octets in objects:
        _write(folder / free_name(safe_name(name), taken), octets)
        count += 1
    return count


def _write(path: Path, octets: bytes) -> None:
    """The whole file, or none."""
    partial = path.with_name(f".{path.name[-100:]}.partial")
    partial.write_bytes(octets)
    os.replace(partial, path)  # noqa: PTH105 - the two are in one folder


def safe_name(name: str) -> str:
    """A name of a file that leads nowhere else and is not hidden."""
    safe = _UNSAFE.sub("_", name).strip(" ") or "_"
    if safe.startswith("."):
        safe = "_" + safe[1:]
    stem, dot, suffix = safe.rpartition(".")
    while len(safe.encode("utf-8", "replace")) > MAX_NAME:
        stem = stem[:-1] if stem else ""
        suffix = suffix if stem else suffix[:-1]
        safe = f"{stem}{dot}{suffix}"
    return safe.encode("utf-8", "replace").decode()


def free_name(name: str, taken: set[str]) -> str:
    """The name, or it with a number, if another file has it in any mixture of cases."""
    stem, dot, suffix = name.rpartition(".")
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{stem}-{number}{dot}{suffix}" if dot else f"{name}-{number}"
    taken.add(found.casefold())
    return found


def folder_names(uris: Sequence[str]) -> list[str]:
    """A folder name for each of some collections."""
    taken: set[str] = set()
    return [free_name(safe_name(uri), taken) for uri in uris]
