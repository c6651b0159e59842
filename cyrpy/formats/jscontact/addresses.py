"""ADR and what belongs to it as an Address, both ways (RFC 9555 §2.6.1, §2.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact import components
from cyrpy.formats.jscontact.checks import is_uri
from cyrpy.formats.jscontact.components import Fields, Position
from cyrpy.formats.jscontact.names import joined, phonetic_params
from cyrpy.formats.jscontact.params import common, put, written
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.rules import CODE
from cyrpy.formats.vcard.values import label_param

KINDS = (
    "postOfficeBox",
    "apartment",  # the extended address, or what RFC 9554 §2.1 made of it
    "name",  # the street address, or what RFC 9554 §2.1 made of it
    "locality",
    "region",
    "postcode",
    "country",
    "room",
    "apartment",
    "floor",
    "number",
    "name",
    "building",
    "block",
    "subdistrict",
    "district",
    "landmark",
    "direction",
)
FIELDS = {kind: at for at, kind in enumerate(KINDS)}  # the last place of a kind counts
_OLD_FIELDS = {kind: at for at, kind in enumerate(KINDS[:7])}
_EXTENDED, _STREET, _OLD = 1, 2, 7
_GOOGLE = 8  # components, of which the last is the whole address
_IN_EXTENDED = frozenset(FIELDS[kind] for kind in ("room", "floor", "apartment", "building"))
_STREET_KINDS = ("number", "name", "block", "direction", "landmark", "subdistrict", "district")
_IN_STREET = frozenset(FIELDS[kind] for kind in _STREET_KINDS)
_SAID = (("CC", "countryCode"), ("LABEL", "full"), ("GEO", "coordinates"), ("TZ", "timeZone"))
_USED = ("LABEL", "GEO", "TZ", "CC", "JSCOMPS", "PHONETIC", "SCRIPT")
_OFFSET = re.compile(r"([-+])(\d\d):?(\d\d)?")


def positions(line: Line) -> dict[Position, str]:
    """The values of an ADR by where they stand, without those that are there twice."""
    text = line.value
    if "\\" not in text and "," not in text and text.count(";") < _OLD:
        return {(at, 0): field for at, field in enumerate(text.split(";")) if field}
    fields = textvalue.split(text, ";")
    if len(fields) == _GOOGLE:
        fields.pop()
    filled = {at for at, field in enumerate(fields) if field and at >= _OLD}
    found: dict[Position, str] = {}
    for at, field in enumerate(fields[: len(KINDS)]):
        is_again = (at == _STREET and filled & _IN_STREET) or (
            at == _EXTENDED and filled & _IN_EXTENDED
        )
        if field and not is_again:
            for place, value in enumerate(textvalue.unescape_list(field)):
                if value:
                    found[at, place] = value
    return dict(sorted(found.items(), key=_rank)) if filled else found


def _rank(item: tuple[Position, str]) -> tuple[int, Position]:
    """What RFC 9554 added stands where it stood before."""
    at = item[0][0]
    if at in _IN_STREET:
        return _STREET, item[0]
    return _EXTENDED if at in _IN_EXTENDED else at, item[0]


def read(
    line: Line, *, silent: Sequence[str] = ()
) -> tuple[dict[str, Json], list[Position | None]]:
    """The Address that an ADR says, and where each of its components stands."""
    said = common(line, "ADR")
    address: dict[str, Json] = {}
    places: list[Position | None] = []
    found: dict[Position, Json] = {
        place: {"kind": KINDS[place[0]], "value": value} for place, value in positions(line).items()
    }
    params = said.params
    if found:
        order = params.get("JSCOMPS")
        places = components.arranged(address, found, ",".join(order) if order else None)
    if params:
        _say(address, params)
    if line.value.count(";") >= _OLD:
        fields = textvalue.split(line.value, ";")
        if len(fields) == _GOOGLE and fields[-1]:
            address.setdefault("full", textvalue.unescape(fields[-1]))
    return put(address, said, (*_USED, *silent)), places


def _say(address: dict[str, Json], params: Mapping[str, Sequence[str]]) -> None:
    if params.get("LABEL"):
        address["full"] = label_param(params["LABEL"])
    place = ",".join(params.get("GEO", ()))
    if place.lower().startswith("geo:") and is_uri(place):
        address["coordinates"] = place
    if params.get("TZ"):
        zone = time_zone(params["TZ"][0])
        if zone:
            address["timeZone"] = zone
    if params.get("CC") and CODE.fullmatch(params["CC"][0]):
        address["countryCode"] = params["CC"][0].upper()


def time_zone(text: str) -> str | None:
    """The name of a TZ, of an offset in hours too (RFC 9555 §2.8.2)."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return text.strip() or None if "://" not in text else None
    sign, hours, minutes = found.groups()
    offset = int(hours) if sign == "+" else -int(hours)
    if minutes not in (None, "00") or not -12 <= offset <= 14:
        return None
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/UTC"


def write(address: Mapping[str, Json], *, is_v4: bool, altid: str = "1") -> list[Line]:
    """ADR, and for 4.0 an ADR with the phonetics, in the form of 4.0."""
    members = address.get("components", [])
    is_extended = is_v4 or any(
        member["kind"] in FIELDS and member["kind"] not in _OLD_FIELDS for member in members
    )
    fields = Fields(FIELDS if is_extended else _OLD_FIELDS, len(KINDS))
    for member in members:
        fields.put(member)
    params = _params(address, fields)
    if is_extended:
        _repeat(address, members, fields)
    told = components.phonetic_fields(members, fields.positions, len(KINDS)) if is_v4 else []
    if any(told):
        params.setdefault("ALTID", altid)
    lines = [Line.of("ADR", fields.text(len(KINDS) if is_v4 else _OLD), params)]
    if any(told):
        lines.append(
            Line.of("ADR", textvalue.escape_structured(told), phonetic_params(address, altid))
        )
    return lines


def _params(address: Mapping[str, Json], fields: Fields) -> dict[str, Json]:
    params = written(address, is_v4=True)
    for name, key in _SAID:
        if key in address:
            params[name] = address[key]
    if address.get("isOrdered") and "components" in address:
        order = components.Order(address.get("defaultSeparator"), fields.entries)
        params["JSCOMPS"] = components.write(order)
    return params


def _repeat(
    address: Mapping[str, Json], members: Sequence[Mapping[str, Json]], fields: Fields
) -> None:
    """Fill the places that readers know who do not know RFC 9554."""
    for at, group, default in ((_EXTENDED, _IN_EXTENDED, ", "), (_STREET, _IN_STREET, " ")):
        inside = _between(members, group)
        if inside:
            is_ordered = address.get("isOrdered") and at == _STREET
            chosen = inside if is_ordered else [m for m in inside if m["kind"] != "separator"]
            fields.values[at] = [joined(chosen, default)]


def _between(
    members: Sequence[Mapping[str, Json]], group: frozenset[int]
) -> list[Mapping[str, Json]]:
    """The components of a group with the separators that stand between two of them."""
    kept: list[Mapping[str, Json]] = []
    waiting: list[Mapping[str, Json]] = []
    for member in members:
        if member["kind"] == "separator":
            waiting.append(member)
        elif FIELDS.get(member["kind"]) in group:
            kept += waiting if kept else []
            kept.append(member)
            waiting = []
        else:
            waiting = []
    return kept
