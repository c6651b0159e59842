"""Collations (RFC 4790, RFC 5051): text-match of DAV, filters and sort orders of JMAP."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cyrpy.errors import FormatError

_ASCII_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


@dataclass(frozen=True, slots=True)
class Collation:
    """A way to compare texts: those whose keys are equal are equal, and keys order them.

    Attributes:
        identifier: Its name in the IANA registry.
        key: What stands for a text; keys also serve for substrings.
        has_substrings: Whether contains, starts-with and ends-with are defined.
    """

    identifier: str
    key: Callable[[str], str]
    has_substrings: bool = True


def _same(text: str) -> str:
    return text


def _ascii_key(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(_ASCII_UPPER)


@lru_cache(maxsize=4096)
def _unicode_character(character: str) -> str:
    title = character.title()
    return unicodedata.normalize("NFKD", title if len(title) == 1 else character)


def _unicode_key(text: str) -> str:
    """Simple title case, then compatibility decomposition, by character (RFC 5051 §2)."""
    if text.isascii():
        return text.upper()
    return "".join(map(_unicode_character, text))


def _numeric_key(text: str) -> str:
    """The leading digits as a number; what does not begin with one is last (RFC 4790 §9.1)."""
    digits = len(text) - len(text.lstrip("0123456789"))
    number = text[:digits].lstrip("0")
    return f"0{len(number):09}{number}" if digits else "1"


ASCII_CASEMAP = Collation("i;ascii-casemap", _ascii_key)
UNICODE_CASEMAP = Collation("i;unicode-casemap", _unicode_key)
OCTET = Collation("i;octet", _same)  # code points are in the order of their UTF-8 octets
ASCII_NUMERIC = Collation("i;ascii-numeric", _numeric_key, has_substrings=False)

COLLATIONS = (ASCII_CASEMAP, UNICODE_CASEMAP, OCTET, ASCII_NUMERIC)


def collation(identifier: str, default: Collation = ASCII_CASEMAP) -> Collation:
    """The collation of that name; `default` is what the identifier "default" stands for.

    Raises:
        FormatError: There is none; the text names those that there are.
    """
    if identifier == "default":
        return default
    for known in COLLATIONS:
        if known.identifier == identifier:
            return known
    names = ", ".join(known.identifier for known in COLLATIONS)
    raise FormatError(f"collation {identifier[:60]!r} is not known; there are {names}")


def matcher(
    needle: str, by: Collation = UNICODE_CASEMAP, match_type: str = "contains"
) -> Callable[[str], bool]:
    """A test whether a text equals, contains, starts-with or ends-with `needle`.

    Raises:
        FormatError: There is no such match type, or `by` has no substrings.
    """
    if match_type != "equals" and not by.has_substrings:
        raise FormatError(f"{by.identifier} compares whole texts only: use match-type equals")
    key = by.key
    wanted = key(needle)
    tests: dict[str, Callable[[str], bool]] = {
        "equals": lambda text: key(text) == wanted,
        "contains": lambda text: wanted in key(text),
        "starts-with": lambda text: key(text).startswith(wanted),
        "ends-with": lambda text: key(text).endswith(wanted),
    }
    if match_type not in tests:
        raise FormatError(f"match-type {match_type[:40]!r} is none of {', '.join(tests)}")
    return tests[match_type]
