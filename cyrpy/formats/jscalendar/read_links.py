"""ATTACH, IMAGE, LINK and URL as links; CONFERENCE as virtualLocations."""

from __future__ import annotations

from contextlib import suppress

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.attach import blob_id_in
from cyrpy.formats.jscalendar.names import Json, free_key
from cyrpy.formats.jscalendar.reading import MAX_ENTRIES, Reading, as_set, number

_SIZE = number(0, 2**53 - 1)
_PARAMS = {
    "ATTACH": {"FILENAME", "FMTTYPE", "SIZE", "ENCODING"},
    "IMAGE": {"FILENAME", "FMTTYPE", "SIZE", "ENCODING", "DISPLAY"},
    "LINK": {"LABEL", "FMTTYPE", "LINKREL"},
    "URL": {"LABEL", "FMTTYPE"},
}
_RELS = {"ATTACH": "enclosure", "IMAGE": "icon", "URL": "describedby"}


def links(r: Reading, lines: list[Line]) -> None:
    """Each line becomes a Link; one that cannot is kept aside."""
    for index, line in enumerate(lines):
        value = line.value.strip()
        kind = (line.param("VALUE") or "").upper()
        is_second_url = line.name == "URL" and index > 0
        is_other = line.name == "LINK" and kind not in ("", "URI")
        found = r.out.get("links", {})
        if not value or is_second_url or is_other or len(found) >= MAX_ENTRIES:
            r.lines.append(line)
            continue
        key = free_key(line.param("JSID"), value, found)
        r.map("links")[key] = _link(line, value, kind)
        path = f"links/{key}/href"
        if value[:5].lower() == "data:" and kind != "BINARY":
            r.mark(path, line.name.lower(), valueType="uri")
        r.keep_params(path, line, _PARAMS[line.name])


def _link(line: Line, value: str, kind: str) -> Json:
    made: Json = {"@type": "Link", "href": value}
    media_type = line.param("FMTTYPE")
    if kind == "BINARY" or (line.param("ENCODING") or "").upper() == "BASE64":
        made["href"] = f"data:{media_type or ''};base64,{value}"
    rel = _RELS.get(line.name) or line.param("LINKREL")
    if rel:
        made["rel"] = rel
    if not line.param_text:
        return made
    if media_type:
        made["contentType"] = media_type
    blob_id = blob_id_in(line.param("MANAGED-ID")) if line.name == "ATTACH" else None
    if blob_id is not None:
        made["blobId"] = blob_id
    title = line.param("FILENAME" if line.name in ("ATTACH", "IMAGE") else "LABEL")
    if title:
        made["title"] = title
    with suppress(FormatError):
        made["size"] = _SIZE(line.param("SIZE") or "")
    if line.name == "IMAGE" and "DISPLAY" in line.params:
        made["display"] = as_set(one.strip().lower() for one in line.params["DISPLAY"])
    return made


def conferences(r: Reading, lines: list[Line]) -> None:
    """Each CONFERENCE becomes a VirtualLocation (RFC 7986 §5.11)."""
    for line in lines:
        value = line.value.strip()
        found = r.out.get("virtualLocations", {})
        if not value or len(found) >= MAX_ENTRIES:
            r.lines.append(line)
            continue
        key = free_key(line.param("JSID"), value, found)
        made: Json = {"@type": "VirtualLocation", "uri": value}
        if label := line.param("LABEL"):
            made["name"] = label
        features = as_set(one.strip().lower() for one in line.params.get("FEATURE", ()))
        if features:
            made["features"] = features
        r.map("virtualLocations")[key] = made
        r.keep_params(f"virtualLocations/{key}/uri", line, ("LABEL", "FEATURE"))
