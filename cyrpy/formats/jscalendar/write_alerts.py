"""alerts as VALARM (RFC 5545 §3.6.6, RFC 9074)."""

from __future__ import annotations

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscalendar.names import ACTIONS, Json, free_key, inverse
from cyrpy.formats.jscalendar.read_alerts import digest
from cyrpy.formats.jscalendar.times import duration_of, utc_value
from cyrpy.formats.jscalendar.write_places import identify
from cyrpy.formats.jscalendar.writing import Part, Writing, entries, optional, set_of, text_of
from cyrpy.formats.timespan import format_duration

_ACTIONS = inverse(ACTIONS)


def alerts(w: Writing) -> None:
    """Write each alert; one whose trigger is of an unknown kind goes to JSPROP as a whole.

    Raises:
        FormatError: A value is of another type than it must be.
    """
    made: dict[str, Writing] = {}
    found = dict(entries(w.obj, "alerts"))
    for key, alert in found.items():
        inner = _alert(w, key, alert, made)
        if inner is not None:
            made[key] = inner
    uids = {key: _uid(inner, key) for key, inner in made.items()}
    for key, inner in made.items():
        for other, relation in entries(inner.obj, "relatedTo"):
            _relate(inner, other, relation, uids, made)
        w.part.parts["VALARM", key] = inner.finish()


def _alert(w: Writing, key: str, alert: Json, made: dict[str, Writing]) -> Writing | None:
    trigger = optional(alert, "trigger", dict) or {}
    inner = Writing(alert, "VALARM", w.meaning)
    inner.keep()
    if not _trigger(inner, trigger):
        return None
    action = _ACTIONS.get(text_of(alert, "action") or "display", "DISPLAY")
    kept_action = next((one for one in inner.part.lines.values() if one.name == "ACTION"), None)
    if "action" in alert or "iCalendar" not in alert:
        inner.part.lines = {k: v for k, v in inner.part.lines.items() if k[0] != "ACTION"}
        inner.line("ACTION", action, "action")
    else:
        action = kept_action.value if kept_action else ""
    if "iCalendar" not in alert:
        _describe(w, inner, action)
    if alert.get("acknowledged") is not None:
        inner.line("ACKNOWLEDGED", utc_value(alert["acknowledged"]), "acknowledged")
    identify(inner, key, free_key(None, digest(trigger, action), made))
    return inner


def _trigger(inner: Writing, trigger: Json) -> bool:
    kind = text_of(trigger, "@type")
    if kind in (None, "OffsetTrigger") and trigger.get("offset") is not None:
        relative = text_of(trigger, "relativeTo")
        params = {"RELATED": relative.upper()} if relative in ("start", "end") else {}
        offset = format_duration(duration_of(trigger["offset"], signed=True))
        inner.line("TRIGGER", offset, "trigger", params)
        return True
    if kind == "AbsoluteTrigger":
        inner.line("TRIGGER", utc_value(trigger.get("when")), "trigger", {"VALUE": "DATE-TIME"})
        return True
    if kind in (None, "OffsetTrigger"):
        raise FormatError("alerts: a trigger has no offset")
    return False


def _describe(w: Writing, inner: Writing, action: str) -> None:
    """What RFC 5545 wants in an alarm."""
    title = text_of(w.obj, "title") or "Reminder"
    inner.text("DESCRIPTION", title, "DESCRIPTION")
    if action == "EMAIL":
        inner.text("SUMMARY", title, "SUMMARY")


def _uid(inner: Writing, key: str) -> str:
    return next((one.value for one in inner.part.lines.values() if one.name == "UID"), key)


def _relate(
    inner: Writing, other: str, relation: Json, uids: dict[str, str], made: dict[str, Writing]
) -> None:
    if other not in uids:
        return
    uid = uids[other]
    if not _has_uid(made[other].part):
        made[other].line("UID", uid, "UID")
    for one in set_of(relation, "relation") or [""]:
        params = {"RELTYPE": one.upper()} if one else None
        inner.line("RELATED-TO", uid, f"relatedTo/{other}", params, one)


def _has_uid(part: Part) -> bool:
    lines: list[Line] = list(part.lines.values())
    return any(line.name == "UID" for line in lines)
