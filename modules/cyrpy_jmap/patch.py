"""PatchObject (RFC 8620 §5.3): keys are JSON Pointers without their first slash."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json

MAX_TOKENS: Final = 64
_BAD_ESCAPE: Final = re.compile(r"~(?![01])")

Tokens = tuple[str, ...]
# The default of a top-level property; KeyError if it has none.
Defaults = Callable[[str], Any]


def apply(current: Json, patch: Mapping[str, Any], default: Defaults) -> Json:
    """A patched copy of `current`, which is left as it is.

    Raises:
        SetError: `invalidPatch`, with every pointer that breaks a rule and which rule.
    """
    pointers, wrong = _pointers(patch)
    result = dict(current)
    copied: dict[Tokens, Json] = {(): result}
    for tokens, value in pointers.items():
        try:
            parent = _parent(tokens, copied, default)
        except ValueError as exc:
            wrong["/".join(tokens)] = str(exc)
            continue
        _assign(parent, tokens, value, default)
    if wrong:
        raise SetError(
            "invalidPatch",
            "; ".join(f"{pointer[:200]}: {reason}" for pointer, reason in wrong.items()),
            wrong,
        )
    return result


def _pointers(patch: Mapping[str, Any]) -> tuple[dict[Tokens, Any], dict[str, str]]:
    """Values by pointer, and what is wrong with pointers by themselves."""
    pointers: dict[Tokens, Any] = {}
    wrong: dict[str, str] = {}
    for key, value in patch.items():
        tokens = tuple(part.replace("~1", "/").replace("~0", "~") for part in key.split("/"))
        if key[:1] == "/":
            wrong[key] = "the first / is implied and must be left out"
        elif _BAD_ESCAPE.search(key):
            wrong[key] = "~ stands only before 0 or 1"
        elif len(tokens) > MAX_TOKENS:
            wrong[key] = f"more than {MAX_TOKENS} parts"
        elif tokens in pointers:
            wrong[key] = "another key of the patch points to the same place"
        else:
            pointers[tokens] = value
    wrong |= _prefixes(pointers)
    return {tokens: v for tokens, v in pointers.items() if "/".join(tokens) not in wrong}, wrong


def _prefixes(pointers: Mapping[Tokens, Any]) -> dict[str, str]:
    """The pointers that go on from where another one ends."""
    return {
        "/".join(tokens): f"{'/'.join(tokens[:length])} is patched as well, which contains it"
        for tokens in pointers
        for length in range(1, len(tokens))
        if tokens[:length] in pointers
    }


def _parent(tokens: Tokens, copied: dict[Tokens, Json], default: Defaults) -> Json:
    """The object that the last part of a pointer is in, copied on the way there.

    Raises:
        ValueError: a part before the last does not exist, or is no object.
    """
    parent = copied[()]
    for length in range(1, len(tokens)):
        place = tokens[:length]
        if place not in copied:
            copied[place] = parent[place[-1]] = dict(_step(parent, place, default))
        parent = copied[place]
    return parent


def _step(parent: Json, place: Tokens, default: Defaults) -> Json:
    name = place[-1]
    if name in parent:
        value = parent[name]
    else:
        try:
            value = default(name) if len(place) == 1 else None
        except KeyError:
            value = None
        if value is None:
            raise ValueError(f"{'/'.join(place)} does not exist")
    if isinstance(value, list):
        raise ValueError(f"{'/'.join(place)} is an array, which can only be replaced as a whole")
    if not isinstance(value, dict):
        raise ValueError(f"{'/'.join(place)} is no object")
    return value


def _assign(parent: Json, tokens: Tokens, value: Any, default: Defaults) -> None:  # noqa: ANN401
    """Set or remove one member; null means the default, or removal."""
    name = tokens[-1]
    if value is not None:
        parent[name] = value
        return
    try:
        if len(tokens) > 1:
            raise KeyError(name)
        parent[name] = default(name)
    except KeyError:
        parent.pop(name, None)
