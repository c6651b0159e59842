"""Organizer and attendees, and alerts, of classic events of 2016 (profile A)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cyrpy.errors import FormatError
from cyrpy.formats.ical.moments import to_utc
from cyrpy.formats.jscalendar.names import key_of
from cyrpy.formats.jscalendar.times import duration_of, local_seconds, zone_of
from cyrpy.formats.timespan import DAY, Duration, format_json_duration
from cyrpy_jmap.dialects.classic.events import reading, times
from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.invocation import Json

ANSWERS: Final = {"accepted": "yes", "tentative": "maybe", "declined": "no"}
_STATUS: Final = {"": "needs-action", **{v: k for k, v in ANSWERS.items()}}
_PERSON: Final = {
    "name": reading.text,
    "email": reading.text,
    "isYou": reading.boolean,
    "rsvp": reading.text,
}
_ALERT: Final = {"minutesBefore": reading.number, "type": reading.text}
_ACTIONS: Final = {"alert": "display", "email": "email"}
ORGANIZER: Final = "organizerCalendarAddress"


def to_classic(event: Json, mine: Collection[str]) -> Json:
    """`organizer` and `attendees`, both or neither."""
    people: Mapping[str, Json] = event.get("participants") or {}
    address = event.get(ORGANIZER)
    if not people or not isinstance(address, str):
        return {"organizer": None, "attendees": None}
    key = _organizer(people, address)
    organizer = _person(people[key], is_you=key in mine) if key else _by_address(address, event)
    attendees = [
        _person(one, is_you=id in mine)
        for id, one in people.items()
        if set(one.get("roles", ())) != {"owner"}
    ]
    return {"organizer": organizer, "attendees": attendees or [organizer]}


def _organizer(people: Mapping[str, Json], address: str) -> str | None:
    for key, one in people.items():
        if str(one.get("calendarAddress", "")).lower() == address.lower():
            return key
    return None


def _by_address(address: str, event: Json) -> Json:
    is_you = event.get("isOrigin") is True
    return {"name": "", "email": _mail(address), "isYou": is_you, "rsvp": ""}


def _mail(address: str) -> str:
    return address[7:] if address[:7].lower() == "mailto:" else address


def _person(one: Json, *, is_you: bool) -> Json:
    email = one.get("email") or _mail(one.get("calendarAddress", ""))
    status = one.get("participationStatus", "needs-action")
    return {
        "name": one.get("name", ""),
        "email": email,
        "isYou": is_you,
        "rsvp": ANSWERS.get(status, ""),
    }


def from_classic(current: Json, change: Json, path: str, wrong: Wrong) -> Json:
    """`participants` and the organizer after a change; what clients do not know of them stays."""
    before = to_classic(current, ())
    after = {name: change.get(name, before[name]) for name in ("organizer", "attendees")}
    if after["organizer"] is None or after["attendees"] is None:
        if (after["organizer"] is None) != (after["attendees"] is None):
            lacks = "organizer" if after["organizer"] is None else "attendees"
            wrong[path + lacks] = "organizer and attendees must both be set, or both be null"
        return {"participants": None, ORGANIZER: None}
    known = {_key(one): (key, one) for key, one in (current.get("participants") or {}).items()}
    organizer = reading.fields(after["organizer"], _PERSON, path + "organizer", wrong)
    people: Json = {}
    for index, given in enumerate(reading.items(after["attendees"], path + "attendees", wrong)):
        at = f"{path}attendees/{index}"
        key, made = _made(reading.fields(given, _PERSON, at, wrong), known, at, wrong)
        roles = {**made.get("roles", {})}
        people[key] = {**made, "roles": roles or {"required": True}}
    key, made = _made(organizer, known, path + "organizer", wrong)
    roles = people[key]["roles"] if key in people else {}
    people[key] = {**people.get(key, made), "roles": {**roles, "owner": True}}
    return {"participants": people, ORGANIZER: people[key].get("calendarAddress")}


def _key(one: Json) -> str:
    return _mail(str(one.get("calendarAddress") or one.get("email") or "")).lower()


def _made(
    given: Json, known: Mapping[str, tuple[str, Json]], path: str, wrong: Wrong
) -> tuple[str, Json]:
    email = given.get("email")
    if not email:
        wrong.setdefault(f"{path}/email", "is missing")
        return path, {}
    found = known.get(email.lower())
    key, one = found if found is not None else (key_of(email), {"@type": "Participant"})
    made = {**one, "calendarAddress": one.get("calendarAddress") or f"mailto:{email}"}
    if given.get("name"):
        made["name"] = given["name"]
    answer = given.get("rsvp", "")
    if answer not in _STATUS:
        wrong[f"{path}/rsvp"] = 'must be "", yes, maybe or no'
    elif ANSWERS.get(one.get("participationStatus", ""), "") != answer:
        made["participationStatus"] = _STATUS[answer]
    return key, made


def alerts_to_classic(event: Json) -> list[Json] | None:
    """`alerts`; null where there are none."""
    found = [_alert(one, event) for one in (event.get("alerts") or {}).values()]
    return [one for one in found if one is not None] or None


def _alert(one: Json, event: Json) -> Json | None:
    trigger = one.get("trigger", {})
    try:
        if "when" in trigger:
            at = datetime.fromisoformat(trigger["when"]).timestamp()
            start = to_utc(local_seconds(event["start"]), zone_of(event.get("timeZone")) or UTC)
            before = start - at
        else:
            offset = duration_of(trigger.get("offset", "PT0S"), signed=True)
            before = -(offset.days * DAY + offset.seconds)
            if trigger.get("relativeTo") == "end":
                before -= times.seconds(event)
    except (FormatError, ValueError, KeyError):
        return None
    kind = "email" if one.get("action") == "email" else "alert"
    return {"minutesBefore": int(before // 60), "type": kind}


def alerts_from_classic(current: Json, value: Any, path: str, wrong: Wrong) -> Json | None:  # noqa: ANN401
    """The alerts for classic ones; those that say the same stay as they are."""
    if value is None:
        return None
    known = [(key, one, _alert(one, current)) for key, one in (current.get("alerts") or {}).items()]
    made: Json = {}
    for index, given in enumerate(reading.items(value, path + "alerts", wrong)):
        at = f"{path}alerts/{index}"
        alert = reading.fields(given, _ALERT, at, wrong)
        if "minutesBefore" not in alert:
            wrong.setdefault(f"{at}/minutesBefore", "is missing")
            continue
        if alert.get("type", "alert") not in _ACTIONS:
            wrong[f"{at}/type"] = "must be email or alert"
            continue
        shown = {"minutesBefore": alert["minutesBefore"], "type": alert.get("type", "alert")}
        same = next((k for k in known if k[2] == shown and k[0] not in made), None)
        if same is not None:
            made[same[0]] = same[1]
        else:
            made[_free(made, [key for key, _, _ in known])] = _new(shown)
    return made


def _free(made: Json, taken: Collection[str]) -> str:
    number = 1
    while f"alert{number}" in made or f"alert{number}" in taken:
        number += 1
    return f"alert{number}"


def _new(alert: Json) -> Json:
    seconds = -60 * alert["minutesBefore"]
    offset = format_json_duration(Duration(0, seconds))
    trigger = {"@type": "OffsetTrigger", "offset": offset, "relativeTo": "start"}
    return {"@type": "Alert", "trigger": trigger, "action": _ACTIONS[alert["type"]]}
