"""Parameters of a property as common properties of JSContact, both ways (RFC 9555 §2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from cyrpy.formats.contentline import Line, Params, decode_params
from cyrpy.formats.ical.typed import is_name
from cyrpy.formats.jscontact.patches import Json

CONTEXTS = {"home": "private", "work": "work"}
ADDRESS_CONTEXTS = {**CONTEXTS, "billing": "billing", "delivery": "delivery"}
FEATURES = {
    "cell": "mobile",
    "fax": "fax",
    "main-number": "main-number",
    "main": "main-number",  # Apple
    "pager": "pager",
    "text": "text",
    "textphone": "textphone",
    "video": "video",
    "voice": "voice",
}
_TYPES = {
    **{name: word for word, name in ADDRESS_CONTEXTS.items()},
    **{name: word for word, name in FEATURES.items() if word != "main"},
}
# Said elsewhere: by the value, the key, the localization.
_SILENT = frozenset(("GROUP", "VALUE", "PROP-ID", "X-PROP-ID", "ALTID", "ENCODING", "CHARSET"))
_SHORT = 120  # characters of parameters that are worth remembering


class Common(NamedTuple):
    """What the parameters of a line say in common terms.

    Attributes:
        words: Values of TYPE that are none of it, in lower case.
        params: All parameters, decoded.
    """

    contexts: tuple[str, ...]
    features: tuple[str, ...]
    pref: int | None
    words: tuple[str, ...]
    params: Params


_NOTHING = Common((), (), None, (), {})


def common(line: Line, kind: str = "") -> Common:
    """The common properties of a line; `kind` is "TEL", "ADR", or "" for all others."""
    text = line.param_text
    if not text:
        return _NOTHING
    return _remembered(text, kind) if len(text) <= _SHORT else _common(text, kind)


def _common(text: str, kind: str) -> Common:
    params = decode_params(text)
    known = ADDRESS_CONTEXTS if kind == "ADR" else CONTEXTS
    contexts: list[str] = []
    features: list[str] = []
    words: list[str] = []
    pref = _pref(params.get("PREF"))
    bare = [name.lower() for name, values in params.items() if not values and name != "TYPE"]
    for word in (*_words(params), *bare):
        if word in known:
            contexts.append(known[word])
        elif kind == "TEL" and word in FEATURES:
            features.append(FEATURES[word])
        elif word == "pref":
            pref = pref or 1
        else:
            words.append(word)
    return Common(tuple(contexts), tuple(features), pref, tuple(words), params)


_remembered = lru_cache(maxsize=1024)(_common)


def _words(params: Params) -> list[str]:
    return [
        word
        for value in params.get("TYPE", ())
        for part in value.lower().split(",")
        if (word := part.strip())
    ]


def _pref(values: Sequence[str] | None) -> int | None:
    if values and values[0].isascii() and values[0].isdigit() and len(values[0]) < 4:
        number = int(values[0])
        return number if 1 <= number <= 100 else None
    return None


def put(target: dict[str, Json], said: Common, used: Sequence[str] = ()) -> dict[str, Json]:
    """Add what the parameters say to the object of a line, and the rest as vCardParams.

    Args:
        target: The object, which is returned too.
        said: What `common` gave.
        used: Names of parameters that `target` says already.
    """
    if said is _NOTHING:
        return target
    if said.contexts:
        target["contexts"] = dict.fromkeys(said.contexts, True)
    if said.features:
        target["features"] = dict.fromkeys(said.features, True)
    if said.pref is not None:
        target["pref"] = said.pref
    rest = rest_of(said, used)
    if rest:
        target["vCardParams"] = rest
    return target


def rest_of(said: Common, used: Sequence[str] = ()) -> dict[str, Json]:
    """The parameters that nothing else says (RFC 9555 §2.15.2)."""
    rest: dict[str, Json] = {}
    if said.words and "TYPE" not in used:
        rest["type"] = said.words[0] if len(said.words) == 1 else list(said.words)
    for name, values in said.params.items():
        if name in _SILENT or name == "TYPE" or name in used or not values or not is_name(name):
            continue
        if name == "PREF" and said.pref is not None:
            continue
        rest[name.lower()] = values[0] if len(values) == 1 else list(values)
    return rest


def written(value: Mapping[str, Json], *, is_v4: bool) -> dict[str, Any]:
    """The parameters of a line for the common properties and vCardParams of its object."""
    params: dict[str, Any] = {}
    words = [_TYPES[name] for name in _true(value.get("contexts")) if name in _TYPES]
    words += [_TYPES[name] for name in _true(value.get("features")) if name in _TYPES]
    rest = value.get("vCardParams") or {}
    given = rest.get("type", ())
    words += [word for word in ([given] if isinstance(given, str) else given) if word not in words]
    pref = value.get("pref")
    if pref == 1 and not is_v4:
        words.append("pref")
    elif pref is not None:
        params["PREF"] = str(pref)
    if words:
        params["TYPE"] = words
    for name, values in rest.items():
        if name not in ("type", "group"):
            params.setdefault(name.upper(), values)
    return params


def _true(names: Json) -> list[str]:
    return [name for name, is_set in (names or {}).items() if is_set]
