"""LOCATION, GEO and VLOCATION as locations (RFC 5545 §3.8.1.6 f., RFC 9073 §7.2)."""

from __future__ import annotations

import re

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscalendar.names import free_key
from cyrpy.formats.jscalendar.read_links import links
from cyrpy.formats.jscalendar.reading import MAX_ENTRIES, Reader, Reading, as_set, is_derived

_GEO = re.compile(r"\+?(-?\d{1,3}(?:\.\d{1,20})?)[;,]\+?(-?\d{1,3}(?:\.\d{1,20})?)", re.ASCII)
_URI = re.compile(r"geo:-?\d{1,3}(?:\.\d{1,20})?,-?\d{1,3}(?:\.\d{1,20})?[^\s]{0,200}", re.ASCII)
APPLE = "X-APPLE-STRUCTURED-LOCATION"


def locations(r: Reading) -> None:
    """Read all that says where the event or task is."""
    derived = _location(r)
    _geo(r)
    _apple(r)
    found = r.component.named("VLOCATION")
    for component in found:
        if len(r.out.get("locations", {})) < MAX_ENTRIES:
            _vlocation(r, component)
        else:
            r.parts.append(component)
    if len(found) > 1 and derived is not None:
        _main(r, derived)


def _location(r: Reading) -> str | None:
    """Read LOCATION; its text, if there is one."""
    lines = r.take("LOCATION")
    if not lines:
        return None
    shown = (one for one in lines if one.value.strip() and not is_derived(one))
    line = next(shown, None)
    r.lines += [one for one in lines if one is not line]
    if line is None:
        return lines[0].text or None
    name = line.text
    key = free_key(line.param("JSID"), line.value, {})
    r.map("locations")[key] = {"@type": "Location", "name": name}
    r.keep_params(f"locations/{key}/name", line)
    return name


def _geo(r: Reading) -> None:
    lines = r.take("GEO")
    if not lines:
        return
    line = lines[0]
    r.lines += lines[1:]
    try:
        coordinates = geo_uri(line.value)
    except FormatError:
        coordinates = None
    if is_derived(line) or coordinates is None:
        r.lines.append(line)
        return
    places = r.map("locations")
    key = next(iter(places), None)
    if key is None:
        key = free_key(line.param("JSID"), line.value, places)
        places[key] = {"@type": "Location"}
    places[key]["coordinates"] = coordinates
    r.mark(f"locations/{key}/coordinates", "geo")
    r.keep_params(f"locations/{key}/coordinates", line)


def _apple(r: Reading) -> None:
    """Apple's own line has the coordinates of LOCATION, or is all that tells the place."""
    lines = r.named.get(APPLE)
    if not lines or len(lines) > 1 or not _URI.fullmatch(lines[0].value):
        return
    places = r.out.get("locations", {})
    if any("coordinates" in place for place in places.values()):
        return
    line = r.take(APPLE)[0]
    key = next(iter(places), None)
    if key is None:
        key = free_key(line.param("JSID"), line.value, places)
        r.map("locations")[key] = {"@type": "Location"}
        title = line.param("X-TITLE")
        if title:
            r.out["locations"][key]["name"] = title
            r.mark(f"locations/{key}/name", APPLE.lower())
    r.out["locations"][key]["coordinates"] = line.value
    r.mark(f"locations/{key}/coordinates", APPLE.lower())
    r.keep_params(f"locations/{key}/coordinates", line)


def _vlocation(r: Reading, component: Component) -> None:
    inner = Reading(component, "Location", r.resolve)
    places = r.map("locations")
    jsid, uid = _value(inner.take("JSID")), _value(inner.named.get("UID"))
    key = free_key(jsid or uid, _digest(component), places)
    inner.read(_READERS)
    inner.parts += component.components
    places[key] = inner.finish()
    places[key].setdefault("iCalendar", {"@type": "ICalComponent", "name": "vlocation"})


def _main(r: Reading, name: str) -> None:
    """Of several VLOCATIONs, LOCATION tells the main one, which it may only repeat."""
    places = r.out["locations"]
    first = next(iter(places))
    if "iCalendar" not in places[first] and places[first].get("name") == name:
        r.out["mainLocationId"] = first
        return
    named = (key for key, place in places.items() if place.get("name") == name)
    found = next(named, None)
    if found is not None:
        r.out["mainLocationId"] = found
        r.lines = [line for line in r.lines if line.name != "LOCATION"]


def geo_uri(value: str) -> str:
    """The value of GEO as a URI.

    Raises:
        FormatError: It is no pair of numbers.
    """
    found = _GEO.fullmatch(value.strip())
    if found is None:
        raise FormatError(f"GEO: {value[:60]!r} is no pair of numbers")
    return f"geo:{found[1]},{found[2]}"


def _name(r: Reading, lines: list[Line]) -> None:
    r.out["name"] = lines[0].text
    r.keep_params("name", lines[0])


def _types(r: Reading, lines: list[Line]) -> None:
    found = as_set(one for line in lines for one in textvalue.unescape_list(line.value))
    if not found:
        raise FormatError("LOCATION-TYPE is empty")
    r.out["locationTypes"] = found
    r.keep_params("locationTypes", lines[0])


def _coordinates(r: Reading, lines: list[Line]) -> None:
    line = lines[0]
    value = line.value.strip()
    if line.name == "GEO":
        if is_derived(line):
            raise FormatError("the coordinates are told by another line")
        value = geo_uri(value)
    elif not _URI.fullmatch(value):
        raise FormatError(f"COORDINATES: {value[:60]!r} is no geo URI")
    if "coordinates" in r.out:
        raise FormatError("the coordinates are told twice")
    r.out["coordinates"] = value
    if line.name == "GEO":
        r.mark("coordinates", "geo")
    r.keep_params("coordinates", line)
    r.lines += lines[1:]


def _value(lines: list[Line] | None) -> str | None:
    return lines[0].value.strip() if lines else None


def _digest(component: Component) -> str:
    return "\n".join(f"{line.name};{line.param_text}:{line.value}" for line in component.properties)


_READERS: dict[str, Reader] = {
    "NAME": _name,
    "LOCATION-TYPE": _types,
    "COORDINATES": _coordinates,
    "GEO": _coordinates,
    "ATTACH": links,
    "IMAGE": links,
    "LINK": links,
    "URL": links,
}
