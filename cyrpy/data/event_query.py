"""Numbers of events by what CalendarEvent/query asks for, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, literal_column, select, text

from cyrpy.data.events import PRIVATE, PUBLIC
from cyrpy.data.itemsearch import Is, Items, OneOf, Part
from cyrpy.data.keys import bounded
from cyrpy.data.statement import Query, among
from cyrpy.data.tables import calendar_objects, calendars
from cyrpy.data.unit import Unit

LOT: Final = 1000  # rows that are read at once


class Found(NamedTuple):
    """What of a calendar object decides whether and where it is in a list."""

    id: int
    calendar_id: int
    uid: str  # as `cyrpy.data.keys` bounds it
    component: str
    privacy: int
    starts_at: int  # unix seconds, as are those that follow
    ends_at: int
    is_long: int
    is_plain: int
    begins_at: int
    made_at: int
    revised_at: int
    instances: str | None
    updated_modseq: int


_t = calendar_objects.c
_FOUND = tuple(_t[name] for name in Found._fields)
_of_account = _t.account_id == bindparam("account_id")
IN_CALENDARS: Query[tuple[int]] = Query(
    select(_t.id).where(_of_account, among(_t.calendar_id, "calendars"))
)
FOUND_IN: Query[Found] = Query(
    select(*_FOUND).where(_of_account, among(_t.calendar_id, "calendars")), Found._make
)
FOUND: Query[Found] = Query(select(*_FOUND).where(_of_account, among(_t.id, "ids")), Found._make)
_inside = {
    component: and_(
        among(_t.calendar_id, "containers"), _t.component == literal_column(f"'{component}'")
    )
    for component in ("VEVENT", "VTODO")
}
_is_told = _t.privacy <= literal_column(str(PRIVATE))
# Objects of a component as items that are searched: all, and what of them others see is there.
ITEMS: Final = {
    component: Items(_t.account_id, _t.id, inside) for component, inside in _inside.items()
}
OTHERS: Final = {
    component: Items(_t.account_id, _t.id, and_(inside, _is_told))
    for component, inside in _inside.items()
}
ORDERS: Final[Mapping[str, ColumnElement[Any]]] = {
    "start": _t.begins_at,
    "uid": _t.uid,
    "recurrenceId": _t.instances,
    "created": _t.made_at,
    "updated": _t.revised_at,
}
ALONE: Query[tuple[int]] = Query(
    select(_t.id)
    .where(_of_account, among(_t.calendar_id, "calendars"), text("instances IS NOT NULL"))
    .limit(literal_column("1"))
)


class Whole(NamedTuple):
    """What /get needs of an event; rows come as plain tuples of this order, as there are many."""

    id: int
    calendar_id: int
    component: str
    has_organizer: int
    is_draft: int
    instances: str | None
    rendering: int
    jscalendar: bytes | None


WHOLE: Query[Whole] = Query(
    select(*(_t[name] for name in Whole._fields)).where(_of_account, among(_t.id, "ids"))
)
CALENDAR_IDS: Query[tuple[int, str]] = Query(
    select(calendars.c.id, calendars.c.wire_id).where(
        calendars.c.account_id == bindparam("account_id")
    )
)
WITH_UID: Query[tuple[int]] = Query(select(_t.id).where(_of_account, _t.uid == bindparam("uid")))


def in_one_of(numbers: Sequence[int]) -> Part:
    """The event is in one of these calendars."""
    return OneOf(_t.calendar_id, list(numbers))


def of_uid(uid: str) -> Part:
    """The event has that UID."""
    return Is(_t.uid, "=", bounded(uid))


def is_public() -> Part:
    """Everybody who sees the event sees all of it."""
    return Is(_t.privacy, "=", PUBLIC)


def has_alone(unit: Unit, account_id: int, calendars: Collection[int]) -> bool:
    """Whether some object in these calendars is given by single instances alone."""
    found = unit.value(ALONE, account_id=account_id, calendars=sorted(calendars))
    return found is not None


def whole(unit: Unit, account_id: int, numbers: Sequence[int]) -> list[Whole]:
    """What /get needs of those of the numbers that there are."""
    return unit.all(WHOLE, account_id=account_id, ids=list(numbers))


def calendar_ids(unit: Unit, account_id: int) -> dict[int, str]:
    """The ids of an account's calendars by their numbers."""
    return dict(unit.all(CALENDAR_IDS, account_id=account_id))


def in_calendars(unit: Unit, account_id: int, calendars: Collection[int]) -> set[int]:
    """Numbers of all that is in these calendars, from an index alone."""
    rows = unit.all(IN_CALENDARS, account_id=account_id, calendars=sorted(calendars))
    return {number for (number,) in rows}


def with_uid(unit: Unit, account_id: int, uid: str) -> set[int]:
    """Numbers of what has a UID, bounded."""
    return {number for (number,) in unit.all(WITH_UID, account_id=account_id, uid=uid)}


def all_in(unit: Unit, account_id: int, calendars: Collection[int]) -> list[Found]:
    """All that is in these calendars."""
    return unit.all(FOUND_IN, account_id=account_id, calendars=sorted(calendars))


def of_numbers(unit: Unit, account_id: int, numbers: Sequence[int]) -> Iterator[Found]:
    """What there is of these numbers, a lot after the other."""
    for at in range(0, len(numbers), LOT):
        lot = list(numbers[at : at + LOT])
        yield from unit.all(FOUND, account_id=account_id, ids=lot)
