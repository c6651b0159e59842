"""Calendars: their rows, what each sharee set for itself, and whether anything is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from cyrpy.data.statement import Query, insert_all, updating, upsert
from cyrpy.data.tables import accounts, calendar_objects, calendar_settings, calendars
from cyrpy.data.unit import Unit


class CalendarRow(NamedTuple):
    """One calendar as its owner has it, in the order of the table's columns."""

    account_id: int
    id: int
    wire_id: str
    uri: str
    name: str
    color: str | None
    sort_order: int
    is_visible: int
    is_subscribed: int
    include_in_availability: str
    time_zone: str | None
    alerts_with_time: str | None
    alerts_without_time: str | None
    description: str | None
    components: str
    created_modseq: int
    updated_modseq: int


class SettingsRow(NamedTuple):
    """What one sharee set for itself on one calendar; None where it set nothing."""

    account_id: int
    calendar_id: int
    principal_id: int
    name: str | None
    color: str | None
    sort_order: int | None
    is_visible: int | None
    is_subscribed: int | None
    include_in_availability: str | None
    time_zone: str | None
    alerts_with_time: str | None
    alerts_without_time: str | None


PERSONAL: Final = SettingsRow._fields[3:]  # the columns that a sharee may set for itself


def _with_default(columns: Iterable[Any]) -> tuple[CalendarRow, int | None]:
    *row, default = columns
    return CalendarRow._make(row), default


_of_account = calendars.c.account_id == bindparam("account_id")
_this = (_of_account, calendars.c.id == bindparam("calendar_id"))
_settings_of = (
    calendar_settings.c.account_id == bindparam("account_id"),
    calendar_settings.c.principal_id == bindparam("principal_id"),
)
ALL: Query[CalendarRow] = Query(
    select(calendars).where(_of_account).order_by(calendars.c.sort_order, calendars.c.id),
    CalendarRow._make,
)
WITH_DEFAULT: Query[tuple[CalendarRow, int | None]] = Query(
    select(calendars, accounts.c.default_calendar_id)
    .join(accounts, accounts.c.id == calendars.c.account_id)
    .where(_of_account)
    .order_by(calendars.c.sort_order, calendars.c.id),
    _with_default,
)
BY_WIRE_ID: Query[CalendarRow] = Query(
    select(calendars).where(_of_account, calendars.c.wire_id == bindparam("wire_id")),
    CalendarRow._make,
)
BY_ID: Query[CalendarRow] = Query(select(calendars).where(*_this), CalendarRow._make)
BY_URI: Query[CalendarRow] = Query(
    select(calendars).where(_of_account, calendars.c.uri == bindparam("uri")), CalendarRow._make
)
INSERT = Query[None](insert_all(calendars))
DELETE = Query[None](delete(calendars).where(*_this))
SETTINGS: Query[SettingsRow] = Query(
    select(calendar_settings).where(*_settings_of), SettingsRow._make
)
SETTINGS_OF: Query[SettingsRow] = Query(
    select(calendar_settings).where(
        *_settings_of, calendar_settings.c.calendar_id == bindparam("calendar_id")
    ),
    SettingsRow._make,
)
PUT_SETTINGS = Query[None](
    upsert(calendar_settings, ["account_id", "calendar_id", "principal_id"], PERSONAL)
)
DELETE_SETTINGS = Query[None](
    delete(calendar_settings).where(
        calendar_settings.c.account_id == bindparam("account_id"),
        calendar_settings.c.calendar_id == bindparam("calendar_id"),
    )
)
DEFAULT: Query[tuple[int | None]] = Query(
    select(accounts.c.default_calendar_id).where(accounts.c.id == bindparam("account_id"))
)
SET_DEFAULT = Query[None](
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(default_calendar_id=bindparam("calendar_id"))
)
_objects_of = (
    calendar_objects.c.account_id == bindparam("account_id"),
    calendar_objects.c.calendar_id == bindparam("calendar_id"),
)
COUNT_OBJECTS: Query[tuple[int]] = Query(
    select(func.count()).select_from(calendar_objects).where(*_objects_of)
)


def change(unit: Unit, row: CalendarRow, values: Mapping[str, Any]) -> None:
    """Write the columns in `values`, and that the row changed now."""
    query = updating(calendars, ("account_id", "id"), ("updated_modseq", *values))
    unit.run(
        query,
        key_account_id=row.account_id,
        key_id=row.id,
        updated_modseq=unit.modseq(row.account_id),
        **values,
    )


def by_id(unit: Unit, account_id: int, calendar_id: int | None) -> CalendarRow | None:
    """A calendar by its number."""
    return unit.first(BY_ID, account_id=account_id, calendar_id=calendar_id)


def default_id(unit: Unit, account_id: int) -> int | None:
    """Which calendar the account's new events go to."""
    number: int | None = unit.value(DEFAULT, account_id=account_id)
    return number
