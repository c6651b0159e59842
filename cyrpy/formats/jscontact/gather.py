"""What only several lines of a vCard say together: the name, addresses, labels, titles."""

from __future__ import annotations

from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact import addresses, names, occasions
from cyrpy.formats.jscontact.checks import is_uri
from cyrpy.formats.jscontact.makers import ENTRIES
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.reading import Reading, label_text, values_of
from cyrpy.formats.jscontact.rules import CODE
from cyrpy.formats.vcard.values import types

LABELLED = frozenset(entry.name for entry in ENTRIES.values() if entry.has_label)

NAME = ("name",)


def name(reading: Reading) -> None:
    """FN, N, SORT-STRING and X-PHONETIC-… make the name (RFC 9555 §2.5.2, §2.5.5)."""
    found: dict[str, Json] = {}
    structured = reading.parts.get("N", ())
    if structured:
        index, line = structured[0]
        found, reading.name_places = names.read(line, silent=_silent(reading, line))
        reading.owners[index] += (NAME,)
        for index, _ in structured[1:]:
            reading.keep(index)
    _full(reading, found)
    for index, line in reading.parts.get("SORT-STRING", ()):
        kinds = [component["kind"] for component in found.get("components", ())]
        if "surname" in kinds and "sortAs" not in found:
            found["sortAs"] = {"surname": line.text}
            reading.owners[index] += (NAME,)
        else:
            reading.keep(index)
    _phonetics(reading, found)
    if found:
        reading.card["name"] = found


def _phonetics(reading: Reading, found: dict[str, Json]) -> None:
    for apple, kind in names.PHONETICS.items():
        for index, line in reading.parts.get(apple, ()):
            if line.value and names.add_apple(found, kind, line.text):
                reading.owners[index] += (NAME,)
            else:
                reading.keep(index)


def _full(reading: Reading, found: dict[str, Json]) -> None:
    given = reading.parts.get("FN", ())
    if not given:
        return
    best = given[0]
    if len(given) > 1:
        best = min(given, key=lambda one: len(one[1].params))
    for index, _ in given:
        if index != best[0]:
            reading.keep(index)
    index, line = best
    reading.owners[index] += (NAME,)
    is_derived = bool(line.param_text) and (line.param("DERIVED") or "").lower() == "true"
    if line.value and not is_derived:  # of what is derived RFC 9554 §4.4 asks nothing
        found["full"] = line.text


def _silent(reading: Reading, line: Line) -> tuple[str, ...]:
    """LANGUAGE says nothing where it is that of the card."""
    if not reading.language or not line.param_text:
        return ()
    given = line.param("LANGUAGE")
    return ("LANGUAGE",) if given and given.lower() == reading.language.lower() else ()


def address_lines(reading: Reading) -> None:
    """ADR, LABEL, GEO, TZ and X-ABADR make addresses (RFC 9555 §2.6.1, §2.8.3)."""
    parts = reading.parts
    by_group: dict[str | None, list[str]] = {}
    by_kinds: dict[tuple[str | None, frozenset[str]], list[str]] = {}
    for index, line in parts.get("ADR", ()):
        key = reading.key("addresses", "a", line)
        found, places = addresses.read(line, silent=_silent(reading, line))
        reading.address_places[key] = places
        reading.add(index, "addresses", key, found)
        by_group.setdefault(line.group, []).append(key)
        if "LABEL" in parts:
            by_kinds.setdefault((line.group, frozenset(types(line))), []).append(key)
    for index, line in parts.get("LABEL", ()):
        keys = by_kinds.get((line.group, frozenset(types(line))), [])
        _address(reading, index, line, keys.pop(0) if keys else None, {"full": line.text})
    _places(reading, by_group)
    for index, line in parts.get("X-ABADR", ()):
        keys = by_group.get(line.group, [])
        code = line.value.strip()
        if line.group and len(keys) == 1 and CODE.fullmatch(code):
            _address(reading, index, line, keys[0], {"countryCode": code.upper()})
        else:
            reading.keep(index)
    _drop_empty(reading)


