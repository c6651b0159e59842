"""Who is told of a change that somebody else made to an event of theirs.

The owner of the calendar is, and the sharees who follow it and see the event. Who changes an event
has seen what it was told of it, so that goes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data import access, event_notifications
from cyrpy.data.event_notifications import Told, Type
from cyrpy.data.eventids import wire_ids
from cyrpy.data.events import PUBLIC, EventRow
from cyrpy.data.principals import groups_of
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.pointer import diff
from cyrpy.groupware.access import has
from cyrpy.groupware.events import peruser
from cyrpy.groupware.events.rendering import rendered

EVENTS: Final = "VEVENT"
READ: Final = "lr"
OF_EACH_CHANGE: Final = {"updated", "sequence"}  # which alone are no news


class By(NamedTuple):
    """Who makes a change: a principal, or the sender of a scheduling message."""

    principal_id: int | None
    address: str | None = None
    comment: str | None = None


class Watch:
    """One change of an object in a calendar: made before it, told after it."""

    def __init__(
        self, unit: Unit, by: By, calendar: tuple[int, int], found: EventRow | None
    ) -> None:
        self._unit = unit
        self._by = by
        self._account_id, self._calendar_id = calendar
        self._found = found
        self._told = self._who()
        self._before = self._json(found) if found is not None and self._told else {}

    def tell(self, row: EventRow | None) -> None:
        """The object is now as `row` says; None: it is gone."""
        self._see_to_it()
        sides = [side for side in (row, self._found) if side is not None]
        if not self._told or EVENTS not in {side.component for side in sides}:
            return
        if any(side.privacy > PUBLIC for side in sides):
            self._told = [id for id in self._told if id == self._account_id]
        after = self._json(row) if row is not None else {}
        for id, event in self._before.items():
            if id not in after:
                self._send("destroyed", id, event, None)
        for id, event in after.items():
            if id not in self._before:
                self._send("created", id, event, None)
            else:
                self._changed(id, self._before[id], event)

    def _see_to_it(self) -> None:
        by, found = self._by.principal_id, self._found
        if by is not None and found is not None and found.component == EVENTS:
            for id in wire_ids(found):
                event_notifications.remove_about(self._unit, self._account_id, by, id)

    def _changed(self, id: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        try:
            patch = diff(before, after)
        except FormatError:  # too deep to compare
            return
        if patch.keys() - OF_EACH_CHANGE:
            self._send("updated", id, before, patch)

    def _send(
        self, type: Type, id: str, event: dict[str, Any], patch: dict[str, Any] | None
    ) -> None:
        told = Told(
            *self._by,
            type=type,
            event_id=id,
            is_draft=self._found.is_draft if self._found is not None else 0,
            event=orjson.dumps(event),
            patch=None if patch is None else orjson.dumps(patch),
        )
        for principal_id in self._told:
            event_notifications.tell(self._unit, self._account_id, principal_id, told)

    def _who(self) -> list[int]:
        """Whom it concerns, but who makes it."""
        found = [self._account_id]
        for sharee in event_notifications.subscribers(
            self._unit, self._account_id, self._calendar_id
        ):
            if self._sees(sharee):
                found.append(sharee)
        return [principal for principal in found if principal != self._by.principal_id]

    def _sees(self, sharee: int) -> bool:
        principals: Collection[int] = {sharee, *groups_of(self._unit, sharee)}
        granted = access.granted_to(self._unit, self._account_id, "Calendar", principals)
        return has(granted.get(self._calendar_id, ""), READ)

    def _json(self, row: EventRow | None) -> dict[str, dict[str, Any]]:
        """The events that an object is, without what is anyone's own."""
        if row is None:
            return {}
        json = rendered(self._unit, self._account_id, [row.id]).get(row.id)
        if json is None:
            return {}
        value = orjson.loads(json)
        ids = wire_ids(row)
        found = [value] if row.instances is None else list(value.values())
        return {id: peruser.shared(event) for id, event in zip(ids, found, strict=False)}
