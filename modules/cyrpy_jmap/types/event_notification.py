"""CalendarEventNotification: what others did to one's events (draft-ietf-jmap-calendars-27)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Literal

import orjson

from cyrpy.data import addresses, event_notifications, ids, principals
from cyrpy.data.event_notifications import KIND, LETTER, NotificationRow
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware.scheduling.address import mail_address
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, ServerSet, UTCDate, seconds_of
from cyrpy_jmap.types.calendar.model import CALENDARS

_DATE: Final = "%Y-%m-%dT%H:%M:%SZ"
Type = Literal["created", "updated", "destroyed"]


class Person(JmapModel):
    """Who changed something."""

    name: str
    email: str | None
    principal_id: Id | None
    calendar_address: str | None


class CalendarEventNotification(JmapObject):
    """One change of one event."""

    created: ServerSet[UTCDate]
    changed_by: ServerSet[Person]
    comment: ServerSet[str | None]
    type: ServerSet[Type]
    calendar_event_id: ServerSet[Id]
    is_draft: ServerSet[bool]
    event: ServerSet[dict[str, Any]]
    event_patch: ServerSet[dict[str, Any] | None]


class EventNotifications(DataType[CalendarEventNotification]):
    """Each user has its own in every account; to dismiss one is to destroy it."""

    name: ClassVar[str] = KIND
    capability = CALENDARS
    model = CalendarEventNotification
    filters: ClassVar[Mapping[str, Any]] = {
        "after": UTCDate | None,
        "before": UTCDate | None,
        "type": Type,
        "calendarEventIds": list[Id] | None,
    }
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {"created": {}}
    stable: ClassVar[frozenset[str]] = frozenset({*filters, *sorts})

    def load(self, call: Call, wanted: Sequence[str] | None) -> Iterable[Json]:
        """All, or those of these ids, the oldest first."""
        people = _People(call.unit)
        for row in _rows(call, wanted):
            yield _json(row, people)

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """By their times, and what they are about."""
        found = [row for row in _rows(call, None) if matches(filter, _holds(row))]
        ordered = in_order(found, sort, lambda row, _: row.created_at)
        return [row.wire_id for row in ordered]

    def create(self, call: Call, checked: Json) -> Json:
        """Only the server makes them."""
        del call, checked
        raise Forbidden("only the server makes notifications")

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """They do not change."""
        del call, id, current, patched
        raise Forbidden("a notification can only be destroyed")

    def destroy(self, call: Call, id: str) -> None:
        """Dismiss it."""
        number = ids.decode(LETTER, id)
        mine = call.viewer.identity.principal_id
        removed = number is not None and event_notifications.remove(
            call.unit, call.account.id, mine, number
        )
        if not removed:
            raise NotFound(f"there is no notification {id[:255]!r}")


def _rows(call: Call, wanted: Sequence[str] | None) -> list[NotificationRow]:
    mine = {
        "account_id": call.account.id,
        "principal_id": call.viewer.identity.principal_id,
    }
    if wanted is None:
        return call.unit.all(event_notifications.ALL, **mine)
    numbers = [n for n in (ids.decode(LETTER, id) for id in wanted) if n is not None]
    return call.unit.all(event_notifications.BY_IDS, ids=numbers, **mine)


def _holds(row: NotificationRow) -> Callable[[str, Any], bool]:
    def holds(name: str, value: Any) -> bool:  # noqa: ANN401 - any condition's value
        if value is None:
            return True
        if name == "after":
            return row.created_at >= seconds_of(value)
        if name == "before":
            return row.created_at < seconds_of(value)
        if name == "type":
            return bool(row.type == value)
        return row.event_id in value

    return holds


class _People:
    """Who changed something, each looked up once."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._known: dict[tuple[int | None, str | None], Json] = {}

    def of(self, row: NotificationRow) -> Json:
        """The Person."""
        key = (row.changed_by, row.address)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, number: int | None, address: str | None) -> Json:
        by = None if number is None else self._unit.first(principals.BY_ID, id=number)
        mail = None if address is None else mail_address(address)
        if by is not None:
            found = addresses.addresses_of(self._unit, by.id)
            mail = found[0] if found else None
            address = None if mail is None else f"mailto:{mail}"
        elif mail is not None:
            owner = addresses.owner(self._unit, mail)
            by = None if owner is None else self._unit.first(principals.BY_ID, id=owner)
            return _person(mail if by is None else by.display_name, mail, None, address)
        name = "someone" if by is None else by.display_name
        return _person(name, mail, None if by is None else by.wire_id, address)


def _person(name: str, email: str | None, principal_id: str | None, address: str | None) -> Json:
    return {
        "name": name,
        "email": email,
        "principalId": principal_id,
        "calendarAddress": address,
    }


def _json(row: NotificationRow, people: _People) -> Json:
    value: Json = {
        "id": row.wire_id,
        "created": datetime.fromtimestamp(row.created_at, UTC).strftime(_DATE),
        "changedBy": people.of(row),
        "comment": row.comment,
        "type": row.type,
        "calendarEventId": row.event_id,
        "event": orjson.loads(row.event),
    }
    if row.type != "destroyed":
        value["isDraft"] = bool(row.is_draft)
    if row.patch is not None:
        value["eventPatch"] = orjson.loads(row.patch)
    return value
