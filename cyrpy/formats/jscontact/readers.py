"""The properties of a vCard, each into its place in a Card (RFC 9555 §2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact import names, occasions, patches, schema
from cyrpy.formats.jscontact.checks import is_language
from cyrpy.formats.jscontact.makers import ENTRIES, PRONOUNS, made, timestamp
from cyrpy.formats.jscontact.params import common, rest_of
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.reading import Label, Reading, label_text, prop_id
from cyrpy.formats.vcard.upgrade import line_to_v4
from cyrpy.formats.vcard.values import split_types

KINDS = frozenset(("individual", "group", "org", "location", "device", "application"))
GENDERS = frozenset(("animate", "common", "feminine", "inanimate", "masculine", "neuter"))
RELATIONS = {
    "assistant": "agent",
    "brother": "sibling",
    "child": "child",
    "father": "parent",
    "friend": "friend",
    "mother": "parent",
    "parent": "parent",
    "partner": "spouse",
    "sister": "sibling",
    "spouse": "spouse",
}
_SPOUSES = ("X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-KADDRESSBOOK-X-SPOUSENAME")
_PARTS = "ADR BIRTHPLACE DEATHPLACE FN GEO LABEL N SORT-STRING TZ X-ABADR"
_COMBINED = frozenset((*_PARTS.split(), *names.PHONETICS))
_SERVERS = frozenset(("@type", "version", "uid", "vCardProps"))  # what no JSPROP may say


def map_of(name: str) -> str:
    """The map of a Card that a property of vCard goes to, "" if there is none."""
    entry = ENTRIES.get(name)
    if entry is not None:
        return entry.name
    if name in occasions.KINDS:
        return "anniversaries"
    return {"ADR": "addresses", "PRONOUNS": "pronouns"}.get(name, "")


def unknown(reading: Reading, index: int, line: Line) -> None:
    """What JSContact has nothing for."""
    reading.keep(index)


def _nothing(reading: Reading, index: int, line: Line) -> None:
    """VERSION is the server's; X-ABLabel waits for its group."""


def _label(reading: Reading, index: int, line: Line) -> None:
    label = reading.label_of(line)
    if label is None or label.at != index:
        reading.keep(index)


def _part(reading: Reading, index: int, line: Line) -> None:
    reading.parts.setdefault(line.name, []).append((index, line))


def _entry(reading: Reading, index: int, line: Line) -> None:
    entry = ENTRIES[line.name]
    value = entry.make(line, common(line, entry.kind))
    if value is None:
        reading.keep(index)
        return
    if reading.language and "vCardParams" in value:
        _silence(reading, value)
    reading.add(index, entry.name, reading.key(entry.name, entry.prefix, line), value)


def _silence(reading: Reading, value: dict[str, Json]) -> None:
    """LANGUAGE says nothing where it is that of the card."""
    rest = value["vCardParams"]
    if str(rest.get("language", "")).lower() == reading.language.lower():
        del rest["language"]
        if not rest:
            del value["vCardParams"]


def _nicknames(reading: Reading, index: int, line: Line) -> None:
    parts = textvalue.split(line.value) if "," in line.value else ()
    if len(parts) < 2:
        _entry(reading, index, line)
        return
    for part in parts:
        if part.strip():
            _entry(reading, index, Line("NICKNAME", line.param_text, part, None, line.group))
    if not reading.owners[index]:
        reading.keep(index)


def _text(name: str) -> Callable[[Reading, int, Line], None]:
    def read_text(reading: Reading, index: int, line: Line) -> None:
        value = line.text.strip()
        if value and name not in reading.card:
            reading.say(index, name, value)
        else:
            reading.keep(index)

    return read_text


def _language(reading: Reading, index: int, line: Line) -> None:
    value = line.value.strip()
    if is_language(value) and "language" not in reading.card:
        reading.say(index, "language", value)
    else:
        reading.keep(index)


def _timestamp(name: str) -> Callable[[Reading, int, Line], None]:
    def read_timestamp(reading: Reading, index: int, line: Line) -> None:
        value = timestamp(line.value)
        if value and name not in reading.card:
            reading.say(index, name, value)
        else:
            reading.keep(index)

    return read_timestamp


def _kind(reading: Reading, index: int, line: Line) -> None:
    kind = line.text.strip().lower()
    if kind in KINDS and "kind" not in reading.card:
        reading.say(index, "kind", kind)
    else:
        reading.keep(index)


def _shown_as(reading: Reading, index: int, line: Line) -> None:
    """What Apple says of companies."""
    if line.value.strip().upper() == "COMPANY" and "kind" not in reading.card:
        reading.say(index, "kind", "org")
    else:
        reading.keep(index)


def _member(reading: Reading, index: int, line: Line) -> None:
    value = line.text.strip()
    if value:
        reading.add(index, "members", value, True)
    else:
        reading.keep(index)


def _related(reading: Reading, index: int, line: Line) -> None:
    said = common(line)
    is_text = (said.params.get("VALUE") or ("",))[0].lower() == "text"
    value = line.text if is_text or "\\" in line.value else line.value
    rest = rest_of(said, ("TYPE", "LABEL"))
    words = [word for word in split_types(said.params) if word not in ("pref", *schema.RELATIONS)]
    if words:
        rest["type"] = words[0] if len(words) == 1 else words
    kinds = [word for word in said.words if word in schema.RELATIONS]
    _relate(reading, index, value, kinds, rest)


