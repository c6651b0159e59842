"""Properties with typed values, which jCal and xCal share (RFC 7265 §3.4, RFC 6321 §3.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line

Value = Any  # str, int, float, bool, a list of them, or for RECUR a dict of them

_DEFAULTS = {
    "text": """CALSCALE METHOD PRODID VERSION CATEGORIES CLASS COMMENT DESCRIPTION LOCATION
        RESOURCES STATUS SUMMARY TRANSP TZID TZNAME TZID-ALIAS-OF CONTACT RELATED-TO UID ACTION
        REQUEST-STATUS NAME COLOR BUSYTYPE LOCATION-TYPE PARTICIPANT-TYPE RESOURCE-TYPE
        STYLED-DESCRIPTION PROXIMITY REFID""",
    "uri": "ATTACH TZURL URL SOURCE CONFERENCE IMAGE CONCEPT LINK",
    "integer": "PERCENT-COMPLETE PRIORITY REPEAT SEQUENCE",
    "float": "GEO",
    "date-time": """COMPLETED DTEND DUE DTSTART RECURRENCE-ID EXDATE RDATE CREATED DTSTAMP
        LAST-MODIFIED ACKNOWLEDGED TZUNTIL""",
    "duration": "DURATION TRIGGER REFRESH-INTERVAL ESTIMATED-DURATION",
    "period": "FREEBUSY",
    "cal-address": "ATTENDEE ORGANIZER CALENDAR-ADDRESS",
    "utc-offset": "TZOFFSETFROM TZOFFSETTO",
    "recur": "RRULE EXRULE",
}
DEFAULT_TYPES = {name: kind for kind, names in _DEFAULTS.items() for name in names.split()}
LISTS = frozenset(("CATEGORIES", "RESOURCES", "EXDATE", "RDATE", "FREEBUSY", "LOCATION-TYPE"))

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(Z?)")
_OFFSET = re.compile(r"([-+])(\d\d)(\d\d)(\d\d)?")
_DURATION = re.compile(r"[-+]?P[\dWDTHMS]+")
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_FLOAT = re.compile(r"[-+]?\d{1,30}(?:\.\d{1,30})?")
_LONG_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_LONG_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(Z?)")
_LONG_OFFSET = re.compile(r"([-+])(\d\d):(\d\d)(?::(\d\d))?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class Property(NamedTuple):
    """A property: names in lower case, values of one type in the forms of jCal."""

    name: str
    params: Mapping[str, Sequence[str]]
    type: str
    values: Sequence[Value]


def is_name(text: str) -> bool:
    """Whether it can name a component, property, parameter or type, in XML too."""
    return _NAME.fullmatch(text) is not None


def from_line(line: Line) -> Property:
    """The values of a content line; `unknown` and as written if they are not of their type."""
    params = {k.lower(): v for k, v in line.params.items() if k != "VALUE"} if line.params else {}
    kind = (line.param("VALUE") or DEFAULT_TYPES.get(line.name, "unknown")).lower()
    if kind == "date-time" and _DATE.fullmatch(line.value):
        kind = "date"  # some clients forget VALUE=DATE
    try:
        _match(_NAME, kind)
        values = _read_values(line, kind)
    except ValueError:
        kind, values = "unknown", [line.value]
    return Property(line.name.lower(), params, kind, values)


def to_line(given: Property) -> Line:
    """The content line of a property.

    Raises:
        FormatError: a name or a value is not valid for its type.
    """
    name = given.name.upper()
    if not all(map(is_name, (name, given.type, *given.params))):
        raise FormatError(f"not a name of iCalendar: {given.name[:80]!r} or one of its parameters")
    params = {key.upper(): tuple(values) for key, values in given.params.items()}
    if given.type not in {"unknown", DEFAULT_TYPES.get(name)}:
        params["VALUE"] = (given.type.upper(),)
    try:
        value = _write_values(name, given)
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise FormatError(f"{name}: a value is not of type {given.type}") from exc
    if any(end in value for end in "\r\n"):
        raise FormatError(f"{name}: a value of type {given.type} has a line end in it")
    return Line.of(name, value, params)


def _read_values(line: Line, kind: str) -> list[Value]:
    name, value = line.name, line.value
    if name == "GEO":
        return [[_read_float(part) for part in value.split(";")]]
    if name == "REQUEST-STATUS":
        return [[textvalue.unescape(part) for part in textvalue.split(value, ";")]]
    read = _READERS.get(kind, str)
    if name not in LISTS:
        return [read(value)]
    return [read(part) for part in textvalue.split(value)]


def _write_values(name: str, given: Property) -> str:
    if name == "GEO":
        return ";".join(_plain(part) for part in given.values[0])
    if name == "REQUEST-STATUS":
        return ";".join(textvalue.escape(part) for part in given.values[0])
    if len(given.values) != 1 and name not in LISTS:
        raise ValueError(name)
    return ",".join(map(_WRITERS.get(given.type, _plain), given.values))


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _read_date(text: str) -> str:
    return "-".join(_match(_DATE, text).groups())


def _read_time(text: str) -> str:
    hour, minute, second, zone = _match(_TIME, text).groups()
    return f"{hour}:{minute}:{second}{zone}"


def _read_date_time(text: str) -> str:
    day, _, time = text.partition("T")
    return f"{_read_date(day)}T{_read_time(time)}"


def _read_period(text: str) -> list[str]:
    start, _, end = text.partition("/")
    return [_read_date_time(start), _read_duration(end) if "P" in end else _read_date_time(end)]


def _read_duration(text: str) -> str:
    return _match(_DURATION, text)[0]


def _read_offset(text: str) -> str:
    sign, hours, minutes, seconds = _match(_OFFSET, text).groups()
    return f"{sign}{hours}:{minutes}" + (f":{seconds}" if seconds else "")


def _read_boolean(text: str) -> bool:
    if text.upper() not in {"TRUE", "FALSE"}:
        raise ValueError(text)
    return text.upper() == "TRUE"


def _read_integer(text: str) -> int:
    return int(_match(_INTEGER, text)[0])


def _read_float(text: str) -> float:
    return float(_match(_FLOAT, text.strip())[0])


def _read_recur(text: str) -> dict[str, Value]:
    """Parts by name in lower case; a part with several values is a list (RFC 7265 §3.6.10)."""
    parts: dict[str, Value] = {}
    for part in text.rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        key = name.strip().lower()
        if not equals or not is_name(key):
            raise ValueError(text)
        if key == "until":
            parts[key] = _read_date_time(value) if "T" in value else _read_date(value)
            continue
        read = _RECUR_READERS.get(key, _read_integer)
        values = [read(one) for one in value.split(",")]
        parts[key] = values[0] if len(values) == 1 else values
    return parts


def _read_month(text: str) -> int | str:
    return text if text.endswith("L") else _read_integer(text)  # leap months: RFC 7529 §4.2


def _write_date(text: str) -> str:
    return "".join(_match(_LONG_DATE, text).groups())


def _write_time(text: str) -> str:
    return "".join(_match(_LONG_TIME, text).groups())


def _write_date_time(text: str) -> str:
    day, _, time = text.partition("T")
    return f"{_write_date(day)}T{_write_time(time)}"


def _write_period(period: Sequence[str]) -> str:
    start, end = period
    return f"{_write_date_time(start)}/{end if 'P' in end else _write_date_time(end)}"


def _write_offset(text: str) -> str:
    return "".join(part or "" for part in _match(_LONG_OFFSET, text).groups())


def _write_boolean(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _write_recur(parts: Mapping[str, Value]) -> str:
    written: list[str] = []
    for key, value in parts.items():
        values = value if isinstance(value, list) else [value]
        if key == "until":
            values = [_write_date_time(v) if "T" in v else _write_date(v) for v in values]
        written.append(f"{_match(_NAME, key)[0].upper()}={','.join(map(str, values))}")
    return ";".join(written)


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(value)
    return repr(value) if isinstance(value, float) else str(value)


_RECUR_READERS: Mapping[str, Callable[[str], Value]] = {
    "freq": str,
    "byday": str,
    "wkst": str,
    "rscale": str,
    "skip": str,
    "bymonth": _read_month,
}
_READERS: Mapping[str, Callable[[str], Value]] = {
    "text": textvalue.unescape,
    "date": _read_date,
    "time": _read_time,
    "date-time": _read_date_time,
    "period": _read_period,
    "duration": _read_duration,
    "utc-offset": _read_offset,
    "boolean": _read_boolean,
    "integer": _read_integer,
    "float": _read_float,
    "recur": _read_recur,
}
_WRITERS: Mapping[str, Callable[[Value], str]] = {
    "text": textvalue.escape,
    "date": _write_date,
    "time": _write_time,
    "date-time": _write_date_time,
    "period": _write_period,
    "utc-offset": _write_offset,
    "boolean": _write_boolean,
    "recur": _write_recur,
}
