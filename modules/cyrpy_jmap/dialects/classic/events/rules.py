"""Recurrence rules: of profile A, with days and months as numbers, and of B, with other names."""

from __future__ import annotations

from typing import Any, Final

from cyrpy_jmap.dialects.classic.events import reading
from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.invocation import Json

DAYS: Final = ("su", "mo", "tu", "we", "th", "fr", "sa")
MONDAY: Final = 1
# Classic member -> that of JSCalendar, for lists that are alike.
LISTS: Final = {
    "byDate": "byMonthDay",
    "byYearDay": "byYearDay",
    "byWeekNo": "byWeekNo",
    "byHour": "byHour",
    "byMinute": "byMinute",
    "bySecond": "bySecond",
    "bySetPosition": "bySetPosition",
}
_KNOWN: Final = {
    "frequency": reading.text,
    "interval": reading.number,
    "firstDayOfWeek": reading.number,
    "count": reading.number,
    "until": reading.text,
    "byDay": reading.numbers,
    "byMonth": reading.numbers,
    **dict.fromkeys(LISTS, reading.numbers),
}


def to_early(rule: Json) -> Json:
    """A rule as profile A has it."""
    made: Json = {n: rule[n] for n in ("frequency", "count", "until") if n in rule}
    if rule.get("interval", 1) != 1:
        made["interval"] = rule["interval"]
    first = _day(rule.get("firstDayOfWeek", "mo"))
    if first != MONDAY:
        made["firstDayOfWeek"] = first
    if "byDay" in rule:
        days = [_day(one["day"]) + 7 * one.get("nthOfPeriod", 0) for one in rule["byDay"]]
        made["byDay"] = sorted(days)
    if "byMonth" in rule:
        made["byMonth"] = sorted(int(month.rstrip("L")) - 1 for month in rule["byMonth"])
    for classic, name in LISTS.items():
        if name in rule:
            made[classic] = sorted(rule[name])
    return made


def from_early(value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401 - any JSON value
    """The inverse; JSCalendar's own check comes after it."""
    given = reading.fields(value, _KNOWN, path, wrong)
    made: Json = {"@type": "RecurrenceRule"}
    made |= {n: given[n] for n in ("frequency", "interval", "count", "until") if n in given}
    if "count" in given and "until" in given:
        wrong[f"{path}/until"] = "must not be set beside count"
    if "firstDayOfWeek" in given:
        made["firstDayOfWeek"] = _name(given["firstDayOfWeek"], f"{path}/firstDayOfWeek", wrong)
    if "byDay" in given:
        made["byDay"] = [_n_day(one) for one in given["byDay"]]
    if "byMonth" in given:
        made["byMonth"] = [str(month + 1) for month in given["byMonth"]]
    for classic, name in LISTS.items():
        if classic in given:
            made[name] = given[classic]
    return made


def _day(name: str) -> int:
    return DAYS.index(name) if name in DAYS else MONDAY


def _name(day: int | None, path: str, wrong: Wrong) -> str:
    if day is not None and 0 <= day < len(DAYS):
        return DAYS[day]
    wrong[path] = "must be a number from 0, Sunday, to 6"
    return "mo"


def _n_day(packed: int) -> Json:
    """A day of the week, and seven times which one in the month or year."""
    nth, day = divmod(packed, 7)
    made: Json = {"@type": "NDay", "day": DAYS[day]}
    return {**made, "nthOfPeriod": nth} if nth else made


def to_later(rule: Json) -> Json:
    """A rule as profile B has it."""
    made = {name: value for name, value in rule.items() if name not in ("@type", "byMonthDay")}
    if "byMonthDay" in rule:
        made["byDate"] = rule["byMonthDay"]
    if "byDay" in rule:
        made["byDay"] = [{n: v for n, v in one.items() if n != "@type"} for one in rule["byDay"]]
    return made


def from_later(value: Any, path: str, wrong: Wrong) -> Any:  # noqa: ANN401
    """The inverse."""
    if not isinstance(value, dict):
        wrong[path] = "must be an object, or null"
        return None
    made = {name: v for name, v in value.items() if v is not None and name != "byDate"}
    if value.get("byDate") is not None:
        made["byMonthDay"] = value["byDate"]
    return made
