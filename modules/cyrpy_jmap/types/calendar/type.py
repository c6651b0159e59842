"""Calendars as a data type: reading, making, changing, sharing and destroying them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

import orjson

from cyrpy.errors import Forbidden
from cyrpy.groupware import calendars as groupware
from cyrpy.groupware.access import CALENDAR_IMPLIED, CALENDAR_RIGHTS
from cyrpy.groupware.calendars import CalendarView
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.objects import JmapObject
from cyrpy_jmap.types.calendar.model import CALENDARS, EXTENSIONS, Calendar
from cyrpy_jmap.types.calendar.rendering import ALERTS, calendar_json, columns, shown_color
from cyrpy_jmap.types.sharing import (
    actor_of,
    letters_by_principal,
    may_set_default,
    report_default,
    shares,
    wants,
)


class CalendarSetArguments(SetArguments):
    """Calendar/set has two more."""

    on_destroy_remove_events: bool = False
    on_success_set_is_default: str | None = None


class Calendars(DataType[Calendar]):
    """The calendars of an account, for the owner and for those whom they are shared with."""

    name: ClassVar[str] = "Calendar"
    capability = CALENDARS
    model: ClassVar[type[JmapObject]] = Calendar
    set_arguments: ClassVar[type[SetArguments]] = CalendarSetArguments
    few = True

    def knows(self, property: str) -> bool:
        """Beside the model's, the extensions that the classic dialect shows."""
        return property in EXTENSIONS or super().knows(property)

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The calendars that the user may see, in their order."""
        views = groupware.visible(call.unit, call.account.id, actor_of(call))
        shared = shares(call, groupware.KIND, CALENDAR_RIGHTS) if wants(call, "shareWith") else {}
        for view in views:
            if ids is None or view.row.wire_id in ids:
                yield calendar_json(call, view, shared.get(view.row.id))

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all calendars."""
        views = groupware.visible(call.unit, call.account.id, actor_of(call))
        return frozenset(view.row.wire_id for view in views).__contains__

    def create(self, call: Call, checked: Json) -> Json:
        """A calendar in the user's own account."""
        if not call.account.is_own:
            raise Forbidden("calendars cannot be created in somebody else's account")
        self._check_alerts(call, checked, None)
        row = groupware.create(call.unit, call.account.id, columns(checked, checked))
        view = groupware.find(call.unit, call.account.id, actor_of(call), row.wire_id)
        if checked["shareWith"]:
            self._share(call, view, checked["shareWith"])
        made = calendar_json(call, view, None)
        told = {name: made[name] for name in ("id", "isDefault", "myRights")}
        return told | shown_color(checked["color"])

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change it; what is per user, for this user alone."""
        changed = {name for name in patched if patched[name] != current.get(name)}
        view = groupware.find(call.unit, call.account.id, actor_of(call), id)
        values = columns(patched, changed)
        if changed.intersection(ALERTS):
            self._check_alerts(call, patched, id)
        if values:
            groupware.update(call.unit, view, actor_of(call), values)
        if "shareWith" in changed:
            self._share(call, view, patched["shareWith"] or {})
        return shown_color(patched["color"]) if "color" in changed else None

    def destroy(self, call: Call, id: str) -> None:
        """Delete it, with its events if the client said so."""
        view = groupware.find(call.unit, call.account.id, actor_of(call), id)
        self.remove(call, view, with_content=call.arguments.on_destroy_remove_events)

    def remove(self, call: Call, view: CalendarView, *, with_content: bool) -> None:
        """Delete a calendar that was found.

        Raises:
            SetError: `calendarHasEvent`, `isDefault`.
        """
        try:
            groupware.delete(call.unit, view, remove_events=with_content)
        except groupware.NotEmpty as exc:
            raise SetError("calendarHasEvent", f"{exc}: set onDestroyRemoveEvents to true") from exc
        except groupware.IsDefault as exc:
            raise SetError("isDefault", f"{exc}; make another one the default first") from exc

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """Make a calendar the default, if all went well (`onSuccessSetIsDefault`)."""
        id = may_set_default(call, outcome, call.arguments.on_success_set_is_default)
        views = groupware.visible(call.unit, call.account.id, actor_of(call)) if id else []
        view = next((view for view in views if view.row.wire_id == id), None)
        if view is not None and not view.is_default:
            before = groupware.set_default(call.unit, view.row)
            report_default(outcome, view.row.wire_id, before)

    def _share(self, call: Call, view: CalendarView, wanted: Mapping[str, Json]) -> None:
        """Grant exactly this, by principals' ids."""
        letters = letters_by_principal(call, wanted, CALENDAR_RIGHTS, CALENDAR_IMPLIED)
        groupware.set_shares(call.unit, view, letters)

    def _check_alerts(self, call: Call, value: Json, id: str | None) -> None:
        """Ids of default alerts are unique in the account, across all calendars."""
        taken: set[str] = set()
        for view in groupware.visible(call.unit, call.account.id, actor_of(call)):
            if view.row.wire_id != id:
                for text in (view.row.alerts_with_time, view.row.alerts_without_time):
                    taken.update(orjson.loads(text) if text else ())
        wrong = []
        for name in ALERTS:
            mine = set(value.get(name) or ())
            wrong += [f"{name}/{alert}" for alert in sorted(mine & taken)]
            taken |= mine
        if wrong:
            raise SetError(
                "invalidProperties",
                "ids of default alerts must be unique in the account: " + ", ".join(wrong),
                wrong,
            )
