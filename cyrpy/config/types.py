"""Types of options: what Cyrus writes as a switch, a duration, a size or a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

from cyrpy.config.syntax import Syntax

_SWITCHES = dict.fromkeys(("yes", "on", "1", "t", "true", "y"), True) | dict.fromkeys(
    ("no", "off", "0", "f", "false", "n"), False
)
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_UNIT_NAMES = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_MAX_DURATION = 2**31 - 1  # seconds, as in Cyrus
_OCTETS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_MAX_SIZE = 2**63 - 1  # octets, as in Cyrus
_SIZE = re.compile(r"([0-9]{1,19})[ \t]*(?:([kmg])i?)?(b?)", re.IGNORECASE | re.ASCII)
_DURATION = re.compile(r"(?:[0-9]{1,10}[dhms])*(?:[0-9]{1,10})?", re.ASCII)


def read_switch(text: str) -> bool:
    """Yes or no in any of the spellings that Cyrus knows.

    Raises:
        ValueError: it is neither.
    """
    try:
        return _SWITCHES[text.lower()]
    except KeyError:
        raise ValueError from None


def write_switch(value: bool) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


def read_on_off(text: str) -> str:
    """A word of a choice; the other spellings of on and off become those two."""
    if text.lower() in _SWITCHES:
        return "on" if _SWITCHES[text.lower()] else "off"
    return text


def read_duration(text: str, unit: str = "s") -> int:
    """Seconds in `7d`, `1h30m` or a bare number of `unit`.

    Raises:
        ValueError: it is no duration, or one of more than 2^31 - 1 seconds.
    """
    if not text or not _DURATION.fullmatch(text):
        raise ValueError
    whole = text + unit if text[-1].isdigit() else text
    seconds = sum(int(n) * _SECONDS[u] for n, u in re.findall(r"([0-9]+)([dhms])", whole))
    if seconds > _MAX_DURATION:
        raise ValueError(f"longer than {_MAX_DURATION} seconds")
    return seconds


def write_duration(seconds: int) -> str:
    """`1d12h` and the like, in as few units as it takes."""
    parts = []
    for unit, length in _SECONDS.items():
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def read_size(text: str, unit: str = "") -> int:
    """Octets in `10M`, `10 MiB`, `512B` or a bare number of `unit` (k, m, g or empty).

    Raises:
        ValueError: it is no size, or one of more than 2^63 - 1 octets.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError
    bare = not match[2] and not match[3]
    size = int(match[1]) * _OCTETS[unit if bare else (match[2] or "").lower()]
    if size > _MAX_SIZE:
        raise ValueError(f"larger than {_MAX_SIZE} octets")
    return size


def write_size(octets: int) -> str:
    """`10M` and the like, in the largest unit that divides it."""
    for unit in ("g", "m", "k"):
        if octets and octets % _OCTETS[unit] == 0:
            return f"{octets // _OCTETS[unit]}{unit.upper()}"
    return f"{octets}B" if octets else "0"


def read_words(text: str) -> tuple[str, ...]:
    """Words between white space, each once."""
    return tuple(dict.fromkeys(text.split()))


def read_folders(text: str) -> tuple[str, ...]:
    """Names between `|`, each once; names may hold spaces."""
    return tuple(dict.fromkeys(name.strip() for name in text.split("|") if name.strip()))


def write_folders(names: Iterable[str]) -> str:
    """Names joined by `|`, which alone stands for an empty list."""
    return "|".join(names) or "|"


def read_patterns(text: str) -> tuple[str, ...]:
    """Wildmat patterns between commas or white space, in their order."""
    return tuple(text.replace(",", " ").split())


def read_url(text: str) -> str:
    """An http or https URL without query, without a slash at its end.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError
    if parts.query or parts.fragment or parts.username is not None or " " in text:
        raise ValueError("it may have no query, fragment, user name or space")
    _ = parts.port  # raises ValueError if it is no port
    return text.rstrip("/")


def _duration(unit: str) -> Syntax:
    def read(text: str) -> int:
        return read_duration(text, unit)

    allowed = f"a duration such as 90s, 5m, 1h30m or 7d (a bare number: {_UNIT_NAMES[unit]})"
    return Syntax(allowed, read, write_duration)


def _size(unit: str, bare: str) -> Syntax:
    def read(text: str) -> int:
        return read_size(text, unit)

    return Syntax(f"a size such as 512B, 64K, 10M or 1G (a bare number: {bare})", read, write_size)


def words_of(*allowed: str) -> Syntax:
    """Marks a tuple of words as one of a fixed set, which Cyrus calls a bit field."""

    def read(text: str) -> tuple[str, ...]:
        words = read_words(text)
        for word in words:
            if word not in allowed:
                raise ValueError(f'"{word}" is none of them')
        return words

    return Syntax(f"one or more of {' '.join(allowed)}", read, " ".join)


ON_OFF = Syntax("", read_on_off)
"""Beside a Literal that has "on" or "off": yes, true, 1 … are read as those."""

Switch = Annotated[bool, Syntax("yes or no", read_switch, write_switch)]
Duration = Annotated[int, _duration("s")]  # seconds
Minutes = Annotated[int, _duration("m")]  # seconds; a bare number in the file counts minutes
Days = Annotated[int, _duration("d")]  # seconds; a bare number in the file counts days
Size = Annotated[int, _size("", "octets")]  # octets
Kilobytes = Annotated[int, _size("k", "KiB")]  # octets; a bare number in the file counts KiB
Words = Annotated[tuple[str, ...], Syntax("words separated by spaces", read_words, " ".join)]
Folders = Annotated[
    tuple[str, ...], Syntax("names separated by | (| alone: none)", read_folders, write_folders)
]
Patterns = Annotated[
    tuple[str, ...],
    Syntax("wildmat patterns separated by commas or spaces", read_patterns, ",".join),
]
Url = Annotated[str, Syntax("an http or https URL", read_url)]
