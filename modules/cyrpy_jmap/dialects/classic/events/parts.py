"""Objects in events that the first drafts of JSCalendar had otherwise: places, people, alerts."""

from __future__ import annotations

from typing import Any, Final

from cyrpy_jmap.dialects.classic.events import reading
from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.invocation import Json

_LINK: Final = {"href": "href", "type": "contentType", "size": "size", "rel": "rel",
                "title": "title", "blobId": "blobId"}  # fmt: skip
_PRIORITY: Final = {"required": "required", "optional": "optional",
                    "informational": "non-participant"}  # fmt: skip
_ROLES: Final = ("owner", "chair")


def relations(event: Json) -> Json:
    """Kind of relation -> uid."""
    return {
        kind: uid
        for uid, one in (event.get("relatedTo") or {}).items()
        for kind in (one.get("relation") or {"next": True})
    }


def from_relations(before: Json, value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """The inverse."""
    del before
    if value is None:
        return {"relatedTo": None}
    made: Json = {}
    for kind, uid in reading.members(value, path, wrong).items():
        found = reading.text(uid, f"{path}/{kind[:80]}", wrong)
        if found is not None:
            one = made.setdefault(found, {"@type": "Relation", "relation": {}})
            one["relation"][kind] = True
    return {"relatedTo": made}


def _link(one: Json) -> Json:
    return {classic: one[name] for classic, name in _LINK.items() if name in one}


def links(event: Json) -> Json:
    """Id -> link."""
    return {key: _link(one) for key, one in (event.get("links") or {}).items()}


def _from_link(before: Json, given: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    if not isinstance(given, dict):
        wrong[path] = "must be an object"
        return {}
    rest = {n: v for n, v in before.items() if n not in _LINK.values()}
    made = {"@type": "Link", **rest}
    made |= {name: given[c] for c, name in _LINK.items() if given.get(c) is not None}
    for name in sorted(given.keys() - _LINK.keys() - {"properties"}):
        wrong[f"{path}/{name[:80]}"] = "a link has no such property"
    return made


def from_links(before: Json, value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """The inverse."""
    if value is None:
        return {"links": None}
    known = before.get("links") or {}
    return {
        "links": {
            key: _from_link(known.get(key, {}), one, f"{path}/{key[:80]}", wrong)
            for key, one in reading.members(value, path, wrong).items()
        }
    }


def _place(one: Json) -> Json:
    made: Json = {"name": one.get("name", ""), "rel": "unknown"}
    if "coordinates" in one:
        made["coordinates"] = one["coordinates"]
    return made


def places(event: Json) -> Json:
    """Locations, virtual ones and the one that says where the event ends."""
    made = {key: _place(one) for key, one in (event.get("locations") or {}).items()}
    main = event.get("mainLocationId")
    if main in made:
        made[main]["rel"] = "start"
    for key, one in (event.get("virtualLocations") or {}).items():
        made[key] = {"name": one.get("name", ""), "rel": "virtual", "uri": one.get("uri")}
    if event.get("endTimeZone"):
        made["end"] = {"name": "", "rel": "end", "timeZone": event["endTimeZone"]}
    return made


_PLACE: Final = {
    "name": reading.text,
    "accessInstructions": reading.text,
    "rel": reading.text,
    "timeZone": reading.text,
    "address": reading.members,
    "coordinates": reading.text,
    "uri": reading.text,
}


def from_places(before: Json, value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """The inverse; what is known of a location beside stays."""
    made: Json = dict.fromkeys(("locations", "virtualLocations", "endTimeZone", "mainLocationId"))
    if value is None:
        return made
    for key, one in reading.members(value, path, wrong).items():
        given = reading.fields(one, _PLACE, f"{path}/{key[:80]}", wrong)
        _put_place(made, before, key, given)
    return made


def _put_place(made: Json, before: Json, key: str, one: Json) -> None:
    rel = one.get("rel")
    if rel == "end" and one.get("timeZone"):
        made["endTimeZone"] = one["timeZone"]
        if not one.get("name"):
            return
    if rel == "virtual" or ("uri" in one and not one.get("name")):
        known = (before.get("virtualLocations") or {}).get(key, {})
        virtual = {"@type": "VirtualLocation", **known, "uri": one.get("uri")}
        virtual |= {"name": one["name"]} if one.get("name") else {}
        made["virtualLocations"] = {**(made["virtualLocations"] or {}), key: virtual}
        return
    known = (before.get("locations") or {}).get(key, {})
    place = {"@type": "Location", **known, **{n: one[n] for n in ("coordinates",) if n in one}}
    name = ", ".join(filter(None, (one.get("name"), _address(one.get("address")))))
    if name:
        place["name"] = name
    made["locations"] = {**(made["locations"] or {}), key: place}
    if rel == "start" and name:
        made["mainLocationId"] = key


def _address(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, dict):
        return ""
    names = ("street", "locality", "region", "postcode", "country")
    return ", ".join(str(value[n]) for n in names if value.get(n))


def _person(one: Json) -> Json:
    held = one.get("roles") or {}
    roles = [role for role in _ROLES if role in held]
    if set(held) != {"owner"}:
        roles.append("attendee")
    made: Json = {"name": one.get("name", ""), "email": _mail(one), "roles": roles}
    made["kind"] = one.get("kind", "unknown")
    made["scheduleStatus"] = one.get("participationStatus", "needs-action")
    made["schedulePriority"] = next((p for r, p in _PRIORITY.items() if r in held), "required")
    made["scheduleRSVP"] = bool(one.get("expectReply", False))
    if "scheduleUpdated" in one:
        made["scheduleUpdated"] = one["scheduleUpdated"]
    if one.get("memberOf"):
        made["memberOf"] = list(one["memberOf"])
    return made


def _mail(one: Json) -> str:
    address = str(one.get("calendarAddress", ""))
    return one.get("email") or (address[7:] if address[:7].lower() == "mailto:" else address)


def people(event: Json) -> Json:
    """Participants by id."""
    return {key: _person(one) for key, one in (event.get("participants") or {}).items()}


_PERSON: Final = {
    "name": reading.text,
    "email": reading.text,
    "kind": reading.text,
    "roles": reading.items,
    "locationId": reading.text,
    "scheduleStatus": reading.text,
    "schedulePriority": reading.text,
    "scheduleRSVP": reading.boolean,
    "scheduleUpdated": reading.text,
    "memberOf": reading.items,
}


def _from_person(before: Json, given: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    one = reading.fields(given, _PERSON, path, wrong)
    made: Json = {"@type": "Participant", **before}
    if one.get("email"):
        if _mail(before).lower() != one["email"].lower():
            made.pop("email", None)
            made["calendarAddress"] = f"mailto:{one['email']}"
    else:
        wrong.setdefault(f"{path}/email", "is missing")
    if one.get("name"):
        made["name"] = one["name"]
    if one.get("kind", "unknown") != "unknown":
        made["kind"] = one["kind"]
    _put_roles(made, before, one)
    if one.get("scheduleStatus", "needs-action") != before.get("participationStatus",
                                                               "needs-action"):  # fmt: skip
        made["participationStatus"] = one["scheduleStatus"]
    if "scheduleRSVP" in one and one["scheduleRSVP"] != bool(before.get("expectReply", False)):
        made["expectReply"] = one["scheduleRSVP"]
    return made


def _put_roles(made: Json, before: Json, one: Json) -> None:
    shown = _person(before) if before else {}
    now = (sorted(map(str, one.get("roles", ["attendee"]))), one.get("schedulePriority"))
    if before and now == (sorted(shown["roles"]), shown["schedulePriority"]):
        return
    roles: Json = {role: True for role in _ROLES if role in now[0]}
    if "attendee" in now[0]:
        inverse = {value: role for role, value in _PRIORITY.items()}
        roles[inverse.get(str(now[1]), "required")] = True
    made["roles"] = roles or {"required": True}


def from_people(before: Json, value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """The inverse; what is known of a participant beside stays."""
    if value is None:
        return {"participants": None}
    known = before.get("participants") or {}
    return {
        "participants": {
            key: _from_person(known.get(key, {}), one, f"{path}/{key[:80]}", wrong)
            for key, one in reading.members(value, path, wrong).items()
        }
    }


def _alert(one: Json) -> Json:
    trigger = one.get("trigger", {})
    offset = str(trigger.get("offset", "PT0S"))
    side = "before" if offset.startswith("-") or offset.strip("+") in ("PT0S", "P0D") else "after"
    action: Json = {"type": one.get("action", "display")}
    if "acknowledged" in one:
        action["acknowledged"] = one["acknowledged"]
    return {
        "relativeTo": f"{side}-{trigger.get('relativeTo', 'start')}",
        "offset": offset.lstrip("+-"),
        "action": action,
    }


def alerts(event: Json) -> Json:
    """Alerts by id, but for those at a fixed time, which the drafts did not have."""
    found = (event.get("alerts") or {}).items()
    return {key: _alert(one) for key, one in found if "offset" in one.get("trigger", {})}


_ALERT: Final = {"relativeTo": reading.text, "offset": reading.text, "action": reading.members}


def _from_alert(before: Json, given: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    one = reading.fields(given, _ALERT, path, wrong)
    if before and _alert(before) == given:
        return before
    side, _, relative = one.get("relativeTo", "before-start").partition("-")
    if side not in ("before", "after") or relative not in ("start", "end"):
        wrong[f"{path}/relativeTo"] = "must be before-start, after-start, before-end or after-end"
    offset = one.get("offset", "PT0S")
    sign = "-" if side == "before" and offset not in ("PT0S", "P0D") else ""
    action = one.get("action", {})
    trigger = {"@type": "OffsetTrigger", "offset": sign + offset, "relativeTo": relative}
    made: Json = {"@type": "Alert", "trigger": trigger, "action": action.get("type", "display")}
    if action.get("acknowledged"):
        made["acknowledged"] = action["acknowledged"]
    return made


def from_alerts(before: Json, value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """The inverse; alerts that the drafts did not have stay."""
    known: Json = before.get("alerts") or {}
    made = {key: one for key, one in known.items() if "offset" not in one.get("trigger", {})}
    if value is not None:
        for key, one in reading.members(value, path, wrong).items():
            made[key] = _from_alert(known.get(key, {}), one, f"{path}/{key[:80]}", wrong)
    return {"alerts": made or None}


_INSIDE: Final = {"links": _link, "participants": _person, "alerts": _alert, "locations": _place}
_FROM_INSIDE: Final = {"links": _from_link, "participants": _from_person, "alerts": _from_alert}
_NAMES: Final = {"participationStatus": "scheduleStatus", "expectReply": "scheduleRSVP"}


def inside(pointer: str, value: Any) -> Any:  # noqa: ANN401
    """A value in a patch, whose pointer goes into one of these properties or names it."""
    name, _, rest = pointer.partition("/")
    show = _INSIDE.get(name)
    if show is None or not isinstance(value, dict):
        return value
    if rest and "/" not in rest:
        return show(value)
    return {key: show(one) for key, one in value.items()} if not rest else value


def from_inside(pointer: str, value: Any, path: str, wrong: Wrong) -> Any:  # noqa: ANN401
    """The inverse, for pointers that go into a property."""
    name, _, rest = pointer.partition("/")
    read = _FROM_INSIDE.get(name)
    if read is None or "/" in rest or value is None:
        return value
    return read({}, value, path, wrong)
