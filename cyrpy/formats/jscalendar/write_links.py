"""links as ATTACH, IMAGE, URL and LINK; virtualLocations as CONFERENCE."""

from __future__ import annotations

import re

from cyrpy.formats.jscalendar.names import Json, free_key
from cyrpy.formats.jscalendar.writing import Writing, entries, optional, set_of, text_of

_DATA = re.compile(r"data:([^;,]*);base64,([A-Za-z0-9+/=]*)", re.ASCII)
_NAMES = {"enclosure": "ATTACH", "icon": "IMAGE"}


def links(w: Writing) -> None:
    """Write each link as the property that its relation asks for.

    Raises:
        FormatError: A value is of another type than it must be.
    """
    taken: dict[str, bool] = {}
    has_url = False
    for key, link in entries(w.obj, "links"):
        href = text_of(link, "href")
        if href is None or not href.strip():
            continue
        path = f"links/{key}/href"
        name = w.came_from(path) or _name(link, has_url=has_url)
        if name not in ("ATTACH", "IMAGE", "LINK", "URL"):
            name = _name(link, has_url=has_url)
        has_url = has_url or name == "URL"
        params, value = _params(w, link, name, path, href.strip())
        if free_key(None, value, taken) != key:
            params["JSID"] = key
        taken[key] = True
        w.line(name, value, path, params)


def _name(link: Json, *, has_url: bool) -> str:
    rel = text_of(link, "rel")
    if rel in _NAMES:
        return _NAMES[rel]
    plain = link.keys() <= {"@type", "href", "rel"}
    return "URL" if rel == "describedby" and plain and not has_url else "LINK"


def _params(
    w: Writing, link: Json, name: str, path: str, href: str
) -> tuple[dict[str, str | list[str]], str]:
    params: dict[str, str | list[str]] = {}
    value = href
    found = w.converted.get(path)
    is_uri = isinstance(found, dict) and found.get("valueType") == "uri"
    data = _DATA.fullmatch(href) if name in ("ATTACH", "IMAGE") and not is_uri else None
    if data:
        params["VALUE"], params["ENCODING"], value = "BINARY", "BASE64", data[2]
    elif name in ("IMAGE", "LINK"):
        params["VALUE"] = "URI"
    media_type = text_of(link, "contentType") or (data[1] if data else "")
    if media_type:
        params["FMTTYPE"] = media_type
    title = text_of(link, "title")
    if title:
        params["FILENAME" if name in ("ATTACH", "IMAGE") else "LABEL"] = title
    size = optional(link, "size", int)
    if size is not None and name in ("ATTACH", "IMAGE"):
        params["SIZE"] = str(size)
    display = set_of(link, "display")
    if display and name == "IMAGE":
        params["DISPLAY"] = [one.upper() for one in display]
    rel = text_of(link, "rel")
    if rel and name == "LINK":
        params["LINKREL"] = rel
    return params, value


def conferences(w: Writing) -> None:
    """Write each virtual location as CONFERENCE (RFC 7986 §5.11).

    Raises:
        FormatError: A value is of another type than it must be.
    """
    taken: dict[str, bool] = {}
    for key, place in entries(w.obj, "virtualLocations"):
        uri = text_of(place, "uri")
        if uri is None or not uri.strip():
            continue
        params: dict[str, str | list[str]] = {"VALUE": "URI"}
        features = set_of(place, "features")
        if features:
            params["FEATURE"] = [one.upper() for one in features]
        label = text_of(place, "name")
        if label:
            params["LABEL"] = label
        if free_key(None, uri.strip(), taken) != key:
            params["JSID"] = key
        taken[key] = True
        w.line("CONFERENCE", uri.strip(), f"virtualLocations/{key}/uri", params)
