"""PatchObjects: what differs between two JSON objects, and how it is applied (RFC 9553 §1.4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cyrpy.errors import FormatError

Json = Any  # a JSON value
Patch = dict[str, Json]

MAX_DEPTH = 32  # of objects in objects


def escape(token: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901 §3)."""
    return token.replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> list[str]:
    """The keys that a pointer names; a leading solidus does not matter."""
    parts = pointer.removeprefix("/").split("/")
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def pointer(path: Sequence[str]) -> str:
    """The pointer to the value under these keys."""
    return "/".join(map(escape, path))


def diff(old: Mapping[str, Json], new: Mapping[str, Json], prefix: str = "") -> Patch:
    """The patch that makes `new` of `old`; it never reaches into an array."""
    patch: Patch = {}
    for key in old:
        if key not in new:
            patch[prefix + escape(key)] = None
    for key, value in new.items():
        path = prefix + escape(key)
        before = old.get(key)
        if key not in old:
            patch[path] = value
        elif before != value or type(before) is not type(value):
            if isinstance(before, dict) and isinstance(value, dict) and before:
                patch |= diff(before, value, path + "/")
            else:
                patch[path] = value
    return patch


def apply(target: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
    """A copy of `target` with the whole patch applied; what is not touched is shared.

    Raises:
        FormatError: The patch is not valid for `target` (RFC 9553 §1.4.3); nothing is applied.
    """
    check_prefixes(patch)
    result = dict(target)
    copied: set[tuple[str, ...]] = set()
    for path, value in patch.items():
        keys = tokens(path)
        if len(keys) > MAX_DEPTH:
            raise FormatError(f"{path[:80]}: the path is too long")
        _set(_parent(result, keys, copied), keys[-1], value, path)
    return result


def check_prefixes(patch: Mapping[str, Json]) -> None:
    """That no path leads through another.

    Raises:
        FormatError: One does.
    """
    previous: list[str] | None = None
    for keys in sorted(tokens(path) for path in patch):
        if previous is not None and keys[: len(previous)] == previous:
            raise FormatError(f"{pointer(keys)[:80]}: another patch replaces what it leads through")
        previous = keys


def _parent(result: dict[str, Json], keys: list[str], copied: set[tuple[str, ...]]) -> Json:
    """The object or array that holds the last key, copied on the way where it is not yet."""
    here: Json = result
    for depth, key in enumerate(keys[:-1], 1):
        at = _key(here, key)
        inside = here[at]
        path = tuple(keys[:depth])
        if path not in copied:
            inside = dict(inside) if isinstance(inside, dict) else _list(inside, key)
            here[at] = inside
            copied.add(path)
        here = inside
    return here


def _list(inside: Json, key: str) -> list[Json]:
    if not isinstance(inside, list):
        raise FormatError(f"{key[:80]}: it is neither an object nor an array")
    return list(inside)


def _key(here: Json, key: str) -> Json:
    if isinstance(here, dict):
        if key not in here:
            raise FormatError(f"{key[:80]}: there is no such property")
        return key
    if key.isascii() and key.isdigit() and len(key) < 10 and int(key) < len(here):
        return int(key)
    raise FormatError(f"{key[:80]}: there is no such member of the array")


def _set(parent: Json, key: str, value: Json, path: str) -> None:
    if isinstance(parent, list):
        if value is None:
            raise FormatError(f"{path[:80]}: members of an array cannot be removed")
        parent[_key(parent, key)] = value
    elif value is None:
        parent.pop(key, None)
    else:
        parent[key] = value


def under(patch: Mapping[str, Json], root: Sequence[str]) -> Iterator[tuple[str, Json]]:
    """Those patches that change what is at `root` or inside of it."""
    prefix = pointer(root)
    for path, value in patch.items():
        if path == prefix or path.startswith(prefix + "/"):
            yield path, value
