"""The calendars and address books here that are copies of those on another server."""

from __future__ import annotations

from typing import Any, Final

from cyrpy.data import addressbooks, calendars
from cyrpy.data.addressbooks import AddressBookRow, NewAddressBook
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.remotes import RemoteRow
from cyrpy.data.unit import Unit
from cyrpy.groupware import calendars as calendar_use
from cyrpy.transfer import destinations as places
from cyrpy.transfer.dav.discovery import Remote

KINDS: Final = {"calendar": calendar_use.KIND, "addressbook": addressbooks.KIND}
MAX_NAME: Final = 200
Row = CalendarRow | AddressBookRow


def container(unit: Unit, row: RemoteRow) -> Row | None:
    """Where a collection was copied to; None if that is gone."""
    if row.kind == calendar_use.KIND:
        return calendars.by_id(unit, row.account_id, row.container_id)
    rows = addressbooks.all_of(unit, row.account_id)
    return next((book for book in rows if book.id == row.container_id), None)


def destination(row: Row) -> places.Destination[Any]:
    """What stores objects there."""
    if isinstance(row, CalendarRow):
        return places.CalendarDestination(row)
    return places.BookDestination(row)


def _uri(remote: Remote) -> str | None:
    """Its name in URLs, if it may be one here."""
    uri = remote.uri
    is_good = uri and len(uri) <= MAX_NAME and uri.isprintable() and "/" not in uri
    return uri if is_good and uri not in {".", ".."} else None


def calendar(unit: Unit, account_id: int, remote: Remote) -> CalendarRow:
    """The calendar of the same URL name, or a new one that looks as it does there."""
    uri = _uri(remote)
    found = uri and unit.first(calendars.BY_URI, account_id=account_id, uri=uri)
    if found:
        return found
    values: dict[str, Any] = {
        "name": (remote.name or remote.uri)[: places.MAX_NAME],
        "color": remote.color,
        "sort_order": remote.order,
        "description": remote.description,
        "time_zone": remote.time_zone,
    }
    if remote.components:
        values["components"] = remote.components
    return calendar_use.create(unit, account_id, values, uri)


def book(unit: Unit, account_id: int, remote: Remote) -> AddressBookRow:
    """The address book of the same URL name, or a new one."""
    uri = _uri(remote)
    found = uri and addressbooks.by_uri(unit, account_id, uri)
    if found:
        return found
    name = (remote.name or remote.uri)[: places.MAX_NAME]
    new = NewAddressBook(name, uri, remote.description, remote.order)
    return addressbooks.create(unit, account_id, new)
