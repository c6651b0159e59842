"""Lines in other languages, and lines that say how to pronounce others (RFC 9555 §2.3.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact import addresses, names, patches
from cyrpy.formats.jscontact.checks import is_language
from cyrpy.formats.jscontact.components import Position
from cyrpy.formats.jscontact.makers import ENTRIES, PRONOUNS, made
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.reading import Reading, Unit, values_of

SINGLE = frozenset(("FN", "N", "GRAMGENDER"))
MULTIPLE = frozenset(("ADR", "NICKNAME", "NOTE", "ORG", "PRONOUNS", "ROLE", "TITLE"))
_NAMES = SINGLE | MULTIPLE
MAX_LINES = 500  # in other languages; any more are kept as they are
_SAME = frozenset(("contexts", "pref", "vCardParams", "kind", "organizationId"))
_NAME_KEYS = ("components", "isOrdered", "defaultSeparator", "sortAs")
Key = tuple[str, str | None]


def later(reading: Reading, tagged: Sequence[int]) -> set[int]:
    """Which of the lines with LANGUAGE or PHONETIC are alternatives to others.

    Sets the language of the card from FN, if nothing else says it.
    """
    lines = reading.lines
    if not reading.language:
        _infer(reading)
    main = reading.language.lower()
    waiting: dict[int, Key] = {}
    for index in tagged:
        line = lines[index]
        language = line.param("LANGUAGE") or ""
        if line.name in _NAMES and (
            "PHONETIC" in line.params or (is_language(language) and language.lower() != main)
        ):
            waiting[index] = _key(line)
    wanted = set(waiting.values())
    bases = {
        _key(line)
        for index, line in enumerate(lines)
        if index not in waiting and line.name in _NAMES and _key(line) in wanted
    }
    found = [
        index
        for index, key in waiting.items()
        if key in bases and (key[0] in SINGLE or key[1] is not None)
    ]
    return set(found[:MAX_LINES])


def _infer(reading: Reading) -> None:
    tags = [line.param("LANGUAGE") for line in reading.lines if line.name == "FN"]
    if tags and tags[0] and None not in tags and is_language(tags[0]):
        reading.language = reading.card["language"] = tag(tags[0])


def tag(text: str) -> str:
    """A language tag in the usual case (RFC 5646 §2.1.1)."""
    first, *rest = text.strip().split("-")
    sizes = {4: str.title, 2: str.upper}
    return "-".join([first.lower(), *(sizes.get(len(part), str.lower)(part) for part in rest)])


def _key(line: Line) -> Key:
    return line.name, None if line.name in SINGLE else line.param("ALTID")


def read(reading: Reading, indexes: Sequence[int]) -> None:
    """Take up the alternatives, once everything else has been read."""
    bases: dict[Key, Unit] = {}
    waiting = set(indexes)
    for index, line in enumerate(reading.lines):
        if line.name in _NAMES and index not in waiting and reading.owners[index]:
            bases.setdefault(_key(line), reading.owners[index][0])
    for index in indexes:
        line = reading.lines[index]
        unit = bases.get(_key(line))
        base = values_of(reading.card, unit) if unit else None
        if unit is None or base is None or not _take(reading, index, unit, base):
            reading.keep(index)


def _take(reading: Reading, index: int, unit: Unit, base: Json) -> bool:
    line = reading.lines[index]
    language = line.param("LANGUAGE") or ""
    is_phonetic = "PHONETIC" in line.params
    if is_phonetic and language.lower() in ("", reading.language.lower()):
        return _pronounce(reading, index, unit, base)
    if not is_language(language):
        return False
    patch = _pronunciation(reading, line, unit, base) if is_phonetic else _other(line, unit, base)
    known = reading.card.get("localizations", {}).get(tag(language), {})
    if patch is None or _collide(known, patch):
        return False
    if patch:
        reading.card.setdefault("localizations", {})[tag(language)] = known | patch
    reading.owners[index] += (("localizations", tag(language), patches.pointer(unit)),)
    return True


def _collide(known: Mapping[str, Json], patch: Mapping[str, Json]) -> bool:
    return any(
        path == other or path.startswith(other + "/") or other.startswith(path + "/")
        for path in patch
        for other in known
    )


def _other(line: Line, unit: Unit, base: Json) -> patches.Patch | None:
    """The patch that a line in another language makes."""
    prefix = patches.pointer(unit)
    if line.name == "FN":
        return {f"{prefix}/full": line.text}
    if line.name == "GRAMGENDER":
        return {prefix: line.value.strip().lower()}
    if line.name == "N":
        found, _ = names.read(line)
        # A name that says nothing would leave none at all, which no Card may have.
        return _restricted(base, found, prefix, _NAME_KEYS) if found.get("components") else None
    if line.name == "ADR":
        value: Json = addresses.read(line)[0]
    else:
        value = made(line, PRONOUNS if line.name == "PRONOUNS" else ENTRIES[line.name])
    if value is None:
        return None
    return _restricted(base, value, prefix, [key for key in {**base, **value} if key not in _SAME])


def _restricted(
    base: Mapping[str, Json], found: Mapping[str, Json], prefix: str, keys: Sequence[str]
) -> patches.Patch:
    return patches.diff(
        {key: base[key] for key in keys if key in base},
        {key: found[key] for key in keys if key in found},
        prefix + "/",
    )


def _places(reading: Reading, unit: Unit) -> Sequence[Position | None]:
    return reading.name_places if unit == ("name",) else reading.address_places.get(unit[-1], ())


def _told(reading: Reading, line: Line, unit: Unit, base: Json) -> list[tuple[int, str]]:
    said = names.positions(line) if line.name == "N" else addresses.positions(line)
    places = _places(reading, unit)
    return [
        (index, said[place])
        for index, place in enumerate(places[: len(base.get("components", ()))])
        if place is not None and place in said
    ]


def _pronunciation(reading: Reading, line: Line, unit: Unit, base: Json) -> patches.Patch | None:
    prefix = patches.pointer(unit)
    told = _told(reading, line, unit, base)
    patch: patches.Patch = {f"{prefix}/{key}": v for key, v in names.system(line).items()}
    if not told or not patch:
        return None
    return patch | {f"{prefix}/components/{at}/phonetic": text for at, text in told}


def _pronounce(reading: Reading, index: int, unit: Unit, base: Json) -> bool:
    """Phonetics in the language of the card itself."""
    line = reading.lines[index]
    system = names.system(line)
    told = _told(reading, line, unit, base)
    if not told or not system or "phoneticSystem" in base or "phoneticScript" in base:
        return False
    base |= system
    for at, text in told:
        base["components"][at]["phonetic"] = text
    reading.owners[index] += (unit,)
    return True
