"""JSCalendar 2.0 to 1.0 (RFC 8984), for clients that know no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cyrpy.formats.jscalendar import kept
from cyrpy.formats.jscalendar.names import ADDRESS_SETS, SCHEDULE_PARAMS, Json


def downgrade(obj: Mapping[str, Any]) -> Json:
    """An Event or Task of 2.0 in the spellings of 1.0, as far as 1.0 can say it."""
    made = {name: v for name, v in obj.items() if name not in _NEW}
    kind = made.get("@type", "Event")
    if "recurrenceRule" in obj:
        made["recurrenceRules"] = [_typed(obj["recurrenceRule"], "RecurrenceRule")]
    organizer = obj.get("organizerCalendarAddress")
    if isinstance(organizer, str):
        made["replyTo"] = {"imip": organizer}
    converted = kept.converted_of(obj.get("iCalendar"))
    people = made.get("participants")
    if isinstance(people, dict):
        made["participants"] = _downgrade_people(people, converted, organizer)
    zone = obj.get("endTimeZone")
    if isinstance(zone, str) and kind == "Event":
        end = {"@type": "Location", "relativeTo": "end", "timeZone": zone}
        made["locations"] = {**made.get("locations", {}), "end": end}
    status = _request_status(obj)
    if status:
        made["requestStatus"] = status
    overrides = made.get("recurrenceOverrides")
    if isinstance(overrides, dict):
        made["recurrenceOverrides"] = {
            rid: _downgrade_patch(patch, organizer) for rid, patch in overrides.items()
        }
    return made


def _downgrade_people(people: Json, converted: Mapping[str, Any], organizer: object) -> Json:
    made = {}
    for key, one in people.items():
        params = kept.params_of(converted, f"participants/{key}/calendarAddress")
        made[key] = _downgrade_person(one, params, organizer)
    ids = {one.get("calendarAddress"): key for key, one in people.items()}
    for one in made.values():
        for name in ADDRESS_SETS:
            if isinstance(one.get(name), dict):
                one[name] = {ids.get(at, at): v for at, v in one[name].items()}
    return made


def _downgrade_person(one: Json, params: Mapping[str, list[str]], organizer: object) -> Json:
    made = {name: v for name, v in one.items() if name not in ("calendarAddress", "iCalendar")}
    at = one.get("calendarAddress")
    made["@type"] = "Participant"
    if isinstance(at, str):
        method = "imip" if at.startswith("mailto:") else "other"
        made["sendTo"] = {method: at}
        if method == "imip":
            made.setdefault("email", at.removeprefix("mailto:"))
    roles = {name: v for name, v in one.get("roles", {}).items() if name != "required"}
    if at != organizer or "owner" not in roles or len(roles) > 1 or "participationStatus" in one:
        roles["attendee"] = True
    made["roles"] = roles
    for name, param in SCHEDULE_PARAMS.items():
        if values := params.get(param.upper()):
            made[name] = _downgrade_param(name, values)
    return made


def _downgrade_param(name: str, values: list[str]) -> object:
    if name == "scheduleForceSend":
        return values[0].upper() == "TRUE"
    return ",".join(values).split(",") if name == "scheduleStatus" else values[0].lower()


def _request_status(obj: Mapping[str, Any]) -> list[str]:
    ical = obj.get("iCalendar")
    lines = ical.get("properties", ()) if isinstance(ical, dict) else ()
    return [
        ";".join(map(str, line[3]))
        for line in lines
        if line[:1] == ["request-status"] and isinstance(line[3], list)
    ]


def _downgrade_patch(patch: Any, organizer: object) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(patch, dict):
        return patch
    made = {name: v for name, v in patch.items() if name.partition("/")[0] not in _NEW}
    for name, value in patch.items():
        parts = name.split("/")
        if parts == ["participants"] and isinstance(value, dict):
            made[name] = _downgrade_people(value, {}, organizer)
        elif parts[0] == "participants" and len(parts) == 2 and isinstance(value, dict):
            made[name] = _downgrade_person(value, {}, organizer)
    return made


def _typed(value: Any, kind: str) -> Any:  # noqa: ANN401 - JSON
    """1.0 wants `@type` in every object."""
    return {"@type": kind, **value} if isinstance(value, dict) else value


_NEW = frozenset(
    """recurrenceRule organizerCalendarAddress endTimeZone mainLocationId version
    iCalendar""".split()  # noqa: SIM905
)
