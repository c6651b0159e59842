"""Calendars: who sees which, and creating, changing, sharing and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from cyrpy.data import (
    access,
    alerts,
    calendars,
    dav,
    event_settings,
    eventids,
    events,
    ids,
    itemchanges,
    search,
)
from cyrpy.data.calendars import CalendarRow, SettingsRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists, Forbidden, NotFound
from cyrpy.groupware import invitations, proxies
from cyrpy.groupware.access import ALL_LETTERS, Actor, has
from cyrpy.groupware.sharing import Container, share, shows, unshare_all

KIND: Final = "Calendar"
EVENT: Final = eventids.KIND
LETTER: Final = "C"  # of ids that the server gives
COMPONENTS: Final = "VEVENT VTODO VJOURNAL VFREEBUSY VAVAILABILITY"

# Columns that decide when events alert whom.
ALERTING: Final = frozenset(
    {"alerts_with_time", "alerts_without_time", "is_subscribed", "time_zone"}
)

NOTHING: Final = (
    ""  # a sharee chose to have no color, no time zone, no alerts; null: did not choose
)

# What a sharee starts from; name, color and time zone it inherits (JMAP Calendars, Calendar/set).
SHAREE_DEFAULTS: Final[Mapping[str, Any]] = {
    "sort_order": 0,
    "is_visible": 1,
    "is_subscribed": 0,
    "include_in_availability": "none",
    "alerts_with_time": None,
    "alerts_without_time": None,
}


class NotEmpty(Forbidden):
    """The calendar holds events, and they were not to be removed with it."""


class CalendarView(NamedTuple):
    """A calendar as one user sees it: its own settings over the owner's, and its rights."""

    row: CalendarRow  # with what the user set for itself put in
    rights: str  # letters
    is_owner: bool
    is_default: bool


def container(row: CalendarRow) -> Container:
    """The calendar as something that can be shared."""
    return Container(row.account_id, KIND, row.id, row.wire_id, row.uri, row.name)


def visible(unit: Unit, account_id: int, actor: Actor) -> list[CalendarView]:
    """The calendars of the account that `actor` may see, in the owner's order."""
    rows = unit.all(calendars.WITH_DEFAULT, account_id=account_id)
    if account_id == actor.principal_id:
        return [
            CalendarView(row, ALL_LETTERS, is_owner=True, is_default=row.id == default)
            for row, default in rows
        ]
    granted = access.granted_to(unit, account_id, KIND, actor.principals)
    own = unit.all(calendars.SETTINGS, account_id=account_id, principal_id=actor.principal_id)
    settings = {row.calendar_id: row for row in own}
    return [
        CalendarView(
            _for_sharee(row, settings.get(row.id)),
            granted[row.id],
            is_owner=False,
            is_default=row.id == default,
        )
        for row, default in rows
        if shows(granted.get(row.id, ""))
    ]


def _for_sharee(row: CalendarRow, own: SettingsRow | None) -> CalendarRow:
    row = row._replace(**SHAREE_DEFAULTS)
    if own is None:
        return row
    mine = {name: getattr(own, name) for name in calendars.PERSONAL}
    chosen: dict[str, Any] = {
        name: None if value == NOTHING else value
        for name, value in mine.items()
        if value is not None
    }
    return row._replace(**chosen)


def find(unit: Unit, account_id: int, actor: Actor, wire_id: str) -> CalendarView:
    """One calendar by its id.

    Raises:
        NotFound: there is none, or `actor` may not see it.
    """
    for view in visible(unit, account_id, actor):
        if view.row.wire_id == wire_id:
            return view
    raise NotFound(f"there is no calendar {wire_id!r} in this account")


def create(
    unit: Unit, account_id: int, values: Mapping[str, Any], uri: str | None = None
) -> CalendarRow:
    """A new calendar in `account_id`; `values` are its columns, `uri` the name a client chose.

    Raises:
        AlreadyExists: there is a calendar of that URL name.
    """
    number = unit.new_id(account_id)
    wire_id = ids.encode(LETTER, number)
    if uri is None:
        uri = _free_uri(unit, account_id, wire_id)
    elif unit.first(calendars.BY_URI, account_id=account_id, uri=uri) is not None:
        raise AlreadyExists(f"there is a calendar {uri!r} already", uri)
    elif ids.may_be_id(uri) and not _was_used(unit, account_id, uri):
        wire_id = uri
    modseq = unit.record(account_id, KIND, wire_id, ChangeKind.CREATED, name=uri)
    row = CalendarRow(
        account_id=account_id,
        id=number,
        wire_id=wire_id,
        uri=uri,
        created_modseq=modseq,
        updated_modseq=modseq,
        **{**NEW_CALENDAR, **values},
    )
    unit.run(calendars.INSERT, **row._asdict())
    proxies.include(unit, row)
    return row


NEW_CALENDAR: Final[Mapping[str, Any]] = {
    "name": "",
    "color": None,
    "sort_order": 0,
    "is_visible": 1,
    "is_subscribed": 1,
    "include_in_availability": "all",
    "time_zone": None,
    "alerts_with_time": None,
    "alerts_without_time": None,
    "description": None,
    "components": COMPONENTS,
}


