"""Patches whose keys are JSON Pointers without their first slash (RFC 6901, RFC 8984 §1.4.9)."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from cyrpy.errors import FormatError

MAX_TOKENS = 32  # of one pointer
MAX_DEPTH = 64  # of objects in objects

_NESTING = frozenset({dict, list})

Json = dict[str, Any]
Tokens = tuple[str, ...]


def split(pointer: str) -> Tokens:
    """The reference tokens of a pointer.

    Raises:
        FormatError: It is none.
    """
    if "~" not in pointer:
        tokens = tuple(pointer.split("/"))
    else:
        tokens = tuple(map(_unescape, pointer.split("/")))
    if pointer[:1] == "/":
        raise FormatError(f"{pointer[:80]!r}: the first / is implied and must be left out")
    if len(tokens) > MAX_TOKENS:
        raise FormatError(f"{pointer[:80]!r} has more than {MAX_TOKENS} parts")
    return tokens


def join(tokens: Tokens) -> str:
    """The inverse of `split`."""
    return "/".join(map(escape, tokens))


def escape(token: str) -> str:
    """A name as a reference token."""
    return token.replace("~", "~0").replace("/", "~1")


def apply(value: Json, patch: Mapping[str, Any]) -> Json:
    """A patched copy of `value`, which is left as it is; null removes.

    Raises:
        FormatError: A pointer of the patch leads nowhere; nothing is patched then.
    """
    result = dict(value)
    copied: dict[Tokens, Any] = {(): result}
    for pointer, new in patch.items():
        if "/" not in pointer and "~" not in pointer:
            _set(result, pointer, new, pointer)
            continue
        tokens = split(pointer)
        parent: Any = result
        for length in range(1, len(tokens)):
            place = tokens[:length]
            if place not in copied:
                copied[place] = _copy_inside(parent, place[-1], pointer)
            parent = copied[place]
        _set(parent, tokens[-1], new, pointer)
    return result


def diff(before: Mapping[str, Any], after: Mapping[str, Any], whole: Container[str] = ()) -> Json:
    """The smallest patch that makes `after` of `before`; empty if they are alike.

    Args:
        before: Where the patch starts from.
        after: What it makes of it.
        whole: Names whose values are replaced, never patched inside.

    Raises:
        FormatError: They are nested too deep.
    """
    patch: Json = {}
    _Difference(patch, whole).find(before, after, "", MAX_DEPTH)
    return patch


def additions(
    before: Mapping[str, Any], after: Mapping[str, Any], without: Container[str] = ()
) -> Json:
    """What `after` has and `before` lacks, by pointer; values that differ are no addition.

    Args:
        before: Where something may lack.
        after: Where it is.
        without: Names that are not looked at, wherever they are.

    Raises:
        FormatError: They are nested too deep.
    """
    patch: Json = {}
    _additions(before, after, ("", without), patch, MAX_DEPTH)
    return patch


def is_deeper(value: object, depth: int) -> bool:
    """Whether arrays and objects are nested in `value` more than `depth` times."""
    level: list[Any] = [value] if type(value) in _NESTING else []
    for _ in range(depth):
        level = [
            one
            for outer in level
            for one in (outer.values() if type(outer) is dict else outer)
            if type(one) in _NESTING
        ]
        if not level:
            return False
    return True


def clashes(pointers: Mapping[Tokens, object]) -> dict[Tokens, Tokens]:
    """The pointers that go on from where another one ends, and that other one."""
    return {
        tokens: tokens[:length]
        for tokens in pointers
        for length in range(1, len(tokens))
        if tokens[:length] in pointers
    }


def _unescape(token: str) -> str:
    rest = token.replace("~0", "").replace("~1", "")
    if "~" in rest:
        raise FormatError(f"{token[:80]!r}: ~ stands only before 0 or 1")
    return token.replace("~1", "/").replace("~0", "~")


def _copy_inside(parent: Any, name: str, pointer: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(parent, dict) and name in parent:
        key: Any = name
    elif isinstance(parent, list):
        key = _index(parent, name, pointer)
    else:
        raise FormatError(f"{pointer[:200]!r}: {name[:80]!r} does not exist")
    copy: dict[type, Callable[[Any], Any]] = {dict: dict, list: list}
    inside = parent[key]
    if type(inside) not in copy:
        raise FormatError(f"{pointer[:200]!r}: {name[:80]!r} is neither an object nor an array")
    parent[key] = copy[type(inside)](inside)
    return parent[key]


def _set(parent: Any, name: str, new: Any, pointer: str) -> None:  # noqa: ANN401 - JSON
    if isinstance(parent, list):
        if new is None:
            raise FormatError(f"{pointer[:200]!r}: a member of an array cannot be removed")
        parent[_index(parent, name, pointer)] = new
    elif new is None:
        parent.pop(name, None)
    else:
        parent[name] = new


def _index(array: list[Any], name: str, pointer: str) -> int:
    if name.isascii() and name.isdigit() and len(name) < 6 and int(name) < len(array):
        return int(name)
    raise FormatError(f"{pointer[:200]!r}: the array has no member {name[:40]!r}")


class _Difference:
    """Collects what differs."""

    def __init__(self, patch: Json, whole: Container[str]) -> None:
        self.patch = patch
        self.whole = whole

    def find(
        self, before: Mapping[str, Any], after: Mapping[str, Any], prefix: str, depth: int
    ) -> None:
        """Add what differs between two objects at `prefix`."""
        _check(depth)
        for name in before:
            if name not in after:
                self.patch[prefix + escape(name)] = None
        for name, new in after.items():
            old: Any = before.get(name)
            if old == new and type(old) is type(new):
                continue
            key = prefix + escape(name)
            goes_inside = isinstance(old, dict) and isinstance(new, dict) and key
            if goes_inside and name not in self.whole and key.count("/") < MAX_TOKENS - 1:
                self.find(old, new, key + "/", depth - 1)
            else:
                self.patch[key] = new


def _additions(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: tuple[str, Container[str]],
    patch: Json,
    depth: int,
) -> None:
    _check(depth)
    prefix, without = at
    for name, new in after.items():
        if new is None or name in without:
            continue
        key = prefix + escape(name)
        if name not in before:
            patch[key] = new
        elif key and isinstance(before[name], dict) and isinstance(new, dict):
            _additions(before[name], new, (key + "/", without), patch, depth - 1)


def _check(depth: int) -> None:
    if depth < 0:
        raise FormatError(f"objects are nested deeper than {MAX_DEPTH}")
