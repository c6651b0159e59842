"""The calendar or address book that an import goes to, and how objects get into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

from cyrpy.data import addressbooks, calendars
from cyrpy.data import cards as card_rows
from cyrpy.data import events as event_rows
from cyrpy.data.addressbooks import AddressBookRow, NewAddressBook
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.events import SECRET, EventRow
from cyrpy.data.renames import ContainerRow
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound
from cyrpy.groupware import calendars as calendar_use
from cyrpy.groupware import cards, events
from cyrpy.groupware.access import ALL_LETTERS, Actor
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.contacts import AddressBookView
from cyrpy.groupware.scheduling import How

P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)
MAX_NAME: Final = 255  # characters
QUIET: Final = events.Way(How(sends=False, replies=False))


class Destination(Protocol, Generic[P_contra]):
    """Stores objects in one container, as its owner does."""

    account_id: int

    def present(self, unit: Unit, uids: Iterable[str]) -> Mapping[str, str]:
        """Entity tags of those UIDs that are there."""

    def store(self, unit: Unit, prepared: P_contra, name: str) -> None:
        """Store one in place of the one with its UID, else under that name, if it is free."""

    def remove(self, unit: Unit, uid: str) -> bool:
        """Delete the one with that UID; whether there was one."""


R = TypeVar("R", bound=ContainerRow)


def named(rows: Iterable[R], name: str) -> R | None:
    """The row of that URL name, id, or, if there is only one, that name for people."""
    rows = list(rows)
    for row in rows:
        if name in {row.uri, row.wire_id}:
            return row
    alike = [row for row in rows if row.name.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else None


def find_calendar(unit: Unit, account_id: int, name: str | None) -> CalendarRow:
    """A calendar of the account; without a name, its default one.

    Raises:
        NotFound: there is none of that name, or several.
    """
    rows = unit.all(calendars.ALL, account_id=account_id)
    if name is None:
        default = calendars.default_id(unit, account_id)
        found = next((row for row in rows if row.id == default), None)
    else:
        found = named(rows, name)
    return _found(found, "calendar", name, rows)


def find_book(unit: Unit, account_id: int, name: str | None) -> AddressBookRow:
    """An address book of the account; without a name, its default one.

    Raises:
        NotFound: there is none of that name, or several.
    """
    rows = addressbooks.all_of(unit, account_id)
    if name is None:
        default = addressbooks.default_id(unit, account_id)
        found = next((row for row in rows if row.id == default), None)
    else:
        found = named(rows, name)
    return _found(found, "address book", name, rows)


def _found(found: R | None, what: str, name: str | None, rows: Iterable[ContainerRow]) -> R:
    if found is None:
        names = ", ".join(row.uri for row in rows) or "none"
        which = f"no {what} {name[:80]!r}" if name is not None else f"no default {what}"
        raise NotFound(f"there is {which}; there are: {names}")
    return found


def make_calendar(unit: Unit, account_id: int, name: str, **values: Any) -> CalendarRow:  # noqa: ANN401 - columns
    """A new calendar."""
    return calendar_use.create(unit, account_id, {"name": name[:MAX_NAME], **values})


def make_book(unit: Unit, account_id: int, name: str) -> AddressBookRow:
    """A new address book."""
    return addressbooks.create(unit, account_id, NewAddressBook(name[:MAX_NAME]))


class CalendarDestination:
    """A calendar."""

    def __init__(self, row: CalendarRow) -> None:
        self.account_id = row.account_id
        self._row = row
        self._actor = Actor(row.account_id, frozenset({row.account_id}))

    def present(self, unit: Unit, uids: Iterable[str]) -> Mapping[str, str]:
        """By one look-up."""
        found = unit.all(
            event_rows.WITH_UIDS, account_id=self.account_id, uids=list(uids), most=SECRET
        )
        return {row.uid: row.etag for row in found if row.calendar_id == self._row.id}

    def store(self, unit: Unit, prepared: events.Prepared, name: str) -> None:
        """Nobody is told of meetings."""
        found = self._with_uid(unit, prepared.uid)
        key = (self.account_id, self._row.id)
        if found is not None:
            uri = found.uri
        elif is_name(name, ".ics") and event_rows.by_uri(unit, *key, name) is None:
            uri = name
        else:
            uri = events.free_name(unit, *key, prepared.uid)
        events.put(unit, self._actor, events.Target(self._view, uri, found), prepared, QUIET)

    def remove(self, unit: Unit, uid: str) -> bool:
        """Nobody is told either."""
        found = self._with_uid(unit, uid)
        if found is not None:
            events.delete(unit, self._actor, self._view, found, QUIET.how)
        return found is not None

    @property
    def _view(self) -> CalendarView:
        return CalendarView(self._row, ALL_LETTERS, is_owner=True, is_default=False)

    def _with_uid(self, unit: Unit, uid: str) -> EventRow | None:
        alike = event_rows.with_uid(unit, self.account_id, uid)
        return next((row for row in alike if row.calendar_id == self._row.id), None)


class BookDestination:
    """An address book."""

    def __init__(self, row: AddressBookRow) -> None:
        self.account_id = row.account_id
        self._row = row

    def present(self, unit: Unit, uids: Iterable[str]) -> Mapping[str, str]:
        """One look-up for each."""
        found = (card_rows.by_uid(unit, self.account_id, self._row.id, uid) for uid in uids)
        return {row.uid: row.etag for row in found if row is not None}

    def store(self, unit: Unit, prepared: cards.Prepared, name: str) -> None:
        """As the owner."""
        key = (self.account_id, self._row.id)
        found = card_rows.by_uid(unit, *key, prepared.uid)
        if found is not None:
            uri = found.uri
        elif is_name(name, ".vcf") and card_rows.by_uri(unit, *key, name) is None:
            uri = name
        else:
            uri = cards.free_name(unit, self._view, prepared)
        cards.put(unit, self._view, uri, prepared, found)

    def remove(self, unit: Unit, uid: str) -> bool:
        """As the owner."""
        found = card_rows.by_uid(unit, self.account_id, self._row.id, uid)
        if found is not None:
            cards.delete(unit, self._view, found)
        return found is not None

    @property
    def _view(self) -> AddressBookView:
        return AddressBookView(self._row, ALL_LETTERS, is_owner=True, is_default=False)


def is_name(name: str, suffix: str) -> bool:
    """Whether something may be called so in a URL here."""
    return (
        len(suffix) < len(name) <= MAX_NAME
        and name.lower().endswith(suffix)
        and name.isprintable()
        and "/" not in name
        and not name.startswith(".")
    )


class Nowhere:
    """In place of a container that an import would make, where it is only tried."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id

    def present(self, unit: Unit, uids: Iterable[str]) -> Mapping[str, str]:
        """Nothing is there yet."""
        del unit, uids
        return {}

    def store(self, unit: Unit, prepared: object, name: str) -> None:
        """What can be read could be stored."""

    def remove(self, unit: Unit, uid: str) -> bool:
        """There is nothing."""
        del unit, uid
        return False