def _places(reading: Reading, by_group: dict[str | None, list[str]]) -> None:
    made: dict[str | None, str] = {}
    for name in ("GEO", "TZ"):
        for index, line in reading.parts.get(name, ()):
            said = _place(line)
            if said is None:
                reading.keep(index)
                continue
            keys = by_group.get(line.group, [])
            key = keys[0] if len(keys) == 1 else made.get(line.group)
            made[line.group] = _address(reading, index, line, key, said)


def _place(line: Line) -> dict[str, Json] | None:
    kind = (line.param("VALUE") or "").lower()
    if line.name == "GEO":
        is_geo = line.value.lower().startswith("geo:") and is_uri(line.value)
        return {"coordinates": line.value} if is_geo else None
    zone = addresses.time_zone(line.text) if kind != "uri" else None
    return {"timeZone": zone} if zone else None


def _address(
    reading: Reading, index: int, line: Line, key: str | None, said: dict[str, Json]
) -> str:
    """Add to an address, or make one."""
    if key is None or any(name in reading.card["addresses"][key] for name in said):
        key = reading.key("addresses", "a", line)
        reading.add(index, "addresses", key, said)
    else:
        reading.card["addresses"][key] |= said
        reading.owners[index] += (("addresses", key),)
    return key


def _drop_empty(reading: Reading) -> None:
    """An address that says nothing is none (RFC 9553 §2.5.1.1); its line stays as it is."""
    found = reading.card.get("addresses")
    if not found:
        return
    said = ("components", "full", "coordinates", "timeZone", "countryCode")
    for key in [key for key, value in found.items() if not any(name in value for name in said)]:
        del found[key]
    if not found:
        del reading.card["addresses"]


def occasion_places(reading: Reading) -> None:
    """BIRTHPLACE and DEATHPLACE belong to the anniversary of their kind."""
    for name, kind in occasions.PLACES.items():
        for index, line in reading.parts.get(name, ()):
            said = occasions.place(line)
            anniversaries = reading.card.get("anniversaries", {})
            key = next((k for k, v in anniversaries.items() if v["kind"] == kind), None)
            if said is None or key is None or "place" in anniversaries[key]:
                reading.keep(index)
            else:
                anniversaries[key]["place"] = said
                reading.owners[index] += (("anniversaries", key),)


def members(reading: Reading) -> None:
    """Only a group has members (RFC 9553 §2.1.6); others keep the lines."""
    if reading.card.get("kind") == "group":
        return
    del reading.card["members"]
    for index, owners in enumerate(reading.owners):
        if owners and owners[0][0] == "members":
            reading.owners[index] = ()
            reading.keep(index)


def labels(reading: Reading) -> None:
    """X-ABLabel is the label of what is in its group (RFC 9555 §2.11.11)."""
    for group, label in reading.labels.items():
        if reading.owners[label.at] or not label.text:  # Google writes empty ones
            continue
        for index in reading.groups[group]:
            unit = reading.owners[index][0] if reading.owners[index] else ()
            if len(unit) == 2 and unit[0] in LABELLED:
                values_of(reading.card, unit)["label"] = label_text(label.text)
                reading.owners[label.at] += (unit,)
                break
        else:
            reading.keep(label.at)


def titles(reading: Reading) -> None:
    """A title in one group with one ORG is held there (RFC 9555 §2.9.6)."""
    if "titles" not in reading.card or "organizations" not in reading.card:
        return
    for members in reading.groups.values():
        units = [reading.owners[index][0] for index in members if reading.owners[index]]
        held = [unit[1] for unit in units if unit[0] == "organizations"]
        if len(held) == 1:
            for unit in units:
                if unit[0] == "titles":
                    reading.card["titles"][unit[1]]["organizationId"] = held[0]
