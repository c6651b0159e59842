"""BDAY, DEATHDATE, ANNIVERSARY and the places as Anniversary objects (RFC 9555 §2.5.1)."""

from __future__ import annotations

from collections.abc import Mapping

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact.checks import is_uri
from cyrpy.formats.jscontact.names import joined
from cyrpy.formats.jscontact.params import common, rest_of, written
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.vcard import dates

KINDS = {
    "BDAY": "birth",
    "DEATHDATE": "death",
    "ANNIVERSARY": "wedding",
    "X-ANNIVERSARY": "wedding",
    "X-EVOLUTION-ANNIVERSARY": "wedding",
    "X-KADDRESSBOOK-X-ANNIVERSARY": "wedding",
}
PLACES = {"BIRTHPLACE": "birth", "DEATHPLACE": "death"}
NAMES = {"birth": "BDAY", "death": "DEATHDATE", "wedding": "ANNIVERSARY"}
_PLACE_NAMES = {"birth": "BIRTHPLACE", "death": "DEATHPLACE"}
_USED = ("CALSCALE", "X-APPLE-OMIT-YEAR")


def read(line: Line, kind: str) -> dict[str, Json] | None:
    """The Anniversary that a line says; None if its value is no date that JSContact knows."""
    said = common(line)
    params = said.params
    if (params.get("VALUE") or ("",))[0].lower() == "text":
        return None
    year = params.get("X-APPLE-OMIT-YEAR")
    when = dates.parse(line.value, dates.omitted_year(year[0] if year else None))
    if when is None:
        return None
    utc = when.utc() if when.zone else None
    if utc is not None:
        date: dict[str, Json] = {"@type": "Timestamp", "utc": utc}
    else:
        date = {
            key: part
            for key, part in (("year", when.year), ("month", when.month), ("day", when.day))
            if part is not None
        }
        if not date or (when.year is None and None in (when.month, when.day)):
            return None
        scale = params.get("CALSCALE")
        if scale and scale[0]:
            date["calendarScale"] = scale[0].lower()
    anniversary: dict[str, Json] = {"kind": kind, "date": date}
    if params:
        rest = rest_of(said, _USED)
        if rest:
            anniversary["vCardParams"] = rest
    return anniversary


def place(line: Line) -> dict[str, Json] | None:
    """The Address that BIRTHPLACE or DEATHPLACE says."""
    if (line.param("VALUE") or "").lower() == "uri":
        if line.value.lower().startswith("geo:") and is_uri(line.value):
            return {"coordinates": line.value}
        return None
    return {"full": line.text} if line.value else None


def write(anniversary: Mapping[str, Json], *, is_v4: bool) -> list[Line]:
    """The date, and the place if vCard has something for it; in the form of 4.0."""
    kind = anniversary["kind"]
    name = NAMES.get(kind)
    if name is None:
        return []
    params = written(anniversary, is_v4=is_v4)
    date = anniversary["date"]
    if "utc" in date:
        when = dates.parse(date["utc"])
    else:
        when = dates.When(date.get("year"), date.get("month"), date.get("day"))
        if "calendarScale" in date:
            params["CALSCALE"] = date["calendarScale"]
    if when is None:
        return []
    lines = [Line.of(name, when.basic(), params)]
    where = anniversary.get("place")
    if where and kind in _PLACE_NAMES:
        lines += _place(_PLACE_NAMES[kind], where)
    return lines


def _place(name: str, where: Mapping[str, Json]) -> list[Line]:
    if "full" in where:
        return [Line.of(name, textvalue.escape(where["full"]))]
    if "coordinates" in where:
        return [Line.of(name, where["coordinates"], {"VALUE": "uri"})]
    text = joined(
        [part for part in where.get("components", []) if where.get("isOrdered") or
         part["kind"] != "separator"],
        where.get("defaultSeparator", ", "),
    )  # fmt: skip
    return [Line.of(name, textvalue.escape(text))] if text else []
