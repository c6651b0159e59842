"""Calendars as a data type: reading, making, changing, sharing and destroying them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

import orjson

from cyrpy.data import access
from cyrpy.errors import Forbidden
from cyrpy.groupware import calendars as groupware
from cyrpy.groupware.access import (
    CALENDAR_IMPLIED,
    CALENDAR_RIGHTS,
    Actor,
    to_letters,
    to_rights,
)
from cyrpy.groupware.calendars import CalendarView
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.types.calendar.model import CALENDARS, EXTENSIONS, Calendar
from cyrpy_jmap.types.calendar.rendering import ALERTS, calendar_json, columns, shown_color


class CalendarSetArguments(SetArguments):
    """Calendar/set has two more."""

    on_destroy_remove_events: bool = False
    on_success_set_is_default: str | None = None


class Calendars(DataType[Calendar]):
    """The calendars of an account, for the owner and for those whom they are shared with."""

    name: ClassVar[str] = "Calendar"
    capability = CALENDARS
    model = Calendar
    set_arguments = CalendarSetArguments
    few = True

    def knows(self, property: str) -> bool:
        """Beside the model's, the extensions that the classic dialect shows."""
        return property in EXTENSIONS or super().knows(property)

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The calendars that the user may see, in their order."""
        views = groupware.visible(call.unit, call.account.id, _actor(call))
        shares = _shares(call) if _wants(call, "shareWith") else {}
        for view in views:
            if ids is None or view.row.wire_id in ids:
                yield calendar_json(call, view, shares.get(view.row.id))

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all calendars."""
        views = groupware.visible(call.unit, call.account.id, _actor(call))
        return frozenset(view.row.wire_id for view in views).__contains__

    def create(self, call: Call, checked: Json) -> Json:
        """A calendar in the user's own account."""
        if not call.account.is_own:
            raise Forbidden("calendars cannot be created in somebody else's account")
        self._check_alerts(call, checked, None)
        row = groupware.create(call.unit, call.account.id, columns(checked, checked))
        view = groupware.find(call.unit, call.account.id, _actor(call), row.wire_id)
        if checked["shareWith"]:
            self._share(call, view, checked["shareWith"])
        made = calendar_json(call, view, None)
        told = {name: made[name] for name in ("id", "isDefault", "myRights")}
        return told | shown_color(checked["color"])

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change it; what is per user, for this user alone."""
        changed = {name for name in patched if patched[name] != current.get(name)}
        view = groupware.find(call.unit, call.account.id, _actor(call), id)
        values = columns(patched, changed)
        if changed.intersection(ALERTS):
            self._check_alerts(call, patched, id)
        if values:
            groupware.update(call.unit, view, _actor(call), values)
        if "shareWith" in changed:
            self._share(call, view, patched["shareWith"] or {})
        return shown_color(patched["color"]) if "color" in changed else None

    def destroy(self, call: Call, id: str) -> None:
        """Delete it, with its events if the client said so."""
        view = groupware.find(call.unit, call.account.id, _actor(call), id)
        remove = call.arguments.on_destroy_remove_events
        try:
            groupware.delete(call.unit, view, remove_events=remove)
        except groupware.NotEmpty as exc:
            raise SetError("calendarHasEvent", f"{exc}: set onDestroyRemoveEvents to true") from exc
        except groupware.IsDefault as exc:
            raise SetError("isDefault", f"{exc}; make another one the default first") from exc

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """Make a calendar the default, if all went well (`onSuccessSetIsDefault`)."""
        wanted = call.arguments.on_success_set_is_default
        if wanted is None or not call.account.is_own:
            return
        if outcome.not_created or outcome.not_updated or outcome.not_destroyed:
            return
        id = call.real_id(wanted)
        views = groupware.visible(call.unit, call.account.id, _actor(call))
        view = next((view for view in views if view.row.wire_id == id), None)
        if view is None or view.is_default:
            return
        before = groupware.set_default(call.unit, view.row)
        _report(outcome, view.row.wire_id, is_default=True)
        if before is not None:
            _report(outcome, before, is_default=False)

    def _share(self, call: Call, view: CalendarView, shares: Mapping[str, Json]) -> None:
        """Grant exactly `shares`, by principals' ids."""
        rows = call.unit.all(access.PRINCIPALS_BY_WIRE_ID, wire_ids=list(shares))
        numbers = dict(rows)
        unknown = [id for id in shares if id not in numbers]
        own = [id for id, number in numbers.items() if number == call.account.id]
        if unknown or own:
            wrong = [f"there is no principal {id!r}" for id in unknown]
            wrong += [f"{id!r} owns the calendar" for id in own]
            raise SetError(
                "invalidProperties",
                "shareWith: " + "; ".join(wrong),
                [f"shareWith/{id}" for id in (*unknown, *own)],
            )
        letters = {
            numbers[id]: to_letters(rights, CALENDAR_RIGHTS, CALENDAR_IMPLIED)
            for id, rights in shares.items()
        }
        groupware.set_shares(call.unit, view, {p: given for p, given in letters.items() if given})

    def _check_alerts(self, call: Call, value: Json, id: str | None) -> None:
        """Ids of default alerts are unique in the account, across all calendars."""
        taken: set[str] = set()
        for view in groupware.visible(call.unit, call.account.id, _actor(call)):
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


def _report(outcome: SetOutcome, id: str, *, is_default: bool) -> None:
    """Say in the response what `onSuccessSetIsDefault` changed (RFC 8620 §5.3)."""
    for record in outcome.created.values():
        if record["id"] == id:
            record["isDefault"] = is_default
            return
    outcome.updated[id] = {**(outcome.updated.get(id) or {}), "isDefault": is_default}


def _actor(call: Call) -> Actor:
    identity = call.viewer.identity
    return Actor(identity.principal_id, identity.principals)


def _wants(call: Call, property: str) -> bool:
    return call.properties is None or property in call.properties


def _shares(call: Call) -> dict[int, dict[str, Json]]:
    """Calendar -> principal -> rights, of all grants in the account."""
    shares: dict[int, dict[str, Json]] = {}
    for grant in call.unit.all(access.ALL_GRANTS, account_id=call.account.id, kind=groupware.KIND):
        rights = to_rights(grant.rights, CALENDAR_RIGHTS)
        shares.setdefault(grant.container_id, {})[grant.principal_wire_id] = rights
    return shares
