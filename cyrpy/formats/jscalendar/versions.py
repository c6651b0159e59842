"""JSCalendar 1.0 (RFC 8984) as 2.0 (draft-ietf-calext-jscalendarbis, appendix A)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.jscalendar import kept
from cyrpy.formats.jscalendar.downgrade import downgrade
from cyrpy.formats.jscalendar.instance import is_fixed
from cyrpy.formats.jscalendar.names import (
    ADDRESS_SETS,
    SCHEDULE_PARAMS,
    VERSION,
    Json,
    address,
)
from cyrpy.formats.pointer import MAX_DEPTH, is_deeper

__all__ = ["downgrade", "upgrade"]

_GONE_HERE = frozenset(
    """language locationId progressUpdated sendTo invitedBy participationComment""".split()  # noqa: SIM905
)
_GONE = frozenset(
    """recurrenceRules excludedRecurrenceRules replyTo timeZones requestStatus localizations
    progressUpdated""".split()  # noqa: SIM905
)


def upgrade(obj: Mapping[str, Any]) -> Json:
    """An Event or Task in the spellings of 1.0 or 2.0, or both, as 2.0.

    Where both are there, what is in the spelling of 1.0 counts: it is never stored, so it is new.
    What is of no known form is left as it is, for `schema` to tell. What 2.0 has no place for
    (localizations, a second rule, custom time zones) is left out.

    Raises:
        FormatError: It is nested too deep.
    """
    if is_deeper(obj, MAX_DEPTH):
        raise FormatError(f"the object is nested deeper than {MAX_DEPTH}")
    made = {name: v for name, v in obj.items() if v is not None and name not in _GONE}
    if made.get("version") in (None, "1.0"):
        made["version"] = VERSION
    _upgrade_rule(obj, made)
    _upgrade_places(made)
    people = made.get("participants")
    if isinstance(people, dict):
        _upgrade_people(people, made)
    _upgrade_alerts(made)
    if "replyTo" in obj:
        reply_to = obj["replyTo"]
        made.pop("organizerCalendarAddress", None)
        if isinstance(reply_to, dict) and reply_to:
            made["organizerCalendarAddress"] = _address(reply_to)
    overrides = made.get("recurrenceOverrides")
    if isinstance(overrides, dict):
        made["recurrenceOverrides"] = {
            rid: _upgrade_patch(patch, people) for rid, patch in overrides.items()
        }
    return made


def _upgrade_rule(obj: Mapping[str, Any], made: Json) -> None:
    if "recurrenceRules" in obj:
        rules = obj["recurrenceRules"]
        made.pop("recurrenceRule", None)
        if isinstance(rules, list) and rules:
            made["recurrenceRule"] = rules[0]


def _upgrade_places(made: Json) -> None:
    """RelativeTo and timeZone of a location tell where the event ends; description, its name."""
    places = made.get("locations")
    if not isinstance(places, dict):
        return
    upgraded = {}
    for key, place in places.items():
        if not isinstance(place, dict):
            upgraded[key] = place
            continue
        zone, relative = place.get("timeZone"), place.get("relativeTo")
        if relative == "end" and isinstance(zone, str) and "timeZone" in made:
            made.setdefault("endTimeZone", zone)
        upgraded[key] = _named(place, ("relativeTo", "timeZone"))
    made["locations"] = {key: one for key, one in upgraded.items() if one != {}}
    virtual = made.get("virtualLocations")
    if isinstance(virtual, dict):
        made["virtualLocations"] = {
            key: _named(one, ()) if isinstance(one, dict) else one for key, one in virtual.items()
        }


def _named(place: Json, without: tuple[str, ...]) -> Json:
    rest = {name: v for name, v in place.items() if name not in (*without, "description")}
    told = [place.get("name"), place.get("description")]
    name = ", ".join(text for text in told if isinstance(text, str) and text)
    if name:
        rest["name"] = name
    return rest if rest.keys() - {"@type"} else {}


def _upgrade_people(people: Json, made: Json) -> None:
    """SendTo becomes calendarAddress; ids of participants become their addresses."""
    addresses = {key: _address_of(one) for key, one in people.items() if isinstance(one, dict)}
    made["participants"] = {
        key: _upgrade_person(one, addresses) if isinstance(one, dict) else one
        for key, one in people.items()
    }
    converted: Json = {}
    for key, one in people.items():
        params = _schedule_params(one) if isinstance(one, dict) else {}
        if params:
            path = f"participants/{key}/calendarAddress"
            attendee = {"@type": "ICalProperty", "name": "attendee"}
            converted[path] = {**attendee, "parameters": params}
    if converted:
        component = "vtodo" if made.get("@type") == "Task" else "vevent"
        ical = made.get("iCalendar", kept.component(component))
        if isinstance(ical, dict):
            there = kept.converted_of(ical)
            made["iCalendar"] = {**ical, "convertedProperties": {**there, **converted}}


def _upgrade_person(one: Json, addresses: Mapping[str, str | None]) -> Json:
    made = {k: v for k, v in one.items() if k not in _GONE_HERE and k not in SCHEDULE_PARAMS}
    found = _address_of(one)
    if found is not None:
        made["calendarAddress"] = found
    roles = made.get("roles")
    if isinstance(roles, dict):
        known = {name: v for name, v in roles.items() if name not in ("attendee", "contact")}
        made["roles"] = known
        if not known:
            made.pop("roles")
    for name in ADDRESS_SETS:
        if isinstance(made.get(name), dict):
            made[name] = {addresses.get(key) or key: v for key, v in made[name].items()}
    return made


def _schedule_params(one: Json) -> Json:
    params: Json = {}
    for name, param in SCHEDULE_PARAMS.items():
        value = one.get(name)
        if isinstance(value, bool):
            params[param] = str(value).upper()
        elif isinstance(value, str):
            params[param] = value.upper()
        elif isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            params[param] = ",".join(value)
    return params


def _address_of(one: Json) -> str | None:
    send_to = one.get("sendTo")
    if isinstance(send_to, dict) and send_to:
        return _address(send_to)
    for name in ("calendarAddress", "scheduleId"):
        if isinstance(one.get(name), str):
            return str(one[name])
    email = one.get("email")
    return f"mailto:{email}" if isinstance(email, str) and email else None


def _address(methods: Mapping[str, Any]) -> str:
    found = methods.get("imip", next(iter(methods.values())))
    return address(found) if isinstance(found, str) else ""


def _upgrade_alerts(made: Json) -> None:
    """A snooze was a parent in 1.0; the purpose of an image one word, now a set."""
    alerts = made.get("alerts")
    if isinstance(alerts, dict):
        made["alerts"] = {key: _upgrade_alert(one) for key, one in alerts.items()}
    links = made.get("links")
    if isinstance(links, dict):
        made["links"] = {key: _upgrade_link(one) for key, one in links.items()}


def _upgrade_alert(one: Any) -> Any:  # noqa: ANN401 - JSON
    related = one.get("relatedTo") if isinstance(one, dict) else None
    if not isinstance(related, dict):
        return one
    snooze = {"@type": "Relation", "relation": {"snooze": True}}
    changed = {
        key: snooze if isinstance(v, dict) and v.get("relation") == {"parent": True} else v
        for key, v in related.items()
    }
    return {**one, "relatedTo": changed}


def _upgrade_link(one: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(one, dict):
        return one
    made = {name: v for name, v in one.items() if name != "cid"}
    if isinstance(one.get("display"), str):
        made["display"] = {one["display"]: True}
    return made


def _upgrade_patch(patch: Any, people: Any) -> Any:  # noqa: ANN401 - JSON
    """A patch of an instance: values in it are upgraded like those of the object."""
    if not isinstance(patch, dict) or patch.get("excluded") is True:
        return patch
    values = {name: v for name, v in patch.items() if "/" not in name and v is not None}
    upgraded = upgrade(values)
    upgraded.pop("version", None)
    made = {
        name: v for name, v in patch.items() if ("/" in name or v is None) and name not in _GONE
    }
    made |= upgraded
    addresses = (
        {key: _address_of(one) for key, one in people.items() if isinstance(one, dict)}
        if isinstance(people, dict)
        else {}
    )
    for name, value in made.items():
        if name.startswith("participants/") and name.count("/") == 1 and isinstance(value, dict):
            made[name] = _upgrade_person(value, addresses)
    return {name: v for name, v in made.items() if not _is_gone(name)}


def _is_gone(pointer: str) -> bool:
    if is_fixed(pointer):
        return True
    parts = pointer.split("/")
    return (
        len(parts) == 3
        and parts[0] == "participants"
        and parts[2] in _GONE_HERE | set(SCHEDULE_PARAMS)
    )
