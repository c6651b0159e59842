"""Texts, words and sets as lines."""

from __future__ import annotations

from cyrpy.formats import textvalue
from cyrpy.formats.jscalendar.names import BUSY, PRIVACY, STATUS, inverse
from cyrpy.formats.jscalendar.times import duration_of, utc_value
from cyrpy.formats.jscalendar.writing import Writing, entries, optional, set_of, text_of
from cyrpy.formats.pointer import escape
from cyrpy.formats.timespan import format_duration

_WORDS = {"privacy": ("CLASS", inverse(PRIVACY)), "freeBusyStatus": ("TRANSP", inverse(BUSY))}
_NUMBERS = {
    "priority": "PRIORITY",
    "sequence": "SEQUENCE",
    "percentComplete": "PERCENT-COMPLETE",
}


def texts(w: Writing, kind: str) -> None:
    """Write what an object says of itself.

    Raises:
        FormatError: A value is of another type than it must be.
    """
    title = text_of(w.obj, "title")
    if title is not None:
        locale = text_of(w.obj, "locale")
        w.text("SUMMARY", title, "title", {"LANGUAGE": locale} if locale else None)
    description(w)
    _sets(w)
    color = text_of(w.obj, "color")
    if color is not None:
        w.text("COLOR", color, "color")
    if w.obj.get("created") is not None:
        w.line("CREATED", utc_value(w.obj["created"]), "created")
    for name, (line, words) in _WORDS.items():
        word = words.get(text_of(w.obj, name) or "")
        if word is not None:
            w.line(line, word, name)
    numbers(w)
    _status(w, kind)
    if kind == "Task" and w.obj.get("estimatedDuration") is not None:
        length = format_duration(duration_of(w.obj["estimatedDuration"]))
        w.line("ESTIMATED-DURATION", length, "estimatedDuration")


def numbers(w: Writing) -> None:
    """Write what is a number."""
    for name, line in _NUMBERS.items():
        number = optional(w.obj, name, int)
        if number is not None and number >= 0:
            w.line(line, str(number), name)


def description(w: Writing) -> None:
    """Write the description: as STYLED-DESCRIPTION unless it is plain (RFC 9073 §6.5)."""
    text = text_of(w.obj, "description")
    if text is None:
        return
    media_type = text_of(w.obj, "descriptionContentType")
    is_plain = media_type is None or media_type.partition(";")[0].strip().lower() == "text/plain"
    if is_plain and w.came_from("description") != "STYLED-DESCRIPTION":
        w.text("DESCRIPTION", text, "description")
        return
    params = {"VALUE": "TEXT"}
    if media_type is not None:
        params["FMTTYPE"] = media_type
    w.text("STYLED-DESCRIPTION", text, "description", params)


def _sets(w: Writing) -> None:
    keywords = set_of(w.obj, "keywords")
    if keywords:
        w.line("CATEGORIES", textvalue.escape_list(keywords), "keywords")
    for category in set_of(w.obj, "categories"):
        w.line("CONCEPT", category, "categories", {"VALUE": "URI"}, category)
    for uid, relation in entries(w.obj, "relatedTo"):
        path = f"relatedTo/{escape(uid)}"
        found = w.converted.get(path)
        kind = found.get("valueType") if isinstance(found, dict) else None
        for one in set_of(relation, "relation") or [""]:
            params = {"VALUE": str(kind).upper()} if kind else {}
            if one:
                params["RELTYPE"] = one.upper()
            w.line("RELATED-TO", textvalue.escape(uid), path, params, one)


def _status(w: Writing, kind: str) -> None:
    name = "status" if kind == "Event" else "progress"
    word = text_of(w.obj, name)
    if word not in STATUS[kind] or word is None:
        return
    if word == "completed" and w.came_from(name) == "COMPLETED":
        return  # which is among what is kept, and says so
    w.line("STATUS", word.upper(), name)
