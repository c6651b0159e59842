"""Result references (RFC 8620 §3.7): `"#ids": {"resultOf": …, "name": …, "path": "/list/*/id"}`.

What references bring in is weighed: they can be chained so that each call doubles its arguments,
and fifty calls would then hold more than any memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Response

MAX_TOKENS: Final = 64
MAX_DEPTH: Final = 128  # of arguments; the JSON writer gives up at 254
NODE: Final = 8  # octets that one value is taken for, beside its text


class Budget:
    """How many octets references may still bring in during one request."""

    def __init__(self, octets: int) -> None:
        self.octets = octets
        self._left = octets

    def spend(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Count `value`.

        Raises:
            MethodError: `invalidResultReference` if it is too much, or nested too deeply.
        """
        level = [value]
        depth = 0
        while level:
            depth += 1
            if depth > MAX_DEPTH:
                raise _failure(f"the value is nested more than {MAX_DEPTH} deep")
            level = self._count(level)

    def _count(self, level: list[Any]) -> list[Any]:
        below: list[Any] = []
        for value in level:
            self._left -= NODE + (len(value) if isinstance(value, str) else 0)
            if self._left < 0:
                raise _failure(
                    f"references may bring in {self.octets} octets (maxSizeRequest) in one request"
                )
            if isinstance(value, dict):
                self._left -= sum(map(len, value))
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        return below


def referenced_calls(arguments: Arguments) -> set[str]:
    """The call ids whose responses these arguments refer to."""
    return {
        value["resultOf"]
        for name, value in arguments.items()
        if name[:1] == "#" and isinstance(value, dict) and isinstance(value.get("resultOf"), str)
    }


def resolve(arguments: Arguments, responses: Sequence[Response], budget: Budget) -> Arguments:
    """The arguments with each `#name` replaced by what it refers to.

    Raises:
        MethodError: `invalidResultReference` if one fails, `invalidArguments` if an argument is
            given both ways.
    """
    resolved: Arguments = {}
    for name, value in arguments.items():
        if name[:1] != "#":
            resolved[name] = value
            continue
        plain = name[1:]
        if plain in arguments:
            raise MethodError(
                "invalidArguments",
                f"{plain} is given twice: as itself and as the reference {name}",
                arguments=[plain],
            )
        found = _follow(name, value, responses)
        budget.spend(found)
        resolved[plain] = found
    return resolved


def _follow(name: str, reference: Any, responses: Sequence[Response]) -> Any:  # noqa: ANN401
    """What one ResultReference stands for."""
    if not isinstance(reference, dict):
        raise _failure(f"{name} must be an object with resultOf, name and path")
    call_id, response_name, path = map(reference.get, ("resultOf", "name", "path"))
    if not (isinstance(call_id, str) and isinstance(response_name, str) and isinstance(path, str)):
        raise _failure(f"{name} must have resultOf, name and path, each a string")
    response = next((r for r in responses if r.call_id == call_id), None)
    if response is None:
        raise _failure(f"{name}: no call before this one has the id {call_id!r}")
    if response.name != response_name:
        raise _failure(
            f"{name}: the first response to {call_id!r} is {response.name}, not {response_name!r}"
        )
    return _evaluate(response.arguments, _tokens(name, path), name)


def _tokens(name: str, path: str) -> list[str]:
    """The parts of a JSON Pointer, unescaped (RFC 6901 §3)."""
    if not path:
        return []
    if path[0] != "/":
        raise _failure(f"{name}: the path must be empty or begin with /")
    if path.count("/") > MAX_TOKENS:
        raise _failure(f"{name}: the path has more than {MAX_TOKENS} parts")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _evaluate(value: Any, tokens: Sequence[str], name: str) -> Any:  # noqa: ANN401
    """Apply the pointer; `*` maps the rest of it over an array and flattens one level."""
    for position, token in enumerate(tokens):
        if isinstance(value, list):
            if token == "*":  # noqa: S105 - part of a pointer
                return _map(value, tokens[position + 1 :], name)
            if not token.isascii() or not token.isdigit() or (token[0] == "0" and len(token) > 1):
                raise _failure(f"{name}: {token[:80]!r} is no index of an array")
            index = int(token) if len(token) < 10 else len(value)
            if index >= len(value):
                raise _failure(f"{name}: the array has no item {token[:80]}")
            value = value[index]
        elif isinstance(value, dict) and token in value:
            value = value[token]
        else:
            raise _failure(f"{name}: there is no {token[:80]!r} at that place of the path")
    return value


def _map(items: list[Any], rest: Sequence[str], name: str) -> list[Any]:
    result: list[Any] = []
    for item in items:
        found = _evaluate(item, rest, name)
        if isinstance(found, list):
            result.extend(found)
        else:
            result.append(found)
    return result


def _failure(description: str) -> MethodError:
    return MethodError("invalidResultReference", description)
