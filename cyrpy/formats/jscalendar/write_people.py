"""participants as ORGANIZER, ATTENDEE and PARTICIPANT (RFC 5545 §3.8.4, RFC 9073 §7.1)."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy.formats.jscalendar.names import (
    KINDS,
    PARTICIPATION,
    PROGRESS,
    ROLES,
    Json,
    address,
    free_key,
    inverse,
)
from cyrpy.formats.jscalendar.read_people import is_organizer_only
from cyrpy.formats.jscalendar.write_links import links
from cyrpy.formats.jscalendar.write_places import NAME, identify
from cyrpy.formats.jscalendar.write_texts import description, numbers
from cyrpy.formats.jscalendar.writing import Writing, entries, optional, set_of, text_of

_SETS = {"delegatedTo": "DELEGATED-TO", "delegatedFrom": "DELEGATED-FROM", "memberOf": "MEMBER"}
_CUTYPES = inverse(KINDS)
_MORE = frozenset({"description", "descriptionContentType", "links", "percentComplete"})
Params = dict[str, str | list[str]]


def participants(w: Writing) -> None:
    """Write all who take part.

    Raises:
        FormatError: A value is of another type than it must be.
    """
    organizer = address(text_of(w.obj, "organizerCalendarAddress") or "")
    taken: dict[str, bool] = {}
    found = False
    for key, person in entries(w.obj, "participants"):
        at = address(text_of(person, "calendarAddress") or "")
        is_organizer = bool(organizer) and at.lower() == organizer.lower() and not found
        if is_organizer:
            found = True
            _organizer(w, organizer, key, person)
        _participant(w, key, person, is_organizer=is_organizer, taken=taken)
        taken[key] = True
    if organizer and not found:
        _organizer(w, organizer, None, {})


def _organizer(w: Writing, organizer: str, key: str | None, person: Json) -> None:
    params: Params = {}
    _texts(params, person)
    sent_by = text_of(w.obj, "sentBy")
    if key is not None and not _is_attendee(w, key, person, is_organizer=True):
        sent_by = sent_by or text_of(person, "sentBy")
    if sent_by:
        params["SENT-BY"] = _mailto(sent_by)
    else:
        params.pop("SENT-BY", None)
    if key is not None and free_key(None, organizer, {}) != key:
        params["JSID"] = key
    w.line("ORGANIZER", organizer, "organizerCalendarAddress", params)


def _participant(
    w: Writing, key: str, person: Json, *, is_organizer: bool, taken: dict[str, bool]
) -> None:
    at = address(text_of(person, "calendarAddress") or "")
    inner = Writing(person, "PARTICIPANT", w.meaning)
    is_component = "iCalendar" in person or not _MORE.isdisjoint(person) or not at
    is_attendee = bool(at) and inner.came_from("calendarAddress") != "CALENDAR-ADDRESS"
    if is_attendee and _is_attendee(w, key, person, is_organizer=is_organizer):
        params = _params(person, is_organizer=is_organizer)
        if free_key(None, at, taken) != key:
            params["JSID"] = key
        w.line("ATTENDEE", at, _path(key), params)
    if is_component:
        _component(w, inner, key, at, is_attendee=is_attendee)


def _is_attendee(w: Writing, key: str, person: Json, *, is_organizer: bool) -> bool:
    """Whether ORGANIZER does not say all of it, or there was an ATTENDEE of it before."""
    outer = {name: value for name, value in person.items() if name not in _INNER}
    only = is_organizer and is_organizer_only(outer)
    return not only or w.came_from(_path(key)) == "ATTENDEE"


def _path(key: str) -> str:
    return f"participants/{key}/calendarAddress"


def _params(person: Json, *, is_organizer: bool) -> Params:
    params: Params = {}
    kind = _CUTYPES.get(text_of(person, "kind") or "")
    if kind:
        params["CUTYPE"] = kind
    roles = set_of(person, "roles")
    role = _role(roles, is_organizer=is_organizer)
    if role:
        params["ROLE"] = role
    status, progress = text_of(person, "participationStatus"), text_of(person, "progress")
    if progress in PROGRESS and status in (None, "accepted"):
        params["PARTSTAT"] = str(progress).upper()
    elif status in PARTICIPATION:
        params["PARTSTAT"] = str(status).upper()
    reply = optional(person, "expectReply", bool)
    if reply is not None:
        params["RSVP"] = "TRUE" if reply else "FALSE"
    _texts(params, person)
    for name, param in _SETS.items():
        values = set_of(person, name)
        if values:
            params[param] = _quoted(values)
    return params


def _role(roles: Iterable[str], *, is_organizer: bool) -> str | None:
    for name, role in ROLES.items():
        if role in roles and not (role == "owner" and is_organizer):
            return name
    return None


def _quoted(values: list[str]) -> list[str]:
    return [value.replace('"', "") for value in values]


def _texts(params: Params, person: Json) -> None:
    name, email, sent_by = (text_of(person, key) for key in ("name", "email", "sentBy"))
    if name:
        params["CN"] = name
    if email:
        params["EMAIL"] = email
    if sent_by:
        params["SENT-BY"] = _mailto(sent_by)


def _mailto(text: str) -> str:
    return text if ":" in text else f"mailto:{text}"


def _component(w: Writing, inner: Writing, key: str, at: str, *, is_attendee: bool) -> None:
    inner.keep()
    if at:
        inner.line("CALENDAR-ADDRESS", at, "calendarAddress")
        if NAME not in inner.obj:
            inner.line("UID", key, "UID")  # which a PARTICIPANT must have
        if not is_attendee and free_key(None, at, {}) != key:
            inner.line("JSID", key, "JSID")
    else:
        identify(inner, key)
    name = text_of(inner.obj, "name")
    if name is not None and not is_attendee:
        inner.text("SUMMARY", name, "name")
    description(inner)
    if optional(inner.obj, "percentComplete", int) is not None:
        numbers(inner)
    links(inner)
    w.part.parts["PARTICIPANT", key] = inner.finish()


_INNER = _MORE | {"iCalendar"}
