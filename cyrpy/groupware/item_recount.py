"""Reading calendar objects and cards again: what is stored beside them should follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cyrpy.data import addressbooks, calendars, cards, events, item_checks
from cyrpy.data.cards import CardRow
from cyrpy.data.events import EventRow
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.groupware.cards import rendering as card_rendering
from cyrpy.groupware.cards.prepare import prepare as prepare_card
from cyrpy.groupware.events import rendering as event_rendering
from cyrpy.groupware.events.prepare import Limits
from cyrpy.groupware.events.prepare import prepare as prepare_event
from cyrpy.groupware.mail_recount import Difference

ANY_SIZE: Final = 1 << 40  # octets: what was stored under other limits is no damage
# What differs where the conversion is of an older version, and is then made anew when it is read.
_CONVERTED: Final = frozenset({"rendering", "jscalendar", "jscontact"})


class _Named(NamedTuple):
    """An object as reports name it."""

    kind: str
    container: str
    uri: str

    def __str__(self) -> str:
        return f"{self.kind} {self.container}/{self.uri}"


def differences(unit: Unit, account_id: int) -> list[Difference]:
    """What in an account's calendars, address books and files is not as it should be."""
    return [
        *_of_events(unit, account_id),
        *_of_cards(unit, account_id),
        *_of_search(unit, account_id),
        *(
            Difference(f"{what} that is gone", count, 0)
            for what, count in item_checks.left_over(unit, account_id).items()
        ),
        *_of_files(unit, account_id),
    ]


def _of_events(unit: Unit, account_id: int) -> Iterator[Difference]:
    for calendar in unit.all(calendars.ALL, account_id=account_id):
        for row, octets in events.stored_members(unit, account_id, calendar.id):
            yield from _of_event(unit, row, octets, _Named("event", calendar.uri, row.uri))


def _of_event(unit: Unit, row: EventRow, octets: bytes, named: _Named) -> Iterator[Difference]:
    try:
        prepared = prepare_event(octets, Limits(max_size=ANY_SIZE))
    except Forbidden as exc:
        yield Difference(str(named), "unreadable", str(exc))
        return
    ((_, version, _, json),) = unit.all(events.RENDERINGS, account_id=row.account_id, ids=[row.id])
    stored = {**row._asdict(), "jscalendar": json}
    wanted = {**prepared.columns(), "jscalendar": prepared.jscalendar}
    yield from _unlike(named, stored, wanted, is_current=version == event_rendering.VERSION)


def _of_cards(unit: Unit, account_id: int) -> Iterator[Difference]:
    for book in addressbooks.all_of(unit, account_id):
        for page in cards.pages(unit, account_id, book.id):
            for row in page:
                yield from _of_card(unit, row, _Named("card", book.uri, row.uri))


def _of_card(unit: Unit, row: CardRow, named: _Named) -> Iterator[Difference]:
    octets = cards.vcards(unit, row.account_id, [row.id])[row.id]
    try:
        prepared = prepare_card(octets, ANY_SIZE)
    except Forbidden as exc:
        yield Difference(str(named), "unreadable", str(exc))
        return
    ((_, version, json),) = unit.all(cards.RENDERINGS, account_id=row.account_id, ids=[row.id])
    made = prepared.jscontact
    shown = None if made is None else card_rendering.completed(made, row)
    stored = {**row._asdict(), "jscontact": json}
    wanted = {**prepared.columns(), "jscontact": shown}
    known = {name: value for name, value in wanted.items() if name in stored}
    yield from _unlike(named, stored, known, is_current=version == card_rendering.VERSION)


def _unlike(
    named: _Named, stored: Mapping[str, Any], wanted: Mapping[str, Any], *, is_current: bool
) -> Iterator[Difference]:
    for name, value in wanted.items():
        if name in _CONVERTED and not is_current:
            continue
        if name in stored and stored[name] != value:
            yield Difference(f"{named}: {name}", stored[name], value)


def _of_search(unit: Unit, account_id: int) -> Iterator[Difference]:
    missing, left = item_checks.unindexed(unit, account_id)
    if missing:
        yield Difference(f"objects {_some(missing)} in full-text search", 0, len(missing))
    if left:
        yield Difference(f"what is gone ({_some(left)}) in full-text search", len(left), 0)


def _some(numbers: set[int]) -> str:
    shown: Sequence[int] = sorted(numbers)[:5]
    return ", ".join(map(str, shown)) + (", …" if len(numbers) > len(shown) else "")


def _of_files(unit: Unit, account_id: int) -> Iterator[Difference]:
    kept, counted = item_checks.file_usages(unit, account_id)
    if kept != counted:
        yield Difference("octets and number of files", kept, counted)
