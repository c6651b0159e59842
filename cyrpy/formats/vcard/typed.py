"""Properties with typed values, which jCard and xCard share (RFC 7095 §3.3, RFC 6351 §5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.typed import is_name
from cyrpy.formats.vcard import dates

Value = Any  # str, int, float, bool, or a list of texts and lists of texts

_DEFAULTS = {
    "text": """ADR CATEGORIES CLASS CLIENTPIDMAP EXPERTISE FN GENDER GRAMGENDER HOBBY INTEREST
        JSPROP KIND LABEL MAILER N NAME NICKNAME NOTE ORG PRODID PROFILE PRONOUNS ROLE SORT-STRING
        TEL TITLE VERSION XML BIRTHPLACE DEATHPLACE""",
    "uri": """CALADRURI CALURI CONTACT-URI FBURL GEO IMPP KEY LOGO MEMBER ORG-DIRECTORY PHOTO
        RELATED SOCIALPROFILE SOUND SOURCE UID URL""",
    "date-and-or-time": "ANNIVERSARY BDAY DEATHDATE",
    "timestamp": "CREATED REV",
    "language-tag": "LANG LANGUAGE",
}
DEFAULT_TYPES = {name: kind for kind, names in _DEFAULTS.items() for name in names.split()}
DEFAULT_TYPES |= {"EMAIL": "text", "TZ": "text"}
STRUCTURED = frozenset(("ADR", "N", "ORG", "GENDER", "CLIENTPIDMAP"))
LISTS = frozenset(("CATEGORIES", "NICKNAME"))

_NOT_SHOWN = ("VALUE", "GROUP")  # GROUP is jCard's alone (RFC 7095 §7.1)
_TIMES = frozenset(("date", "time", "date-time", "date-and-or-time", "timestamp"))
_TIME = re.compile(r"(\d\d|-)(\d\d|-)?(\d\d)?(Z|[-+]\d\d(?:\d\d)?)?")
_LONG_TIME = re.compile(r"(\d\d|-)(?::?(\d\d|-))?(?::?(\d\d))?(Z|[-+]\d\d(?::?\d\d)?)?")
_OFFSET = re.compile(r"([-+]\d\d):?(\d\d)?")
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_FLOAT = re.compile(r"[-+]?\d{1,30}(?:\.\d{1,30})?")


class Property(NamedTuple):
    """A property: names in lower case, the group apart, values of one type as in jCard."""

    name: str
    params: Mapping[str, Sequence[str]]
    type: str
    values: Sequence[Value]
    group: str | None = None


def from_line(line: Line) -> Property:
    """The values of a content line; `unknown` and as written if they are not of their type."""
    params = {
        name.lower(): values
        for name, values in line.params.items()
        if name not in _NOT_SHOWN and is_name(name)
    }
    kind = (line.param("VALUE") or DEFAULT_TYPES.get(line.name, "unknown")).lower()
    try:
        if not is_name(kind):
            raise ValueError(kind)
        values = _read(line, kind)
    except ValueError:
        kind, values = "unknown", [line.value]
    return Property(line.name.lower(), params, kind, values, line.group)


def is_expressible(line: Line) -> bool:
    """Whether `to_line` takes what `from_line` makes of a line: its name and value are sound."""
    return is_name(line.name) and "\n" not in line.value and "\r" not in line.value


def to_line(given: Property) -> Line:
    """The content line of a property.

    Raises:
        FormatError: A name or a value is not valid for its type.
    """
    name = given.name.upper()
    names = [name, given.type, *given.params, *([given.group] if given.group else ())]
    if not all(is_name(each.replace("_", "-")) for each in names):
        raise FormatError(f"not a name of vCard: {given.name[:80]!r} or one of its parameters")
    params = {key.upper(): tuple(values) for key, values in given.params.items()}
    if given.type not in {"unknown", DEFAULT_TYPES.get(name)}:
        params["VALUE"] = (given.type,)
    try:
        value = _write(name, given)
    except (ValueError, TypeError, AttributeError) as exc:
        raise FormatError(f"{name}: a value is not of type {given.type}") from exc
    if any(end in value for end in "\r\n"):
        raise FormatError(f"{name}: a value of type {given.type} has a line end in it")
    return Line.of(name, value, params, given.group)


def _read(line: Line, kind: str) -> list[Value]:
    if kind == "text" and line.name in STRUCTURED:
        parts = textvalue.unescape_structured(line.value)
        fields = [part[0] if len(part) == 1 else part or "" for part in parts]
        return [fields if len(fields) > 1 else fields[0]]
    read = _READERS.get(kind, str)
    if kind == "text" and line.name in LISTS:
        return [read(part) for part in textvalue.split(line.value)]
    return [read(line.value)]


def _write(name: str, given: Property) -> str:
    first = given.values[0]
    if given.type == "text" and isinstance(first, list):
        return ";".join(_field(field) for field in first)
    write = _WRITERS.get(given.type, _plain)
    if len(given.values) > 1 and given.type != "text":
        raise ValueError(name)
    return ",".join(map(write, given.values))


def _field(field: str | list[str]) -> str:
    return textvalue.escape(field) if isinstance(field, str) else textvalue.escape_list(field)


def _read_time(text: str) -> str:
    """A date or time with hyphens and colons (RFC 7095 §3.5.3 to 3.5.7)."""
    when = dates.parse(text)
    if when is not None:
        return when.extended()
    found = _TIME.fullmatch(text.removeprefix("T"))
    if found is None:
        raise ValueError(text)
    hour, minute, second, zone = (part or "" for part in found.groups())
    colon = ":" if minute and hour != "-" and minute != "-" else ""
    more = ":" if second and minute != "-" else ""
    shown = f"{zone[:3]}:{zone[3:]}" if len(zone) == 5 else zone
    return f"{'T' if text[0] == 'T' else ''}{hour}{colon}{minute}{more}{second}{shown}"


def _write_time(text: str) -> str:
    when = dates.parse(text)
    if when is not None:
        return when.basic()
    found = _LONG_TIME.fullmatch(text.removeprefix("T"))
    if found is None:
        raise ValueError(text)
    return ("T" if text[0] == "T" else "") + "".join(part or "" for part in found.groups()).replace(
        ":", ""
    )


def _read_offset(text: str) -> str:
    found = _match(_OFFSET, text)
    return f"{found[1]}:{found[2] or '00'}"


def _write_offset(text: str) -> str:
    found = _match(_OFFSET, text)
    return found[1] + (found[2] or "00")


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _read_boolean(text: str) -> bool:
    if text.upper() not in {"TRUE", "FALSE"}:
        raise ValueError(text)
    return text.upper() == "TRUE"


def _read_integer(text: str) -> int:
    return int(_match(_INTEGER, text)[0])


def _read_float(text: str) -> float:
    return float(_match(_FLOAT, text)[0])


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if not isinstance(value, str | int | float):
        raise ValueError(value)
    return repr(value) if isinstance(value, float) else str(value)


_READERS: Mapping[str, Callable[[str], Value]] = {
    "text": textvalue.unescape,
    **dict.fromkeys(_TIMES, _read_time),
    "utc-offset": _read_offset,
    "boolean": _read_boolean,
    "integer": _read_integer,
    "float": _read_float,
}
_WRITERS: Mapping[str, Callable[[Value], str]] = {
    "text": textvalue.escape,
    **dict.fromkeys(_TIMES, _write_time),
    "utc-offset": _write_offset,
}