def _relate(
    reading: Reading, index: int, value: str, kinds: list[str], rest: dict[str, Json]
) -> None:
    if not value:
        reading.keep(index)
        return
    relation = dict.fromkeys(kinds, True)
    known = reading.card.get("relatedTo", {}).get(value)
    if known is not None:
        relation = {**known["relation"], **relation}
        rest = {**known.get("vCardParams", {}), **rest}
    found: dict[str, Json] = {"relation": relation}
    if rest:
        found["vCardParams"] = rest
    reading.add(index, "relatedTo", value, found)


def _spouse(reading: Reading, index: int, line: Line) -> None:
    _relate(reading, index, line.text.strip(), ["spouse"], rest_of(common(line)))


def _apple_related(reading: Reading, index: int, line: Line) -> None:
    label = reading.label_of(line)
    word = label_text(label.text).lower() if label else ""
    kinds = [RELATIONS[word]] if word in RELATIONS else []
    _relate(reading, index, line.text.strip(), kinds, rest_of(common(line)))
    _own_label(reading, index, label)


def _own_label(reading: Reading, index: int, label: Label | None) -> None:
    if label is not None and not reading.owners[label.at]:
        reading.owners[label.at] += reading.owners[index][-1:]


def _agent(reading: Reading, index: int, line: Line) -> None:
    """A card in the card stays as it is."""
    if (line.param("VALUE") or "").lower() == "uri":
        _related(reading, index, line_to_v4(line))
    else:
        reading.keep(index)


def _occasion(reading: Reading, index: int, line: Line) -> None:
    kind = occasions.KINDS[line.name]
    found = occasions.read(line, kind)
    if found is None:
        reading.keep(index)
        return
    reading.add(index, "anniversaries", _occasion_key(reading, kind, line), found)


def _occasion_key(reading: Reading, kind: str, line: Line) -> str:
    """One is called by its kind: BDAY is `birth` whatever else there is."""
    given = prop_id(line) if reading.reserved and line.param_text else None
    used = reading.card.get("anniversaries", {})
    if given is not None and given not in used:
        return given
    if kind not in used and ("anniversaries", kind) not in reading.reserved:
        return kind
    return reading.key("anniversaries", kind, line)


def _apple_date(reading: Reading, index: int, line: Line) -> None:
    """X-ABDATE: the label says what it is the date of."""
    label = reading.label_of(line)
    word = label_text(label.text).lower() if label else ""
    found = occasions.read(line, "wedding") if word == "anniversary" else None
    if found is None:
        reading.keep(index)
        return
    reading.add(index, "anniversaries", _occasion_key(reading, "wedding", line), found)
    _own_label(reading, index, label)


def _categories(reading: Reading, index: int, line: Line) -> None:
    words = [word.strip() for word in textvalue.unescape_list(line.value)]
    found = dict.fromkeys(filter(None, words), True)
    if found:
        reading.card.setdefault("keywords", {}).update(found)
    reading.owners[index] += (("keywords",),)


def _gender(reading: Reading, index: int, line: Line) -> None:
    word = line.value.strip().lower()
    speak = reading.card.get("speakToAs", {})
    if word not in GENDERS or "grammaticalGender" in speak:
        reading.keep(index)
        return
    reading.card["speakToAs"] = {"grammaticalGender": word, **speak}
    reading.owners[index] += (("speakToAs", "grammaticalGender"),)


def _pronouns(reading: Reading, index: int, line: Line) -> None:
    value = made(line, PRONOUNS)
    if value is None:
        reading.keep(index)
        return
    if reading.language and "vCardParams" in value:
        _silence(reading, value)
    speak = reading.card.setdefault("speakToAs", {})
    entries = speak.setdefault("pronouns", {})
    given = prop_id(line) if reading.reserved and line.param_text else None
    number = len(entries) + 1
    key = given if given and given not in entries else f"p{number}"
    while key in entries or (("pronouns", key) in reading.reserved and key != given):
        number += 1
        key = f"p{number}"
    entries[key] = value
    reading.owners[index] += (("speakToAs", "pronouns", key),)


def _jsprop(reading: Reading, index: int, line: Line) -> None:
    pointer = (line.param("JSPTR") or "").removeprefix("/")
    root = patches.tokens(pointer)[0]
    try:
        value = orjson.loads(line.text)
    except orjson.JSONDecodeError:
        root = ""
    if not root or root in _SERVERS:
        reading.keep(index)
        return
    reading.jsprops.append((index, pointer, value))
    reading.owners[index] += (("JSPROP", pointer),)


_Reader = Callable[[Reading, int, Line], None]
READERS: Mapping[str, _Reader] = {
    **dict.fromkeys(ENTRIES, _entry),
    **dict.fromkeys(_COMBINED, _part),
    **dict.fromkeys(occasions.KINDS, _occasion),
    "VERSION": _nothing,
    "X-ABLABEL": _label,
    "NICKNAME": _nicknames,
    "UID": _text("uid"),
    "PRODID": _text("prodId"),
    "LANGUAGE": _language,
    "REV": _timestamp("updated"),
    "CREATED": _timestamp("created"),
    "KIND": _kind,
    "X-ADDRESSBOOKSERVER-KIND": _kind,
    "X-ABSHOWAS": _shown_as,
    "MEMBER": _member,
    "X-ADDRESSBOOKSERVER-MEMBER": _member,
    "RELATED": _related,
    "AGENT": _agent,
    **dict.fromkeys(_SPOUSES, _spouse),
    "X-ABRELATEDNAMES": _apple_related,
    "X-ABDATE": _apple_date,
    "CATEGORIES": _categories,
    "GRAMGENDER": _gender,
    "PRONOUNS": _pronouns,
    "JSPROP": _jsprop,
}
