"""Lines of vCard 4.0 as 3.0 has them (RFC 2426), and as its clients read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line, Params
from cyrpy.formats.ical.component import Component
from cyrpy.formats.vcard import dates, media
from cyrpy.formats.vcard.values import (
    V3,
    full_name,
    label_param,
    param_of,
    split_types,
    take_param,
)

_NAME_PARTS, _ADDRESS_PARTS = 5, 7  # what 3.0 knows of N and ADR
_RENAMED = {
    "KIND": "X-ADDRESSBOOKSERVER-KIND",
    "MEMBER": "X-ADDRESSBOOKSERVER-MEMBER",
    "ANNIVERSARY": "X-ANNIVERSARY",
    "GENDER": "X-GENDER",
}


def to_v3(card: Component) -> Component:
    """A copy of a card of 4.0 in 3.0; what has no counterpart keeps its name."""
    made: list[Line] = []
    for line in card.properties:
        if line.name != "VERSION":
            made += line_to_v3(line)
    names = {line.name for line in made}
    twin = Component("VCARD", [Line.of("VERSION", V3), *made])
    if "N" not in names:
        twin.properties.append(Line.of("N", ";;;;"))
    if "FN" not in names:
        twin.properties.append(Line.of("FN", textvalue.escape(full_name(card))))
    return twin


def line_to_v3(line: Line) -> list[Line]:
    """One line of 4.0 as 3.0 has it: one or several."""
    return _CHANGES.get(line.name, _plain)(line)


def without_pref(given: Mapping[str, tuple[str, ...]]) -> Params:
    """Parameters with TYPE=pref instead of PREF=1; any other PREF is kept, for the way back."""
    params = dict(given)
    if params.get("PREF") == ("1",):
        del params["PREF"]
        params["TYPE"] = (*params.get("TYPE", ()), "pref")
    if "TYPE" in params:  # a quoted list is one type to clients of 3.0
        params["TYPE"] = tuple(part for value in params["TYPE"] for part in value.split(","))
    return params


def _plain(line: Line) -> list[Line]:
    if not line.param_text:
        return [line]
    params = without_pref(line.params)
    if params == line.params:
        return [line]
    return [Line.of(line.name, line.value, params, line.group)]


def _renamed(line: Line) -> list[Line]:
    params = without_pref(line.params)
    return [Line.of(_RENAMED[line.name], line.value, params, line.group)]


def _media(line: Line) -> list[Line]:
    params = without_pref(line.params)
    kind = take_param(params, "VALUE", "uri").lower()
    given = take_param(params, "MEDIATYPE")
    value = line.value
    data = media.packed(value)
    if kind == "text":
        pass
    elif data is None or ";" in data[0]:
        params["VALUE"] = ("uri",)
        if data is not None:
            given = ""
    else:
        given, value = data
        params["ENCODING"] = ("b",)
    name = media.format_name(line.name, given)
    if name:
        params["TYPE"] = (*params.get("TYPE", ()), name)
    return [Line.of(line.name, value, params, line.group)]


def _date(line: Line) -> list[Line]:
    name = _RENAMED.get(line.name, line.name)
    params = without_pref(line.params)
    kind = param_of(params, "VALUE").lower()
    when = None if kind == "text" else dates.parse(line.value)
    value = line.value
    if when is not None:
        params.pop("VALUE", None)
        shown = dates.with_apple_year(when)
        if shown is not None:
            params["X-APPLE-OMIT-YEAR"] = (dates.APPLE_YEAR,)
            when = shown
        if when.is_whole:
            value = when.extended()
        if when.time:
            params["VALUE"] = ("date-time",)
    return [Line.of(name, value, params, line.group)]


def _geo(line: Line) -> list[Line]:
    scheme, _, rest = line.value.partition(":")
    latitude, comma, longitude = rest.partition(",")
    if scheme.lower() != "geo" or not comma or any(char in rest for char in ";?#"):
        return _plain(line)
    params = without_pref(line.params)
    params.pop("VALUE", None)
    return [Line.of("GEO", f"{latitude};{longitude}", params, line.group)]


def _zone(line: Line) -> list[Line]:
    params = without_pref(line.params)
    kind = take_param(params, "VALUE", "text").lower()
    value = line.value
    if kind == "utc-offset":
        value = value if ":" in value else f"{value[:3]}:{value[3:] or '00'}"
    else:
        params["VALUE"] = (kind,)
    return [Line.of("TZ", value, params, line.group)]


def _phone(line: Line) -> list[Line]:
    params = without_pref(line.params)
    if param_of(params, "VALUE").lower() != "uri" or line.value[:4].lower() != "tel:":
        return _plain(line)
    del params["VALUE"]
    return [Line.of("TEL", textvalue.escape(line.value[4:]), params, line.group)]


def _related(line: Line) -> list[Line]:
    params = without_pref(line.params)
    kinds = split_types(params)
    kind = param_of(params, "VALUE", "uri").lower()
    rest = {k: v for k, v in params.items() if k not in ("TYPE", "VALUE")}
    if kinds == ("spouse",) and kind == "text":
        return [Line.of("X-SPOUSE", line.value, rest, line.group)]
    if kinds == ("agent",) and kind == "uri":
        data = media.decode_uri(line.value)
        if data is not None and data.media_type.lower().startswith("text/vcard"):
            text = textvalue.escape(data.octets.decode("utf-8", "replace"))
            return [Line.of("AGENT", text, rest, line.group)]
        return [Line.of("AGENT", line.value, {**rest, "VALUE": ("uri",)}, line.group)]
    return _plain(line)


def _name(line: Line) -> list[Line]:
    params = without_pref(line.params)
    sort_as = params.pop("SORT-AS", None)
    made = [_structured(line, params, _NAME_PARTS)]
    if sort_as:
        made.append(Line.of("SORT-STRING", textvalue.escape(",".join(sort_as))))
    return made


def _address(line: Line) -> list[Line]:
    params = without_pref(line.params)
    label = params.pop("LABEL", None)
    made = []
    if label is None or line.value.strip(";"):
        made.append(_structured(line, params, _ADDRESS_PARTS))
    if label is not None:
        kinds = {"TYPE": params["TYPE"]} if "TYPE" in params else {}
        made.append(Line.of("LABEL", textvalue.escape(label_param(label)), kinds, line.group))
    return made


def _structured(line: Line, params: Params, parts: int) -> Line:
    """Without the empty components of RFC 9554, which only confuse."""
    fields = textvalue.split(line.value, ";")
    while len(fields) > parts and not fields[-1]:
        fields.pop()
    value = ";".join(fields)
    if params == line.params and value == line.value:
        return line
    return Line.of(line.name, value, params, line.group)


_CHANGES: Mapping[str, Callable[[Line], list[Line]]] = {
    **dict.fromkeys(media.FAMILIES, _media),
    **dict.fromkeys(_RENAMED, _renamed),
    **dict.fromkeys(("BDAY", "ANNIVERSARY", "DEATHDATE"), _date),
    "GEO": _geo,
    "TZ": _zone,
    "TEL": _phone,
    "RELATED": _related,
    "N": _name,
    "ADR": _address,
}
