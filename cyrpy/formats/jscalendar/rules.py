"""RRULE and RecurrenceRule (RFC 5545 §3.3.10, RFC 7529, RFC 8984 §4.3.3)."""

from __future__ import annotations

import re
from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.ical.moments import to_local, to_local_seconds, to_utc
from cyrpy.formats.ical.rule import FREQUENCIES, MAX_LIST, MAX_NUMBER, WEEKDAYS
from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.times import Anchor, local_seconds, local_text, value
from cyrpy.formats.timespan import DAY, parse_date, parse_date_time

_NUMBERS = {
    "BYMONTHDAY": "byMonthDay",
    "BYYEARDAY": "byYearDay",
    "BYWEEKNO": "byWeekNo",
    "BYHOUR": "byHour",
    "BYMINUTE": "byMinute",
    "BYSECOND": "bySecond",
    "BYSETPOS": "bySetPosition",
}
_NUMBER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_MONTH = re.compile(r"0?([1-9]\d?L?)", re.ASCII)
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


def read(text: str, anchor: Anchor | None) -> Json:
    """The RecurrenceRule of an RRULE; UNTIL in the zone of the start.

    Raises:
        FormatError: It is no rule, or has a part that a RecurrenceRule cannot express.
    """
    rule: Json = {"@type": "RecurrenceRule"}
    for part in text.strip().upper().split(";"):
        name, _, given = part.strip().partition("=")
        if given:
            _read_part(rule, name, given, anchor)
    if "frequency" not in rule:
        raise FormatError(f"RRULE {text[:80]!r} has no FREQ")
    if "until" in rule:
        rule.pop("count", None)  # both RFCs forbid the two together
    return rule


def _read_part(rule: Json, name: str, given: str, anchor: Anchor | None) -> None:
    if name in _NUMBERS:
        rule[_NUMBERS[name]] = [_number(one) for one in _members(given)]
    elif name == "BYDAY":
        rule["byDay"] = [_read_day(one) for one in _members(given)]
    elif name == "BYMONTH":
        rule["byMonth"] = [_match(_MONTH, one)[1] for one in _members(given)]
    elif name == "FREQ":
        rule["frequency"] = _one_of(given, FREQUENCIES).lower()
    elif name == "UNTIL":
        rule["until"] = _read_until(given, anchor)
    else:
        _read_other(rule, name, given)


def _read_other(rule: Json, name: str, given: str) -> None:
    if name in {"COUNT", "INTERVAL"}:
        number = _number(given)
        if not 1 <= number <= MAX_NUMBER:
            raise FormatError(f"RRULE: {name}={given[:40]} is no number from 1 to {MAX_NUMBER}")
        rule[name.lower()] = number
    elif name == "WKST":
        rule["firstDayOfWeek"] = _one_of(given, WEEKDAYS).lower()
    elif name == "RSCALE":
        rule["rscale"] = _match(_WORD, given)[0].lower()
    elif name == "SKIP":
        rule["skip"] = _one_of(given, ("OMIT", "BACKWARD", "FORWARD")).lower()
    else:
        raise FormatError(f"RRULE: {name[:40]} is no part of a recurrence rule")


def _read_day(text: str) -> Json:
    found = _match(_DAY, text)
    day: Json = {"@type": "NDay", "day": found[2].lower()}
    if found[1] and int(found[1]):
        day["nthOfPeriod"] = int(found[1])
    return day


def _read_until(text: str, anchor: Anchor | None) -> str:
    is_date = anchor is not None and anchor.at.is_date
    if "T" not in text:
        day = parse_date(text).toordinal() * DAY
        return local_text(day if is_date or anchor is None else day + DAY - 1)
    at, is_utc = parse_date_time(text)
    local = to_local_seconds(at)
    zone = anchor.at.zone if anchor is not None else None
    if is_utc and zone is not None and zone is not UTC:
        local = to_local(to_utc(local, UTC), zone)
    return local_text(local - local % DAY if is_date else local)


def write(rule: Json, anchor: Anchor) -> str:
    """The RRULE of a RecurrenceRule.

    Raises:
        FormatError: It is none.
    """
    parts = {
        "RSCALE": _upper(rule, "rscale"),
        "FREQ": _upper(rule, "frequency"),
        "INTERVAL": _whole(rule, "interval"),
        "UNTIL": _write_until(rule["until"], anchor) if "until" in rule else None,
        "COUNT": _whole(rule, "count"),
        "BYMONTH": _joined(rule, "byMonth"),
    }
    for name, key in _NUMBERS.items():
        parts[name] = _joined(rule, key)
    parts["BYDAY"] = ",".join(_write_day(day) for day in _list(rule, "byDay")) or None
    parts["WKST"] = _upper(rule, "firstDayOfWeek")
    parts["SKIP"] = _upper(rule, "skip")
    if parts["SKIP"] and not parts["RSCALE"]:
        parts["RSCALE"] = "GREGORIAN"  # which SKIP needs beside it (RFC 7529 §4.1)
    if not parts["FREQ"]:
        raise FormatError("recurrenceRule: frequency is missing")
    order = sorted(parts, key=lambda name: name not in ("RSCALE", "FREQ"))
    return ";".join(f"{name}={parts[name]}" for name in order if parts[name])


def _write_until(text: object, anchor: Anchor) -> str:
    local = local_seconds(text)
    start = anchor.at
    if start.is_date:
        return value(local, is_date=True)
    if start.zone is None:
        return value(local)
    return value(to_local(to_utc(local, start.zone), UTC), is_utc=True)


def _write_day(day: object) -> str:
    if not isinstance(day, dict):
        raise FormatError("recurrenceRule/byDay: a member is no NDay")
    return f"{_whole(day, 'nthOfPeriod') or ''}{_one_of(_upper(day, 'day') or '', WEEKDAYS)}"


def _upper(rule: Json, key: str) -> str | None:
    given = rule.get(key)
    if given is None:
        return None
    return _match(_WORD, given if isinstance(given, str) else "")[0].upper()


def _whole(rule: Json, key: str) -> str | None:
    given = rule.get(key)
    if given is None:
        return None
    if not isinstance(given, int) or isinstance(given, bool):
        raise FormatError(f"recurrenceRule/{key} is no whole number")
    return str(given)


def _joined(rule: Json, key: str) -> str | None:
    values = _list(rule, key)
    return ",".join(_match(_NUMBER, str(v).removesuffix("L"))[0] + _leap(v) for v in values) or None


def _leap(month: object) -> str:
    return "L" if isinstance(month, str) and month.endswith("L") else ""


def _list(rule: Json, key: str) -> list[object]:
    given = rule.get(key)
    return given[:MAX_LIST] if isinstance(given, list) else []


def _members(text: str) -> list[str]:
    members = [member for one in text.split(",") if (member := one.strip())]
    if len(members) > MAX_LIST:
        raise FormatError(f"RRULE: {len(members)} members of one part; at most {MAX_LIST}")
    return members


def _number(text: str) -> int:
    return int(_match(_NUMBER, text)[0])


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise FormatError(f"RRULE: {text[:40]!r} cannot be read")
    return found


def _one_of(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise FormatError(f"RRULE: {text[:40]!r} is none of {', '.join(words)}")
    return text
