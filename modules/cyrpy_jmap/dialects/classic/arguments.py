"""Arguments of classic calls: their types, and one check that names all that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments

MAX_INT: Final = 2**53
MAX_ID: Final = 256  # octets
SHOWN: Final = 20  # wrong arguments that are described; all are listed


class Argument(NamedTuple):
    """The type of one argument; null is the same as leaving it out."""

    expected: str  # in words
    accepts: Callable[[Any], bool]
    is_required: bool = False
    is_array: bool = False  # a reference may lead to one item of it

    def required(self) -> Argument:
        """The same, but it must be there."""
        return self._replace(is_required=True)


def _is_id(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, str) and len(value) > 0 and len(value.encode()) <= MAX_ID


def _is_number(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INT


def _is_integer(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT


def _are_records(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())


STRING: Final = Argument("a string", lambda v: isinstance(v, str))
BOOLEAN: Final = Argument("true or false", lambda v: isinstance(v, bool))
NUMBER: Final = Argument("a whole number, 0 or more", _is_number)
INTEGER: Final = Argument("a whole number", _is_integer)
OBJECT: Final = Argument("an object", lambda v: isinstance(v, dict))
POSITIVE: Final = Argument("a whole number above 0", lambda v: _is_number(v) and v > 0)
STRINGS: Final = Argument(
    "an array of strings",
    lambda v: isinstance(v, list) and all(isinstance(s, str) for s in v),
    is_array=True,
)
IDS: Final = Argument(
    f"an array of ids, strings of 1 to {MAX_ID} octets",
    lambda v: isinstance(v, list) and all(map(_is_id, v)),
    is_array=True,
)
CREATIONS: Final = Argument("an object that maps creation ids to objects", _are_records)
UPDATES: Final = Argument(
    f"an object that maps ids, strings of 1 to {MAX_ID} octets, to objects",
    lambda v: _are_records(v) and all(map(_is_id, v)),
)


def check(known: Mapping[str, Argument], sent: Arguments) -> Arguments:
    """The arguments that were given a value.

    Raises:
        MethodError: `invalidArguments`, whose `arguments` are all that are unknown, missing, or of
            the wrong type.
    """
    given = {name: value for name, value in sent.items() if value is not None}
    wrong = {name: "there is no such argument" for name in sent if name not in known}
    for name, argument in known.items():
        if name not in given:
            if argument.is_required:
                wrong[name] = f"is required, {argument.expected}"
        elif not argument.accepts(given[name]):
            wrong[name] = f"must be {argument.expected}"
    if wrong:
        raise invalid(wrong)
    return given


def invalid(wrong: Mapping[str, str]) -> MethodError:
    """`invalidArguments` for arguments by name, each with what is wrong."""
    shown = [f"{name[:80]}: {reason}" for name, reason in list(wrong.items())[:SHOWN]]
    if len(wrong) > SHOWN:
        shown.append(f"and {len(wrong) - SHOWN} more")
    return MethodError("invalidArguments", "; ".join(shown), arguments=list(wrong))
