"""VALARM as alerts (RFC 5545 §3.6.6, RFC 9074)."""

from __future__ import annotations

from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.moments import parse_moment, to_local, to_utc
from cyrpy.formats.jscalendar.names import ACTIONS, Json, free_key
from cyrpy.formats.jscalendar.reading import MAX_ENTRIES, Reader, Reading, as_set, single
from cyrpy.formats.jscalendar.times import duration_text, local_text, utc_text


def alerts(r: Reading) -> None:
    """Each VALARM becomes an Alert, unless it lacks a trigger or is there to be silent."""
    found = r.component.named("VALARM")
    if not found:
        return
    keys: dict[str, str] = {}  # by UID
    related: list[tuple[Reading, list[Line]]] = []
    made: dict[str, Reading] = {}
    for component in found:
        inner = Reading(component, "Alert", r.resolve)
        inner.anchor = r.anchor
        if len(made) >= MAX_ENTRIES or not _is_alert(inner):
            r.parts.append(component)
            continue
        jsid, uid = _value(inner.take("JSID")), _value(inner.named.get("UID"))
        action = _value(inner.named.get("ACTION")) or ""
        key = free_key(jsid or uid, digest(inner.out["trigger"], action), made)
        if uid:
            keys.setdefault(uid, key)
        related.append((inner, inner.take("RELATED-TO")))
        inner.read(_READERS)
        inner.parts += component.components
        made[key] = inner
    for inner, lines in related:
        _relate(inner, lines, keys)
    if made:
        r.out["alerts"] = {key: _finish(inner) for key, inner in made.items()}


def digest(trigger: Json, action: str) -> str:
    """What tells an alarm without UID from others of its event."""
    at = trigger.get("offset") or trigger.get("when")
    return f"VALARM {action.upper()} {at} {trigger.get('relativeTo', 'start')}"


def _finish(inner: Reading) -> Json:
    made = inner.finish()
    if "ACTION" not in inner.named or "DESCRIPTION" not in inner.named:  # as it should not be
        made.setdefault("iCalendar", {"@type": "ICalComponent", "name": "valarm"})
    return made


def _is_alert(inner: Reading) -> bool:
    """Read the trigger; ACTION:NONE is how Apple turns a default alarm off."""
    lines = inner.named.get("TRIGGER")
    if not lines or _value(inner.named.get("ACTION")) in ("NONE", "none"):
        return False
    try:
        inner.out["trigger"] = _trigger(inner, lines[0])
    except FormatError:
        return False
    inner.take("TRIGGER")
    inner.keep_params("trigger", lines[0], ("RELATED",))
    inner.lines += lines[1:]
    return True


def _trigger(inner: Reading, line: Line) -> Json:
    value = line.value.strip()
    if value[:1] in "Pp+-" or value[:1].isspace():
        made: Json = {"@type": "OffsetTrigger", "offset": duration_text(value)}
        if relative := line.param("RELATED"):
            made["relativeTo"] = "end" if relative.upper() == "END" else "start"
        return made
    if value[-1:] == "Z":
        return {"@type": "AbsoluteTrigger", "when": utc_text(value)}
    at = parse_moment(value, line.param("TZID"), inner.resolve)
    zone = at.zone or (inner.anchor.at.zone if inner.anchor else None) or UTC
    when = local_text(to_local(to_utc(at.local, zone), UTC))
    return {"@type": "AbsoluteTrigger", "when": when + "Z"}


def _action(r: Reading, lines: list[Line]) -> None:
    try:
        r.out["action"] = ACTIONS[lines[0].value.strip().upper()]
    except KeyError:
        raise FormatError("ACTION has no counterpart") from None
    r.keep_params("action", lines[0])  # a second one would be in the way of changing it


def _relate(inner: Reading, lines: list[Line], keys: dict[str, str]) -> None:
    """Relations to other alarms; those to what is not there are kept aside."""
    for line in lines:
        key = keys.get(line.value.strip())
        if key is None:
            inner.lines.append(line)
            continue
        relation: Json = inner.map("relatedTo").setdefault(key, {"@type": "Relation"})
        types = as_set(one.strip().lower() for one in line.params.get("RELTYPE", ()))
        if types:
            relation["relation"] = {**relation.get("relation", {}), **types}
        inner.keep_params(f"relatedTo/{key}", line, ("RELTYPE",))


def _value(lines: list[Line] | None) -> str | None:
    return lines[0].value.strip() if lines else None


_READERS: dict[str, Reader] = {
    "ACTION": _action,
    "ACKNOWLEDGED": single("acknowledged", utc_text),
}
