"""Texts, sets of words, relations: the properties that are read by themselves."""

from __future__ import annotations

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscalendar.names import BUSY, PRIVACY, STATUS, Json
from cyrpy.formats.jscalendar.reading import (
    MAX_ENTRIES,
    Reader,
    Reading,
    as_set,
    is_derived,
    mapped,
    number,
    single,
)
from cyrpy.formats.jscalendar.times import duration_text, utc_text


def title(r: Reading, lines: list[Line]) -> None:
    """SUMMARY, or NAME of a VCALENDAR; its language is that of the object."""
    line = lines[0]
    r.out["title"] = line.text
    if line.param_text:
        language = line.param("LANGUAGE")
        if language:
            r.out["locale"] = language
        r.keep_params("title", line, ("LANGUAGE",) if language else ())


def description(r: Reading, lines: list[Line]) -> None:
    """DESCRIPTION, or STYLED-DESCRIPTION of a text type; what is derived is kept aside."""
    for line in lines:
        is_styled = line.name == "STYLED-DESCRIPTION"
        if is_derived(line) or "description" in r.out or (is_styled and not _is_text(line)):
            r.lines.append(line)
            continue
        r.out["description"] = line.text
        media_type = line.param("FMTTYPE") if is_styled else None
        if media_type:
            r.out["descriptionContentType"] = media_type
        elif is_styled:
            r.mark("description", "styled-description")
        r.keep_params("description", line, ("FMTTYPE",) if is_styled else ())


def _is_text(line: Line) -> bool:
    kind = (line.param("VALUE") or "TEXT").upper()
    return kind == "TEXT" and (line.param("FMTTYPE") or "text/").lower().startswith("text/")


def categories(r: Reading, lines: list[Line]) -> None:
    """CATEGORIES: all of them are one set of keywords."""
    found = as_set(text for line in lines for text in textvalue.unescape_list(line.value))
    if not found or len(found) > MAX_ENTRIES:
        raise FormatError("CATEGORIES is empty or too long")
    r.out["keywords"] = found
    r.keep_params("keywords", lines[0])


def concepts(r: Reading, lines: list[Line]) -> None:
    """CONCEPT: all of them are one set of URIs (RFC 9253 §8.1)."""
    found = as_set(line.value.strip() for line in lines)
    if not found or len(found) > MAX_ENTRIES:
        raise FormatError("CONCEPT is empty or there are too many")
    r.out["categories"] = found
    r.keep_params("categories", lines[0])


def relations(r: Reading, lines: list[Line]) -> None:
    """RELATED-TO: a relation to another UID, with the types of RFC 9253 too."""
    for line in lines:
        value = line.text.strip()
        found = r.out.get("relatedTo", {})
        if not value or len(found) >= MAX_ENTRIES:
            r.lines.append(line)
            continue
        relation: Json = r.map("relatedTo").setdefault(value, {"@type": "Relation"})
        types = as_set(one.strip().lower() for one in line.params.get("RELTYPE", ()))
        if types:
            relation["relation"] = {**relation.get("relation", {}), **types}
        path = f"relatedTo/{value.replace('~', '~0').replace('/', '~1')}"
        kind = (line.param("VALUE") or "TEXT").lower()
        if kind != "text":
            r.mark(path, "related-to", valueType=kind)
        r.keep_params(path, line, ("RELTYPE",))


def status(r: Reading, lines: list[Line]) -> None:
    """STATUS of an event, progress of a task."""
    word = lines[0].value.strip().lower()
    kind = r.out["@type"]
    if word not in STATUS[kind]:
        raise FormatError(f"STATUS:{word[:40]} has no counterpart")
    key = "status" if kind == "Event" else "progress"
    r.out[key] = word
    r.keep_params(key, lines[0])


def completed(r: Reading, lines: list[Line]) -> None:
    """COMPLETED is kept aside; without STATUS it tells that the task is done."""
    if "STATUS" not in r.named:
        r.out["progress"] = "completed"
        r.mark("progress", "completed")
    r.lines += lines


def without_time(r: Reading, lines: list[Line]) -> None:
    """SHOW-WITHOUT-TIME: that an event of hours is to be shown like one of days."""
    if lines[0].value.strip().upper() != "TRUE" or r.anchor is None or r.anchor.at.is_date:
        raise FormatError("SHOW-WITHOUT-TIME says nothing here")
    r.out["showWithoutTime"] = True


def _text(value: str) -> str:
    return textvalue.unescape(value).strip()


COMMON: dict[str, Reader] = {
    "SUMMARY": title,
    "DESCRIPTION": description,
    "STYLED-DESCRIPTION": description,
    "CATEGORIES": categories,
    "CONCEPT": concepts,
    "RELATED-TO": relations,
    "STATUS": status,
    "SHOW-WITHOUT-TIME": without_time,
    "CLASS": mapped("privacy", PRIVACY),
    "TRANSP": mapped("freeBusyStatus", BUSY),
    "COLOR": single("color", _text),
    "PRIORITY": single("priority", number(0, 9)),
    "SEQUENCE": single("sequence", number(0, 2**53 - 1)),
    "CREATED": single("created", utc_text),
}
TASK: dict[str, Reader] = COMMON | {
    "PERCENT-COMPLETE": single("percentComplete", number(0, 100)),
    "ESTIMATED-DURATION": single("estimatedDuration", duration_text),
    "COMPLETED": completed,
}
