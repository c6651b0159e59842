"""FN, N and what belongs to them as a Name, both ways (RFC 9555 §2.5.2, §2.5.5, §3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact import components, scripts
from cyrpy.formats.jscontact.checks import is_vendor
from cyrpy.formats.jscontact.components import Fields, Position
from cyrpy.formats.jscontact.params import common, rest_of, written
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.rules import SCRIPT

KINDS = ("surname", "given", "given2", "title", "credential", "surname2", "generation")
FIELDS = {kind: at for at, kind in enumerate(KINDS)}
PHONETICS = {
    "X-PHONETIC-LAST-NAME": "surname",
    "X-PHONETIC-FIRST-NAME": "given",
    "X-PHONETIC-MIDDLE-NAME": "given2",
}
_USED = ("SORT-AS", "JSCOMPS", "PHONETIC", "SCRIPT")
_REPEATED = {0: 5, 4: 6}  # values that are also in the place that RFC 9554 §2.2 made for them


def positions(line: Line) -> dict[Position, str]:
    """The values of an N by where they stand, without those that are there twice."""
    value = line.value
    if "\\" not in value and "," not in value and value.count(";") < 5:
        return {(at, 0): field for at, field in enumerate(value.split(";")) if field}
    fields = textvalue.split(value, ";")
    found: dict[Position, str] = {}
    for at, field in enumerate(fields[: len(KINDS)]):
        if not field:
            continue
        again = _REPEATED.get(at, 99)
        other = textvalue.unescape_list(fields[again]) if again < len(fields) else []
        for place, value in enumerate(textvalue.unescape_list(field)):
            if value and value not in other:
                found[at, place] = value
    return found


def read(
    line: Line, *, silent: Sequence[str] = ()
) -> tuple[dict[str, Json], list[Position | None]]:
    """The Name that an N says, and where each of its components stands."""
    name: dict[str, Json] = {}
    found: dict[Position, Json] = {
        place: {"kind": KINDS[place[0]], "value": value} for place, value in positions(line).items()
    }
    if not found:
        return name, []
    said = common(line)
    params = said.params
    order = params.get("JSCOMPS")
    places = components.arranged(name, found, ",".join(order) if order else None)
    sort_as = params.get("SORT-AS")
    if sort_as:
        words = ",".join(sort_as).split(",")
        kinds = {component["kind"] for component in found.values()}
        name["sortAs"] = {
            kind: word.strip()
            for kind, word in zip(KINDS, words, strict=False)
            if word.strip() and kind in kinds
        }
        if not name["sortAs"]:
            del name["sortAs"]
    rest = rest_of(said, (*_USED, *silent))
    if rest:
        name["vCardParams"] = rest
    return name, places


def system(line: Line) -> dict[str, Json]:
    """The phonetic system and script of a line (RFC 9555 §2.3.15)."""
    found: dict[str, Json] = {}
    given = (line.param("PHONETIC") or "").lower()
    if given in ("ipa", "jyut", "piny") or is_vendor(given):
        found["phoneticSystem"] = given
    script = line.param("SCRIPT")
    if script and SCRIPT.fullmatch(script):
        found["phoneticScript"] = script
    return found


def add_apple(name: dict[str, Json], kind: str, text: str) -> bool:
    """Take up an X-PHONETIC line of Apple's; False if there is no such component."""
    for component in name.get("components", []):
        if component["kind"] == kind and "phonetic" not in component:
            component["phonetic"] = text
            if "phoneticScript" not in name and "phoneticSystem" not in name:
                name["phoneticScript"] = scripts.script(text)
            return True
    return False


def full(name: Mapping[str, Json]) -> str:
    """The full name that components make (RFC 9555 §3.1)."""
    members = name.get("components", [])
    if name.get("isOrdered"):
        return joined(members, name.get("defaultSeparator", " "))
    by_kind = {kind: [m["value"] for m in members if m["kind"] == kind] for kind in KINDS}
    order = ("title", "given", "given2", "surname", "surname2", "generation", "credential")
    return " ".join(value for kind in order for value in by_kind[kind] if value)


def joined(members: Sequence[Mapping[str, Json]], default: str) -> str:
    """Ordered components as one text."""
    text = ""
    separator = ""
    for member in members:
        if member["kind"] == "separator":
            separator = member["value"]
        else:
            text += (separator if text else "") + member["value"]
            separator = default
    return text


def write(name: Mapping[str, Json], *, is_v4: bool) -> list[Line]:
    """FN and N, and an N with the phonetics; in the form of 4.0 but for those."""
    members = name.get("components", [])
    given = name.get("full")
    lines = []
    if given is not None:
        lines.append(Line.of("FN", textvalue.escape(given)))
    else:
        derived = {"DERIVED": "TRUE"} if members else {}
        lines.append(Line.of("FN", textvalue.escape(full(name)), derived))
    if members:
        lines += _structured(name, members, is_v4=is_v4)
    return lines


def _structured(
    name: Mapping[str, Json], members: Sequence[Mapping[str, Json]], *, is_v4: bool
) -> list[Line]:
    fields = Fields(FIELDS, len(KINDS))
    for member in members:
        fields.put(member)
    for at, again in _REPEATED.items():
        fields.values[at] += fields.values[again]
    params = written(name, is_v4=is_v4)
    if name.get("isOrdered"):
        order = components.Order(name.get("defaultSeparator"), fields.entries)
        params["JSCOMPS"] = components.write(order)
    sort_as = name.get("sortAs") or {}
    is_apart = not is_v4 and sort_as.keys() == {"surname"}
    if sort_as and not is_apart:
        words = [sort_as.get(kind, "") for kind in KINDS]
        params["SORT-AS"] = ",".join(words).rstrip(",")
    told = components.phonetic_fields(members, fields.positions, len(KINDS))
    has_phonetic = any(told)
    if has_phonetic and is_v4:
        params.setdefault("ALTID", "1")
    lines = [Line.of("N", fields.text(len(KINDS) if is_v4 else 5), params)]
    if is_apart:
        lines.append(Line.of("SORT-STRING", textvalue.escape(sort_as["surname"])))
    if has_phonetic:
        lines += _phonetics(name, told, is_v4=is_v4)
    return lines


def _phonetics(name: Mapping[str, Json], told: list[list[str]], *, is_v4: bool) -> list[Line]:
    if not is_v4:
        return [
            Line.of(apple, textvalue.escape(" ".join(told[FIELDS[kind]])))
            for apple, kind in PHONETICS.items()
            if told[FIELDS[kind]]
        ]
    return [Line.of("N", textvalue.escape_structured(told), phonetic_params(name))]


def phonetic_params(said: Mapping[str, Json], altid: str = "1") -> dict[str, str]:
    """The parameters of a line that says how to pronounce another (RFC 9554 §4.6)."""
    params = {"ALTID": altid, "PHONETIC": said.get("phoneticSystem", "script")}
    if said.get("phoneticScript"):
        params["SCRIPT"] = said["phoneticScript"]
    return params
