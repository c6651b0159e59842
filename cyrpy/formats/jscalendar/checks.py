"""Checks of single values, each a function that tells what is wrong with a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.colors import is_color
from cyrpy.formats.ical import zones
from cyrpy.formats.timespan import parse_json_duration

MAX_TEXT = 256 * 1024  # characters of one text
MAX_URI = 16 * 1024 * 1024  # of one link, which may be a data URL
MAX_MEMBERS = 5000  # of one map or set

_ID = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_NAME = re.compile(r"@?[a-z][A-Za-z0-9]{0,254}", re.ASCII)
# Letters and digits of ASCII and all beyond it, said by what they are not: the other way compiles
# for a hundred times as long.
_WORD = r"[^\x00-/:-@\[-`{-\x7f]"
_LABEL = rf"{_WORD}(?:[^\x00-,./:-@\[-`{{-\x7f]*{_WORD})?"
_EXTENSION = re.compile(rf"{_LABEL}(?:\.{_LABEL})*:[^\x00-\x1f\x7f\"/~]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f]*")
_GEO = re.compile(r"geo:-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?(?:,-?\d+(?:\.\d+)?)?(?:;[^\s]*)?", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+|\"[^\"\x00-\x1f]+\"@[^\s@<>\"]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_TEXT_TYPE = re.compile(
    r"text/[A-Za-z0-9!#$&^_.+-]+(?:\s*;\s*[^;=\s]+=[^;]*)*", re.ASCII | re.IGNORECASE
)
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;\s*[^;=\s]+=[^;]*)*", re.ASCII
)
_MONTH = re.compile(r"([1-9]|1[0-3])L?", re.ASCII)
_DURATION = re.compile(
    r"P(?:\d+W(?:\d+D)?|\d+D|(?=T))(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?", re.ASCII
)
MAX_SAFE = 2**53 - 1


class Problem(NamedTuple):
    """What is wrong, and where: names and ids, with / between them."""

    path: str
    description: str


class Found:
    """The problems so far."""

    __slots__ = ("limit", "problems")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.problems: list[Problem] = []

    def add(self, path: str, description: str) -> None:
        """Note a problem, unless there are enough."""
        if len(self.problems) < self.limit:
            self.problems.append(Problem(path[:1000], description))


# What is wrong with a value that has no parts of its own; None: nothing.
Check = Callable[[Any], str | None]


def text(value: object) -> str | None:
    """Free-form text."""
    if not isinstance(value, str):
        return "must be a text"
    if len(value) > MAX_TEXT:
        return f"has {len(value)} characters; at most {MAX_TEXT}"
    return None


def boolean(value: object) -> str | None:
    """Boolean."""
    return None if isinstance(value, bool) else "must be true or false"


def number(least: int = 0, greatest: int = MAX_SAFE) -> Check:
    """A whole number in bounds."""

    def check(value: object) -> str | None:
        if type(value) is int and least <= value <= greatest:
            return None
        return f"must be a whole number from {least} to {greatest}"

    return check


def nonzero(greatest: int) -> Check:
    """A whole number that may count from the end."""

    def check(value: object) -> str | None:
        if type(value) is int and 1 <= abs(value) <= greatest:
            return None
        return f"must be a whole number from 1 to {greatest} or -{greatest} to -1"

    return check


def one_of(*words: str, vendor: bool = True) -> Check:
    """An enumerated value, or one of a vendor."""
    known = frozenset(words)

    def check(value: object) -> str | None:
        if isinstance(value, str) and (value in known or (vendor and is_extension(value))):
            return None
        return f"must be one of {', '.join(words)}"

    return check


def matching(pattern: re.Pattern[str], what: str, limit: int = 1024) -> Check:
    """A text of a certain form."""
    fullmatch = pattern.fullmatch

    def check(value: object) -> str | None:
        if isinstance(value, str) and len(value) <= limit and fullmatch(value):
            return None
        return f"must be {what}"

    return check


def _parsed(parse: Callable[[str], object], form: re.Pattern[str], what: str) -> Check:
    """What a parser reads, in the one form that JSCalendar allows of those that it reads."""

    @lru_cache(maxsize=4096)
    def is_so(value: str) -> bool:
        try:
            parse(value)
        except (FormatError, ValueError):
            return False
        return form.fullmatch(value) is not None

    def check(value: object) -> str | None:
        if isinstance(value, str) and len(value) < 100 and is_so(value):
            return None
        return f"must be {what}"

    return check


def _offset(value: str) -> object:
    return parse_json_duration(value, signed=True)


_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_UTC = re.compile(_LOCAL.pattern + "Z", re.ASCII)
_SIGNED = re.compile(rf"[+-]?(?:{_DURATION.pattern})", re.ASCII)
_IS_LOCAL = "a local date-time such as 2026-01-31T10:30:00"
_IS_UTC = "a UTC date-time such as 2026-01-31T09:30:00Z"
local_date_time = _parsed(datetime.fromisoformat, _LOCAL, _IS_LOCAL)
utc_date_time = _parsed(datetime.fromisoformat, _UTC, _IS_UTC)
duration = _parsed(parse_json_duration, _DURATION, "a duration such as P1DT1H30M")
signed_duration = _parsed(_offset, _SIGNED, "a duration such as -PT15M")
identifier = matching(_ID, "an id of letters, digits, - and _, at most 255")
uri = matching(_URI, "a URI", MAX_URI)
geo = matching(_GEO, "a geo: URI")
email = matching(_EMAIL, "a mail address")
language = matching(_LANGUAGE, "a language tag")
text_type = matching(_TEXT_TYPE, "a media type such as text/html")
media_type = matching(_MEDIA_TYPE, "a media type such as image/png")
month = matching(_MONTH, 'a month such as "1" or "3L"')
rel = matching(re.compile(r"[^\s\"]+"), "a link relation")


def color(value: object) -> str | None:
    """The name of a colour, or six hexadecimal digits."""
    if isinstance(value, str) and len(value) < 40 and is_color(value):
        return None
    return "must be the name of a CSS colour or one such as #ffa07a"


def time_zone(value: object) -> str | None:
    """A name of the IANA database."""
    if isinstance(value, str) and len(value) < 256 and zones.zone(value) is not None:
        return None
    return "must be the name of a time zone such as Europe/Vienna"


def uid(value: object) -> str | None:
    """A text that is not empty."""
    if isinstance(value, str) and value.strip() and len(value) <= 1024:
        return None
    return "must be a text of 1 to 1024 characters"


def anything(_: object) -> str | None:
    """Whatever JSON."""
    return None


def is_extension(name: str) -> bool:
    """Whether a name or value is a vendor's own, as `example.com:name`."""
    return ":" in name and len(name) <= 512 and _EXTENSION.fullmatch(name) is not None


def name_problem(name: str) -> str | None:
    """What is wrong with the name of a property that is not known."""
    if _NAME.fullmatch(name) or is_extension(name):
        return None
    return "is no name of a property; those of vendors are such as example.com:name"


def members(value: object, check_key: Check, found: Found, at: str) -> None:
    """A set: an object whose values are all true."""
    if not isinstance(value, dict):
        found.add(at, "must be an object whose values are true")
        return
    if len(value) > MAX_MEMBERS:
        found.add(at, f"has {len(value)} members; at most {MAX_MEMBERS}")
        return
    for key, flag in value.items():
        wrong = check_key(key)
        if wrong is not None:
            found.add(f"{at}/{key}", f"the key {wrong}")
        elif flag is not True:
            found.add(f"{at}/{key}", "must be true")


def case_twins(names: Collection[str]) -> Mapping[str, str]:
    """Names in lower case, to find those that differ only in case."""
    return {name.lower(): name for name in names}
