"""The parts of a Card that lines of a vCard say on their own, and the form they are compared in."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import orjson

from cyrpy.formats.jscontact import patches
from cyrpy.formats.jscontact.localized import tag
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.reading import Unit

_MAPS = """
    nicknames organizations titles emails onlineServices phones preferredLanguages calendars
    schedulingAddresses addresses cryptoKeys directories links media anniversaries notes
    personalInfo members relatedTo
"""
MAPS = frozenset(_MAPS.split())
IDS = MAPS - {"members", "relatedTo"}  # maps whose keys are Ids
WHOLE = frozenset(("uid", "kind", "prodId", "created", "updated", "language", "name", "keywords"))
_TOP = MAPS | WHOLE | {"speakToAs"}
_OPAQUE = frozenset(("vCardProps", "vCardParams", "localizations"))
_SETS = frozenset(("contexts", "features", "relation", "sortAs", "vCardParams", "pronouns"))


def normal(card: Mapping[str, Any]) -> dict[str, Any]:
    """A valid Card in the one form that equal Cards have.

    Left out are properties that say what is so anyway: `@type` where it is implied, defaults,
    empty maps. A Card of version 1.0 is one of 2.0 (RFC 9982 §3).
    """
    made: dict[str, Any] = {"@type": "Card", "version": "2.0"}
    for key, value in card.items():
        if key in ("@type", "version"):
            continue
        if key in _TOP:
            value = _known(value, key)  # noqa: PLW2901
            if value is None or value == {}:
                continue
        elif key == "vCardProps":
            value = [one for one in value if one[0].lower() != "version"]  # noqa: PLW2901
        elif key == "localizations":
            value = {tag(name): dict(patch) for name, patch in value.items() if patch}  # noqa: PLW2901
        if value is not None and (value or key not in _OPAQUE):
            made[key] = value
    _add_defaults(made)
    return made


def _known(value: Json, key: str) -> Json:
    if isinstance(value, list):
        return [_known(one, key) for one in value]
    if not isinstance(value, dict) or ":" in key:
        return value
    made = {}
    for name, inside in value.items():
        if (
            inside is None
            or (name == "@type" and inside != "Timestamp")
            or (name == "isOrdered" and inside is False)
            or (name in _SETS and inside == {} and name != "relation")
        ):
            continue
        made[name] = inside if name in _OPAQUE else _known(inside, name)
    if key == "date" and "utc" in made:
        made["@type"] = "Timestamp"
    return made


def _add_defaults(card: dict[str, Any]) -> None:
    for title in card.get("titles", {}).values():
        title.setdefault("kind", "title")
    for related in card.get("relatedTo", {}).values():
        related.setdefault("relation", {})
    for address in card.get("addresses", {}).values():
        if "countryCode" in address:
            address["countryCode"] = address["countryCode"].upper()


def units(card: Mapping[str, Any]) -> dict[Unit, Json]:
    """The parts by where they are; what no line says (vendor-specific properties) is not there."""
    found: dict[Unit, Json] = {}
    for key, value in card.items():
        if key in MAPS:
            found |= {(key, name): inside for name, inside in value.items()}
        elif key in WHOLE:
            found[(key,)] = value
    speak = card.get("speakToAs", {})
    if "grammaticalGender" in speak:
        found["speakToAs", "grammaticalGender"] = speak["grammaticalGender"]
    for name, inside in speak.get("pronouns", {}).items():
        found["speakToAs", "pronouns", name] = inside
    for language, patch in card.get("localizations", {}).items():
        for path, inside in patch.items():
            unit = ("localizations", language, patches.pointer(root(path)))
            found.setdefault(unit, {})[path] = inside
    return found


def root(path: str) -> Unit:
    """The part of a Card that a patch is about."""
    keys = patches.tokens(path)
    if keys[0] in MAPS:
        return tuple(keys[:2])
    if keys[0] == "speakToAs":
        return tuple(keys[:3] if keys[1:2] == ["pronouns"] else keys[:2])
    return tuple(keys[:1]) if keys[0] in WHOLE else tuple(keys)


def props(card: Mapping[str, Any]) -> dict[Unit, Json]:
    """The members of vCardProps, called by their place."""
    return {("vCardProps", str(index)): one for index, one in enumerate(card.get("vCardProps", ()))}


def same_props(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[Unit, Json]:
    """The members of vCardProps of `new`, each called as the equal one of `old` if there is one."""
    free: dict[bytes, deque[Unit]] = {}
    for unit, one in props(old).items():
        free.setdefault(orjson.dumps(one), deque()).append(unit)
    found: dict[Unit, Json] = {}
    for unit, one in props(new).items():
        places = free.get(orjson.dumps(one))
        found[places.popleft() if places else ("vCardProps", f"new{unit[1]}")] = one
    return found


def comparable(card: Mapping[str, Any]) -> dict[str, Json]:
    """A Card without what may differ: vCardName, and the order of components that have none."""
    made = {key: _without_names(value) for key, value in card.items()}
    patched = " ".join(path for patch in card.get("localizations", {}).values() for path in patch)
    if "/components/" not in patched:  # which counts them
        holders = [made["name"]] if "name" in made else []
        for value in (*holders, *made.get("addresses", {}).values()):
            if "components" in value and not value.get("isOrdered"):
                value["components"] = sorted(value["components"], key=_by_kind)
    return made


def _by_kind(component: Mapping[str, Json]) -> tuple[str, str]:
    return component["kind"], component["value"]


def _without_names(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_names(one) for key, one in value.items() if key != "vCardName"}
    return value
