"""locations as LOCATION, GEO and VLOCATION (RFC 5545 §3.8.1.6 f., RFC 9073 §7.2)."""

from __future__ import annotations

import re

from cyrpy.formats import textvalue
from cyrpy.formats.jscalendar.names import CONTROL, Json, free_key
from cyrpy.formats.jscalendar.read_places import APPLE
from cyrpy.formats.jscalendar.write_links import links
from cyrpy.formats.jscalendar.writing import Writing, entries, set_of, text_of

NAME = "iCalendar"
_SIMPLE = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)", re.ASCII)


def locations(w: Writing) -> None:
    """Write one place as LOCATION, which every client shows, and the others as VLOCATION.

    Raises:
        FormatError: A value is of another type than it must be.
    """
    places = dict(entries(w.obj, "locations"))
    main = text_of(w.obj, "mainLocationId")
    shown = _shown(w, places, main)
    taken: dict[str, bool] = {}
    for key, place in places.items():
        if key == shown:
            _lines(w, key, place)
        else:
            _component(w, key, place, taken)
    name = text_of(places.get(main or "", {}), "name")
    if name and main != shown:
        w.text("LOCATION", name, "mainLocationId", {"DERIVED": "TRUE"})


def _shown(w: Writing, places: dict[str, Json], main: str | None) -> str | None:
    """The place that was LOCATION, else the main one, else the first that has a name."""
    for key in places:
        if any(w.came_from(f"locations/{key}/{name}") for name in ("name", "coordinates")):
            return key
    free = [key for key, place in places.items() if NAME not in place]
    if main in free:
        return main
    return next((key for key in free if places[key].get("name")), None)


def _lines(w: Writing, key: str, place: Json) -> None:
    name, coordinates = text_of(place, "name"), text_of(place, "coordinates")
    at, there = f"locations/{key}/name", f"locations/{key}/coordinates"
    is_apple = w.came_from(there) == APPLE
    is_named = bool(name) and w.came_from(at) != APPLE
    if name and is_named:
        value = CONTROL.sub("", textvalue.escape(name))
        w.line("LOCATION", value, at, _jsid(key, value))
    if coordinates is None:
        return
    simple = _SIMPLE.fullmatch(coordinates)
    if is_apple:
        params = {"VALUE": "URI"}
        w.line(APPLE, coordinates, there, params if is_named else params | _jsid(key, coordinates))
    elif simple:
        value = f"{simple[1]};{simple[2]}"
        w.line("GEO", value, there, None if is_named else _jsid(key, value))


def _jsid(key: str, value: str) -> dict[str, str]:
    return {} if free_key(None, value, {}) == key else {"JSID": key}


def _component(w: Writing, key: str, place: Json, taken: dict[str, bool]) -> None:
    inner = Writing(place, "VLOCATION", w.meaning)
    inner.keep()
    identify(inner, key)
    name, coordinates = text_of(place, "name"), text_of(place, "coordinates")
    if name is not None:
        inner.text("NAME", name, "name")
    types = set_of(place, "locationTypes")
    if types:
        inner.line("LOCATION-TYPE", textvalue.escape_list(types), "locationTypes")
    if coordinates is not None:
        simple = _SIMPLE.fullmatch(coordinates)
        if simple and inner.came_from("coordinates") == "GEO":
            inner.line("GEO", f"{simple[1]};{simple[2]}", "coordinates")
        else:
            inner.line("COORDINATES", coordinates, "coordinates", {"VALUE": "URI"})
    links(inner)
    taken[key] = True
    w.part.parts["VLOCATION", key] = inner.finish()


def identify(inner: Writing, key: str, derived: str | None = None) -> None:
    """Write UID or JSID, by which the component will have its key again."""
    uid = next((line for (name, _), line in inner.part.lines.items() if name == "UID"), None)
    if (uid.value if uid else derived) == key:
        return
    is_new = NAME not in inner.obj and derived is None
    if uid is None and (is_new or (derived is not None and len(key) == len(derived))):
        inner.line("UID", key, "UID")
    else:  # the UID of an alarm is not to be as short as the keys that clients choose
        inner.line("JSID", key, "JSID")
