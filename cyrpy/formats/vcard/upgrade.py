"""Lines of vCard 2.1 and 3.0 as 4.0 has them (RFC 6350 §6, Appendix A of it)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line, Params
from cyrpy.formats.ical.component import Component
from cyrpy.formats.vcard import dates, media
from cyrpy.formats.vcard.values import (
    V4,
    full_name,
    is_binary,
    is_uri,
    modern,
    param_of,
    split_types,
    take_param,
    text_of,
    types,
    version,
)

_EMPTY_ADDRESS = ";;;;;;"
_SEXES = {"MALE": "M", "FEMALE": "F", "OTHER": "O", "NONE": "N", "UNKNOWN": "U"}
_RENAMED = {
    "X-ADDRESSBOOKSERVER-KIND": "KIND",
    "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER",
    "X-ANNIVERSARY": "ANNIVERSARY",
    "X-GENDER": "GENDER",
}


def to_v4(card: Component) -> Component:
    """A copy of a card of 2.1 or 3.0 in 4.0; what has no counterpart keeps its name."""
    given = version(card)
    lines = [modern(line, given) for line in card.properties if line.name or line.value.strip()]
    if card.components:
        lines = [line for line in lines if line.name != "AGENT" or line.value.strip()]
        lines += [_agent_inside(inside) for inside in card.components]
    names = {line.name for line in lines}
    made = [_line(line, names) for line in lines if line.name != "VERSION"]
    made = _labels(made)
    _sort_string(made)
    twin = Component("VCARD", [Line.of("VERSION", V4), *made])
    if "FN" not in names:
        twin.properties.append(Line.of("FN", textvalue.escape(full_name(twin))))
    return twin


def _line(line: Line, names: set[str]) -> Line:
    renamed = _RENAMED.get(line.name)
    if renamed is not None and renamed not in names:
        line = Line(renamed, line.param_text, line.value, None, line.group)
        if renamed == "GENDER":
            line = _gender(line)
    change = _CHANGES.get(line.name)
    return _plain(line) if change is None else change(line)


def line_to_v4(line: Line) -> Line:
    """One line of 3.0 as 4.0 has it, but for what needs the others: LABEL, SORT-STRING."""
    return _line(line, set())


def _plain(line: Line) -> Line:
    """TYPE=pref is PREF=1."""
    if not line.param_text or "pref" not in types(line):
        return line
    return Line.of(line.name, line.value, with_pref(line.params), line.group)


def with_pref(given: Mapping[str, tuple[str, ...]]) -> Params:
    """Parameters with PREF=1 instead of TYPE=pref."""
    params = dict(given)
    words = tuple(
        part for value in params.pop("TYPE", ()) for part in value.split(",") if part.strip()
    )
    kept = tuple(word for word in words if word.strip().lower() != "pref")
    if len(kept) < len(words):
        params.setdefault("PREF", ("1",))
    if kept:
        params["TYPE"] = kept
    return params


def _media(line: Line) -> Line:
    """Base64 becomes a data: URI, the format a media type."""
    params = with_pref(line.params)
    words = params.pop("TYPE", ())
    named = media.formats(split_types({"TYPE": words}))
    format_type = media.media_type(line.name, named[-1]) if named else ""
    contexts = tuple(word for word in words if not format_type or word.lower() != named[-1])
    if contexts:
        params["TYPE"] = contexts
    value = line.value
    kind = take_param(params, "VALUE").lower()
    if is_binary(params) or kind == "binary":
        params.pop("ENCODING", None)
        packed = "".join(value.split())
        given = take_param(params, "MEDIATYPE")
        value = media.base64_uri(packed, given or format_type or media.sniff(packed))
    elif kind == "uri" or is_uri(value):
        if format_type:
            params.setdefault("MEDIATYPE", (format_type,))
    else:
        params["VALUE"] = ("text",)
        if format_type:
            params.setdefault("MEDIATYPE", (format_type,))
    return Line.of(line.name, value, params, line.group)


def _date(line: Line) -> Line:
    params = with_pref(line.params)
    kind = take_param(params, "VALUE").lower()
    year = take_param(params, "X-APPLE-OMIT-YEAR")
    when = None if kind == "text" else dates.parse(line.value, dates.omitted_year(year))
    if when is None:
        params["VALUE"] = ("text",)
        return Line.of(line.name, line.value, params, line.group)
    if year and when.year is not None:
        params["X-APPLE-OMIT-YEAR"] = (year,)
    value = when.basic()
    if not params and not line.param_text and value == line.value:
        return line
    return Line.of(line.name, value, params, line.group)


def _timestamp(line: Line) -> Line:
    when = dates.parse(line.value)
    if when is None or not when.is_whole:
        return _plain(line)
    params = {k: v for k, v in line.params.items() if k != "VALUE"}
    if not when.time:
        when = when._replace(time="000000", zone="Z")
    value = when.basic()
    return line if value == line.value else Line.of(line.name, value, params, line.group)


def _geo(line: Line) -> Line:
    latitude, semicolon, longitude = line.value.replace("\\", "").partition(";")
    if not semicolon:
        return _plain(line)
    return Line.of("GEO", f"geo:{latitude.strip()},{longitude.strip()}", line.params, line.group)


def _zone(line: Line) -> Line:
    params = with_pref(line.params)
    kind = take_param(params, "VALUE").lower()
    value = line.value.strip()
    if value[:1] in ("+", "-") and value[1:].replace(":", "").isdigit():
        params["VALUE"] = ("utc-offset",)
        return Line.of("TZ", value.replace(":", ""), params, line.group)
    if kind == "uri":
        params["VALUE"] = ("uri",)
    return Line.of("TZ", line.value, params, line.group)


def _phone(line: Line) -> Line:
    params = with_pref(line.params)
    if param_of(params, "VALUE").lower() in ("phone-number", "text"):
        del params["VALUE"]
    return line if params == line.params else Line.of("TEL", line.value, params, line.group)


def _gender(line: Line) -> Line:
    text = line.text.strip()
    sex = _SEXES.get(text.upper())
    if sex is None and text.upper() not in ("M", "F", "O", "N", "U") and ";" not in line.value:
        value = ";" + textvalue.escape(text)
    else:
        value = sex or line.value
    return Line.of("GENDER", value, line.params, line.group)


def _spouse(line: Line) -> Line:
    params = {**with_pref(line.params), "TYPE": ("spouse",), "VALUE": ("text",)}
    return Line.of("RELATED", line.value, params, line.group)


def _agent(line: Line) -> Line:
    params = with_pref(line.params)
    kind = take_param(params, "VALUE").lower()
    params["TYPE"] = ("agent",)
    if kind == "uri":
        return Line.of("RELATED", line.value, params, line.group)
    uri = media.encode_uri(line.text.encode("utf-8", "replace"), "text/vcard")
    return Line.of("RELATED", uri, params, line.group)


def _agent_inside(inside: Component) -> Line:
    return Line.of("AGENT", textvalue.escape(text_of(inside)))


def _labels(lines: list[Line]) -> list[Line]:
    """LABEL properties become the parameter of their ADR (RFC 6350 §6.3.1)."""
    if not any(line.name == "LABEL" for line in lines):
        return lines
    free: dict[tuple[str | None, frozenset[str]], list[int]] = {}
    for at in range(len(lines) - 1, -1, -1):
        if lines[at].name == "ADR" and "LABEL" not in lines[at].params:
            kinds = frozenset(types(lines[at]))
            free.setdefault((lines[at].group, kinds), []).append(at)
    made: list[Line | None] = list(lines)
    for at, label in enumerate(lines):
        if label.name == "LABEL":
            home, address = at, Line.of("ADR", _EMPTY_ADDRESS, label.params, label.group)
            if places := free.get((label.group, frozenset(types(label)))):
                home = places.pop()
                address = lines[home]
                made[at] = None
            params = {**address.params, "LABEL": (label.text,)}
            made[home] = Line.of("ADR", address.value, params, address.group)
    return [line for line in made if line is not None]


def _sort_string(lines: list[Line]) -> None:
    """SORT-STRING becomes the parameter of N (RFC 6350 §5.9)."""
    at = next((i for i, line in enumerate(lines) if line.name == "SORT-STRING"), None)
    name = next((i for i, line in enumerate(lines) if line.name == "N"), None)
    if at is None or name is None or "SORT-AS" in lines[name].params:
        return
    params = {**lines[name].params, "SORT-AS": (lines[at].text,)}
    lines[name] = Line.of("N", lines[name].value, params, lines[name].group)
    del lines[at]


_CHANGES: Mapping[str, Callable[[Line], Line]] = {
    **dict.fromkeys(media.FAMILIES, _media),
    **dict.fromkeys(("BDAY", "ANNIVERSARY", "DEATHDATE"), _date),
    "REV": _timestamp,
    "GEO": _geo,
    "TZ": _zone,
    "TEL": _phone,
    "X-SPOUSE": _spouse,
    "AGENT": _agent,
}
