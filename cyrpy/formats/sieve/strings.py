"""What stands in strings for something else: characters by number, and variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from cyrpy.formats.sieve.errors import Place, SieveError, shown

GLOBAL: Final = "global"  # the namespace of variables that all included scripts see (RFC 6609)
MAX_REFERENCES: Final = 1000  # in one string
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
IDENTIFIER: Final = re.compile(_NAME, re.ASCII)
_VARIABLE: Final = re.compile(rf"\$\{{(?:({_NAME}(?:\.{_NAME})*)|([0-9]+))\}}", re.ASCII)
_ENCODED: Final = re.compile(
    rb"\$\{(?:(hex):[ \t\r\n]*([0-9a-f]{1,2}(?:[ \t\r\n]+[0-9a-f]{1,2})*)"
    rb"|(unicode):[ \t\r\n]*([0-9a-f]+(?:[ \t\r\n]+[0-9a-f]+)*))[ \t\r\n]*\}",
    re.IGNORECASE,
)


class Reference(NamedTuple):
    """A variable in a string: by name, in lower case, or a match by number."""

    name: str
    number: int | None = None
    is_global: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A string with variables in it; `source` is as it was written."""

    parts: tuple[str | Reference, ...]
    source: str


Text = str | Template


def source_of(text: Text) -> str:
    """A string as it was written."""
    return text if isinstance(text, str) else text.source


def decode_characters(text: str, place: Place) -> str:
    """With what `${hex:…}` and `${unicode:…}` stand for (RFC 5228 §2.4.2.4).

    Raises:
        SieveError: a number is no character's.
    """
    if "${" not in text:
        return text

    def replaced(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes(int(pair, 16) for pair in match[2].split())
        return "".join(_character(number, place) for number in match[4].split()).encode()

    return _ENCODED.sub(replaced, text.encode()).decode("utf-8", "replace")


def _character(digits: bytes, place: Place) -> str:
    number = int(digits[-10:], 16) if digits.strip(b"0") else 0
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or len(digits.lstrip(b"0")) > 6:
        raise SieveError(f"{shown(digits.decode())} is no Unicode character", place)
    return chr(number)


def template_of(text: str, place: Place, *, has_global: bool) -> Text:
    """The string with its references to variables found (RFC 5229 §3).

    Raises:
        SieveError: a reference is to a namespace that is not there.
    """
    if "${" not in text:
        return text
    parts: list[str | Reference] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(_reference(match, place, has_global=has_global))
        end = match.end()
    if not parts:
        return text
    if len(parts) > 2 * MAX_REFERENCES:
        raise SieveError(f"a string refers to at most {MAX_REFERENCES} variables", place)
    return Template((*parts, text[end:]), text)


def _reference(match: re.Match[str], place: Place, *, has_global: bool) -> Reference:
    if match[2]:
        return Reference("", int(match[2][-4:]) if len(match[2].lstrip("0")) <= 4 else 9999)
    space, _, name = match[1].lower().rpartition(".")
    if space and (space != GLOBAL or not has_global):
        text = f"there are no variables in the namespace {shown(space)}"
        if space == GLOBAL:
            text += '; they need "include" on the require line'
        raise SieveError(text, place)
    return Reference(name, None, is_global=bool(space))


def variable_name(text: str, place: Place, *, has_global: bool) -> Reference:
    """The variable that is to be set.

    Raises:
        SieveError: no variable can have that name.
    """
    space, dot, name = text.lower().rpartition(".")
    if IDENTIFIER.fullmatch(name) is None or (dot and space != GLOBAL):
        text = f"{shown(text)} cannot be the name of a variable; use letters, digits and _"
        raise SieveError(text, place)
    if space and not has_global:
        raise SieveError('global variables need "include" on the require line', place)
    return Reference(name, None, is_global=bool(space))
