"""What each sharee set for itself on calendar objects (JMAP Calendars, "Per-user properties")."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from cyrpy.data.eventids import KIND
from cyrpy.data.statement import Query, among, upsert
from cyrpy.data.tables import calendar_object_settings, calendar_objects
from cyrpy.data.tables.dav import dav_properties
from cyrpy.data.unit import Unit

_t = calendar_object_settings.c
_of_account = _t.account_id == bindparam("account_id")
_of_object = (_of_account, _t.object_id == bindparam("object_id"))
PATCHES: Query[tuple[int, bytes]] = Query(
    select(_t.object_id, _t.patch).where(
        _of_account, among(_t.object_id, "ids"), _t.principal_id == bindparam("principal_id")
    )
)
PUT = Query[None](
    upsert(calendar_object_settings, ["account_id", "object_id", "principal_id"], ["patch"])
)
DELETE_ONE = Query[None](
    delete(calendar_object_settings).where(
        *_of_object, _t.principal_id == bindparam("principal_id")
    )
)
DELETE = Query[None](delete(calendar_object_settings).where(*_of_object))
_in_calendar = select(calendar_objects.c.id).where(
    calendar_objects.c.account_id == bindparam("account_id"),
    calendar_objects.c.calendar_id == bindparam("calendar_id"),
)
DELETE_IN = Query[None](
    delete(calendar_object_settings).where(_of_account, _t.object_id.in_(_in_calendar))
)
DELETE_PROPERTIES_IN = Query[None](
    delete(dav_properties).where(
        dav_properties.c.account_id == bindparam("account_id"),
        dav_properties.c.kind == bindparam("kind"),
        dav_properties.c.object_id.in_(_in_calendar),
    )
)


def patches(unit: Unit, account_id: int, ids: Sequence[int], principal_id: int) -> dict[int, bytes]:
    """Number of an object -> JSON of what the principal set on it."""
    rows = unit.all(PATCHES, account_id=account_id, ids=list(ids), principal_id=principal_id)
    return dict(rows)


def put(unit: Unit, account_id: int, object_id: int, principal_id: int, patch: bytes) -> None:
    """Set what the principal has for itself; an empty one takes it all away."""
    key = {"account_id": account_id, "object_id": object_id, "principal_id": principal_id}
    if patch:
        unit.run(PUT, **key, patch=patch)
    else:
        unit.run(DELETE_ONE, **key)


def forget(unit: Unit, account_id: int, object_id: int) -> None:
    """Drop what everybody set on an object, because it goes."""
    unit.run(DELETE, account_id=account_id, object_id=object_id)


def forget_all(unit: Unit, account_id: int, calendar_id: int) -> None:
    """The same for all objects of a calendar, and their dead properties."""
    key = {"account_id": account_id, "calendar_id": calendar_id}
    unit.run(DELETE_IN, **key)
    unit.run(DELETE_PROPERTIES_IN, kind=KIND, **key)
