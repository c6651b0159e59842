"""ORGANIZER, ATTENDEE and PARTICIPANT as participants (RFC 5545 §3.8.4, RFC 9073 §7.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscalendar.names import (
    KINDS,
    PARTICIPATION,
    PROGRESS,
    ROLES,
    Json,
    address,
    email_of,
    free_key,
)
from cyrpy.formats.jscalendar.read_links import links
from cyrpy.formats.jscalendar.read_texts import description
from cyrpy.formats.jscalendar.reading import MAX_ENTRIES, Reader, Reading, as_set, number

_ORGANIZER = frozenset({"CN", "EMAIL", "SENT-BY"})
_SETS = {"DELEGATED-TO": "delegatedTo", "DELEGATED-FROM": "delegatedFrom", "MEMBER": "memberOf"}
_TEXTS = {"CN": "name", "EMAIL": "email"}


def participants(r: Reading) -> None:
    """Read all who take part; lines of one address become one participant."""
    keys: dict[str, str] = {}
    organizer = r.take("ORGANIZER")
    attendees = r.take("ATTENDEE")
    owners = False
    for line in attendees:
        value = address(line.value)
        folded = value.lower()
        if not value or folded in keys or len(keys) >= MAX_ENTRIES:
            r.lines.append(line)
            continue
        made: Json = {"@type": "Participant", "calendarAddress": value}
        people = r.map("participants")
        key = keys[folded] = free_key(line.param("JSID"), value, people)
        people[key] = made
        if line.param_text:
            known = _attendee(made, line.params, is_task=r.out["@type"] == "Task")
            r.keep_params(f"participants/{key}/calendarAddress", line, known)
            owners = owners or "owner" in made.get("roles", ())
    if organizer:
        line = next((one for one in organizer if address(one.value)), organizer[0])
        r.lines += [one for one in organizer if one is not line]
        _organizer(r, line, keys, has_owner=owners)
    for component in r.component.named("PARTICIPANT"):
        if len(keys) < MAX_ENTRIES and len(r.out.get("participants", {})) < MAX_ENTRIES:
            _participant(r, component, keys)
        else:
            r.parts.append(component)


def _attendee(made: Json, params: Mapping[str, tuple[str, ...]], *, is_task: bool) -> list[str]:
    """Set what the parameters of ATTENDEE say; those that were understood."""
    known = []
    for name, values in params.items():
        value = values[0] if values else ""
        if name == "PARTSTAT":
            understood = _status(made, value.lower(), is_task=is_task)
        elif name in _SETS and any(values):
            made[_SETS[name]] = as_set(map(address, values))
            understood = True
        else:
            convert = _PARAMS.get(name)
            found = convert(value) if convert and value else None
            understood = found is not None
            if found is not None:
                made[found[0]] = found[1]
        if understood:
            known.append(name)
    return known


def _role(value: str) -> tuple[str, Any] | None:
    role = ROLES.get(value.upper())
    return ("roles", {role: True}) if role else None


def _kind(value: str) -> tuple[str, Any] | None:
    kind = KINDS.get(value.upper())
    return ("kind", kind) if kind else None


def _rsvp(value: str) -> tuple[str, Any] | None:
    flag = value.upper()
    return ("expectReply", flag == "TRUE") if flag in ("TRUE", "FALSE") else None


def _status(made: Json, value: str, *, is_task: bool) -> bool:
    if value in PARTICIPATION:
        made["participationStatus"] = value
    elif is_task and value in PROGRESS:
        made["participationStatus"] = "accepted"
        made["progress"] = value
    else:
        return False
    return True


def _organizer(r: Reading, line: Line, keys: dict[str, str], *, has_owner: bool) -> None:
    value = address(line.value)
    if not value:
        r.lines.append(line)
        return
    r.out["organizerCalendarAddress"] = value
    r.keep_params("organizerCalendarAddress", line, _ORGANIZER)
    said: Json = {}
    if line.param_text:
        said = {key: text for name, key in _TEXTS.items() if (text := line.param(name))}
        if sent_by := line.param("SENT-BY"):
            said["sentBy"] = r.out["sentBy"] = email_of(sent_by)
    key = keys.get(value.lower())
    if key is None:
        if has_owner and not said:
            return
        people = r.map("participants")
        key = keys[value.lower()] = free_key(line.param("JSID"), value, people)
        people[key] = {"@type": "Participant", "calendarAddress": value}
    elif is_organizer_only(r.out["participants"][key]):
        r.mark(f"participants/{key}/calendarAddress", "attendee")
    person = r.out["participants"][key]
    roles = {"roles": {**person.get("roles", {}), "owner": True}}
    r.out["participants"][key] = said | person | roles


def is_organizer_only(person: Json) -> bool:
    """Whether ORGANIZER can say all that is known of this participant."""
    said = {"@type", "calendarAddress", "name", "email", "sentBy", "roles"}
    roles = person.get("roles")
    return person.keys() <= said and (not roles or set(roles) == {"owner"})


def _participant(r: Reading, component: Component, keys: dict[str, str]) -> None:
    inner = Reading(component, "Participant", r.resolve)
    jsid, uid = _value(inner.take("JSID")), _value(inner.named.get("UID"))
    at = inner.take("CALENDAR-ADDRESS")
    value = address(at[0].value) if at else ""
    people = r.map("participants")
    key = keys.get(value.lower()) if value else None
    is_attendee = key is not None
    if key is None:
        key = free_key(jsid or (None if value else uid), value or _digest(component), people)
    if value:
        keys[value.lower()] = key
    if value:
        inner.out["calendarAddress"] = value
        inner.keep_params("calendarAddress", at[0])
        if not is_attendee:
            inner.mark("calendarAddress", "calendar-address")
    inner.read(_READERS)
    inner.parts += component.components
    made = inner.finish()
    made.setdefault("iCalendar", {"@type": "ICalComponent", "name": "participant"})
    if is_attendee:
        people[key] = {**made, **people[key]}
    else:
        people[key] = made


def _name(r: Reading, lines: list[Line]) -> None:
    r.out["name"] = lines[0].text
    r.keep_params("name", lines[0])


def _percent(r: Reading, lines: list[Line]) -> None:
    r.out["percentComplete"] = number(0, 100)(lines[0].value)
    r.keep_params("percentComplete", lines[0])


def _value(lines: list[Line] | None) -> str | None:
    return lines[0].value.strip() if lines else None


def _digest(component: Component) -> str:
    lines = sorted(f"{one.name};{one.param_text}:{one.value}" for one in component.properties)
    if not lines:
        raise FormatError("PARTICIPANT is empty")
    return "\n".join(lines)


_PARAMS: dict[str, Callable[[str], tuple[str, Any] | None]] = {
    "CN": lambda value: ("name", value),
    "EMAIL": lambda value: ("email", value),
    "SENT-BY": lambda value: ("sentBy", email_of(value)),
    "ROLE": _role,
    "CUTYPE": _kind,
    "RSVP": _rsvp,
}
_READERS: dict[str, Reader] = {
    "SUMMARY": _name,
    "PERCENT-COMPLETE": _percent,
    "DESCRIPTION": description,
    "STYLED-DESCRIPTION": description,
    "ATTACH": links,
    "IMAGE": links,
    "LINK": links,
    "URL": links,
}
