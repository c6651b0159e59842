"""Calendar (draft-ietf-jmap-calendars-27, "Calendars")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import quote
from zoneinfo import available_timezones

import orjson
from pydantic import AfterValidator, Field

from cyrpy.data import access
from cyrpy.errors import Forbidden
from cyrpy.formats.colors import is_color, without_alpha
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
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, ServerSet, Text
from cyrpy_jmap.types.alert import Alert
from cyrpy_jmap.viewer import Account

EXTENSION_HREF: Final = "x-href"  # Cyrus's: where the calendar is over CalDAV; given when asked for
EXTENSION_COLOR: Final = "x-color"  # the colour as it was written, alpha included
EXTENSIONS: Final = frozenset({EXTENSION_HREF, EXTENSION_COLOR})
MAX_NAME: Final = 255  # octets
MAX_DESCRIPTION: Final = 10_000  # characters
MAX_ALERTS: Final = 100
MAX_SHARES: Final = 1000


def _account_part(account: Account) -> Mapping[str, Any]:
    return {
        "maxCalendarsPerEvent": 1,
        "minDateTime": "1583-01-01T00:00:00",  # the first whole year of the Gregorian calendar
        "maxDateTime": "9999-12-31T23:59:59",
        "maxExpandedQueryDuration": "P1Y",
        "maxParticipantsPerEvent": None,
        "mayCreateCalendar": account.is_own,
    }


CALENDARS: Final = Capability(
    "urn:ietf:params:jmap:calendars", account=_account_part, shared_by=("Calendar",)
)


def _name(text: str) -> str:
    octets = len(text.encode())
    if octets > MAX_NAME:
        raise ValueError(f"at most {MAX_NAME} octets are allowed, these are {octets}")
    return text


def _color(text: str) -> str:
    if not is_color(text):
        raise ValueError("must be a CSS colour name, or #rgb or #rrggbb in hexadecimal")
    return text


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name[:80]!r} is not in the IANA Time Zone Database")
    return name


class CalendarRights(JmapModel):
    """What a user may do with a calendar; what is left out is not granted."""

    may_read_free_busy: bool = False
    may_read_items: bool = False
    may_write_all: bool = False
    may_write_own: bool = False
    may_update_private: bool = False
    may_rsvp: bool = Field(False, alias="mayRSVP")
    may_share: bool = False
    may_delete: bool = False


Alerts = Annotated[dict[Id, Alert], Field(max_length=MAX_ALERTS)]


class Calendar(JmapObject):
    """A named collection of events."""

    name: Annotated[Text, Field(min_length=1), AfterValidator(_name)]
    description: Annotated[Text, Field(max_length=MAX_DESCRIPTION)] | None = None
    color: Annotated[str, AfterValidator(_color)] | None = None
    sort_order: Annotated[int, Field(ge=0, lt=2**31)] = 0
    is_subscribed: bool = True
    is_visible: bool = True
    is_default: ServerSet[bool]
    include_in_availability: Literal["all", "attending", "none"] = "all"
    default_alerts_with_time: Alerts | None = None
    default_alerts_without_time: Alerts | None = None
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    share_with: Annotated[dict[Id, CalendarRights], Field(max_length=MAX_SHARES)] | None = None
    my_rights: ServerSet[CalendarRights]


# Property -> column, and how a value is stored.
_COLUMNS: Final[Mapping[str, str]] = {
    "name": "name",
    "description": "description",
    "color": "color",
    "sortOrder": "sort_order",
    "isSubscribed": "is_subscribed",
    "isVisible": "is_visible",
    "includeInAvailability": "include_in_availability",
    "timeZone": "time_zone",
    "defaultAlertsWithTime": "alerts_with_time",
    "defaultAlertsWithoutTime": "alerts_without_time",
}
_ALERTS: Final = ("defaultAlertsWithTime", "defaultAlertsWithoutTime")


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
                yield _json(call, view, shares.get(view.row.id))

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all calendars."""
        views = groupware.visible(call.unit, call.account.id, _actor(call))
        return frozenset(view.row.wire_id for view in views).__contains__

    def create(self, call: Call, checked: Json) -> Json:
        """A calendar in the user's own account."""
        if not call.account.is_own:
            raise Forbidden("calendars cannot be created in somebody else's account")
        self._check_alerts(call, checked, None)
        row = groupware.create(call.unit, call.account.id, _columns(checked, checked))
        view = groupware.find(call.unit, call.account.id, _actor(call), row.wire_id)
        if checked["shareWith"]:
            self._share(call, view, checked["shareWith"])
        made = _json(call, view, None)
        told = {name: made[name] for name in ("id", "isDefault", "myRights")}
        return told | _shown_color(checked["color"])

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change it; what is per user, for this user alone."""
        changed = {name for name in patched if patched[name] != current.get(name)}
        view = groupware.find(call.unit, call.account.id, _actor(call), id)
        values = _columns(patched, changed)
        if changed.intersection(_ALERTS):
            self._check_alerts(call, patched, id)
        if values:
            groupware.update(call.unit, view, _actor(call), values)
        if "shareWith" in changed:
            self._share(call, view, patched["shareWith"] or {})
        return _shown_color(patched["color"]) if "color" in changed else None

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
        for name in _ALERTS:
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


def _json(call: Call, view: CalendarView, shares: dict[str, Json] | None) -> Json:
    row = view.row
    value: Json = {
        "id": row.wire_id,
        "name": row.name,
        "description": row.description,
        "color": None if row.color is None else without_alpha(row.color),
        "sortOrder": row.sort_order,
        "isSubscribed": bool(row.is_subscribed),
        "isVisible": bool(row.is_visible),
        "isDefault": view.is_default,
        "includeInAvailability": row.include_in_availability,
        "defaultAlertsWithTime": _alerts(row.alerts_with_time),
        "defaultAlertsWithoutTime": _alerts(row.alerts_without_time),
        "timeZone": row.time_zone,
        "shareWith": shares if "a" in view.rights else None,
        "myRights": dict(_rights(view.rights)),
    }
    if call.properties is not None:
        value[EXTENSION_COLOR] = row.color
        value[EXTENSION_HREF] = _href(call.account.name, row.uri)
    return value


@lru_cache(maxsize=1024)
def _rights(letters: str) -> dict[str, bool]:
    """CalendarRights for letters; there are few sets of them."""
    return to_rights(letters, CALENDAR_RIGHTS)


@lru_cache(maxsize=4096)
def _href(userid: str, uri: str) -> str:
    """Path of a calendar over CalDAV, as Cyrus lays it out."""
    return f"/dav/calendars/user/{quote(userid, safe='@')}/{quote(uri, safe='@')}"


def _shown_color(sent: str | None) -> Json:
    """The colour, if it is shown otherwise than it was sent."""
    shown = None if sent is None else without_alpha(sent)
    return {} if shown == sent else {"color": shown}


def _alerts(text: str | None) -> Json | None:
    value: Json | None = orjson.loads(text) if text else None
    return value


def _columns(value: Json, names: Iterable[str]) -> dict[str, Any]:
    """Columns for those of the named properties that are stored as one."""
    return {_COLUMNS[name]: _stored(name, value.get(name)) for name in names if name in _COLUMNS}


def _stored(name: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value, a column's value
    if name in _ALERTS:
        return orjson.dumps(value).decode() if value else None
    return int(value) if isinstance(value, bool) else value