def _free_uri(unit: Unit, account_id: int, wished: str) -> str:
    """`wished`, or it with a number, if a client took that very name before."""
    uri, n = wished, 1
    while unit.first(calendars.BY_URI, account_id=account_id, uri=uri) is not None:
        n += 1
        uri = f"{wished}-{n}"
    return uri


def _was_used(unit: Unit, account_id: int, wire_id: str) -> bool:
    taken = unit.first(calendars.BY_WIRE_ID, account_id=account_id, wire_id=wire_id)
    return taken is not None or access.is_retired(unit, account_id, KIND, wire_id)


def update(unit: Unit, view: CalendarView, actor: Actor, values: Mapping[str, Any]) -> None:
    """Change columns; what a sharee may set for itself changes for that sharee alone.

    Raises:
        Forbidden: `actor` may not change what the calendar is to all.
    """
    row = view.row
    if not ALERTING.isdisjoint(values):
        alerts.mark_in(unit, row.account_id, row.id)
    if view.is_owner:
        calendars.change(unit, row, values)
        unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)
        return
    own = {name: value for name, value in values.items() if name in calendars.PERSONAL}
    common = {name: value for name, value in values.items() if name not in own}
    if common:
        if not has(view.rights, "a"):
            names = ", ".join(sorted(common))
            raise Forbidden(f"changing {names} of this calendar needs the right to administer it")
        calendars.change(unit, row, common)
        unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)
    if own:
        _set_own(unit, row, actor, own)


def _set_own(unit: Unit, row: CalendarRow, actor: Actor, own: Mapping[str, Any]) -> None:
    key = (row.account_id, row.id, actor.principal_id)
    settings = unit.first(
        calendars.SETTINGS_OF, **dict(zip(SettingsRow._fields, key, strict=False))
    )
    if settings is None:
        settings = SettingsRow(*key, *[None] * len(calendars.PERSONAL))
    stored: dict[str, Any] = {
        name: NOTHING if value is None else value for name, value in own.items()
    }
    unit.run(calendars.PUT_SETTINGS, **settings._replace(**stored)._asdict())
    unit.record(
        row.account_id,
        KIND,
        row.wire_id,
        ChangeKind.UPDATED,
        name=row.uri,
        audience=actor.principal_id,
    )


def set_shares(unit: Unit, view: CalendarView, wanted: Mapping[int, str]) -> None:
    """Share the calendar with exactly these principals, and its owner's delegates: id -> letters.

    Raises:
        Forbidden: the user may not administer it, or gives a right that it does not have.
    """
    if not has(view.rights, "a"):
        raise Forbidden("sharing this calendar needs the right to administer it")
    may_grant = None if view.is_owner else view.rights
    wanted = {**wanted, **proxies.kept(unit, view.row)}
    if share(unit, container(view.row), wanted, may_grant):
        row = view.row
        calendars.change(unit, row, {})
        unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)


def set_default(unit: Unit, row: CalendarRow) -> str | None:
    """Make it the account's default; the id of the one that was, if it was another."""
    before = calendars.default_id(unit, row.account_id)
    if before == row.id:
        return None
    unit.run(calendars.SET_DEFAULT, account_id=row.account_id, calendar_id=row.id)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, name=row.uri)
    for other in unit.all(calendars.ALL, account_id=row.account_id):
        if other.id == before:
            unit.record(row.account_id, KIND, other.wire_id, ChangeKind.UPDATED, name=other.uri)
            return other.wire_id
    return None


def delete(unit: Unit, view: CalendarView, *, remove_events: bool) -> None:
    """Delete the calendar, its grants and its events.

    Raises:
        Forbidden: the user may not, or it is the default calendar of the account.
        NotEmpty: it holds events, and `remove_events` is false.
    """
    row = view.row
    if not has(view.rights, "x"):
        raise Forbidden("deleting this calendar needs the right to delete it")
    if view.is_default:
        raise IsDefault("the default calendar of an account cannot be deleted")
    key = {"account_id": row.account_id, "calendar_id": row.id}
    if not remove_events and unit.value(calendars.COUNT_OBJECTS, **key):
        raise NotEmpty("the calendar holds events; ask for them to be removed with it")
    for object_row in events.members(unit, row.account_id, row.id):
        itemchanges.record(unit, row.account_id, EVENT, eventids.place(object_row), None)
        search.remove(unit, row.account_id, object_row.id)
    event_settings.forget_all(unit, row.account_id, row.id)
    alerts.forget_in(unit, row.account_id, row.id)
    unit.run(events.DELETE_ALL, **key)
    invitations.forget_all(unit, container(row))
    unshare_all(unit, container(row))
    dav.forget(unit, dav.Key(row.account_id, KIND, row.id))
    unit.run(calendars.DELETE_SETTINGS, **key)
    unit.run(calendars.DELETE, **key)
    if not _is_counted(row):
        access.retire(unit, row.account_id, KIND, row.wire_id)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED, name=row.uri)


class IsDefault(Forbidden):
    """The default container of an account cannot be deleted."""


def _is_counted(row: CalendarRow) -> bool:
    return ids.decode(LETTER, row.wire_id) == row.id
