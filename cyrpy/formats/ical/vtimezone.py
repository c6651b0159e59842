"""VTIMEZONE components made from TZif data (RFC 5545 §3.6.5, RFC 7808 §3.9 and §7)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.tzif import LocalType, Onset, PosixZone, YearlyRule, ZoneData
from cyrpy.formats.tzif.posix import DAY, EPOCH
from cyrpy.formats.tzif.zone import FIRST_YEAR, LAST_YEAR

T = TypeVar("T")

BEGINNING = "16010101T000000"  # DTSTART of what held before the first change, as Windows has it
WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
SAMPLE_YEARS = range(2022, 2026)  # one of each length, with one of each before and after
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Piece(NamedTuple):
    """An RRULE, and the month whose days alone it is for; None: all."""

    rrule: str
    month: int | None


def component(
    tzid: str,
    zone: ZoneData,
    *,
    alias_of: str | None = None,
    start: int | None = None,
    end: int | None = None,
) -> Component:
    """The VTIMEZONE of a zone.

    Args:
        tzid: Its name; also X-LIC-LOCATION, by which libical knows it.
        zone: Its data.
        alias_of: What `tzid` is an alias of (RFC 7808 §7.2).
        start: Seconds since 1970; what held before is left out (RFC 7808 §3.9).
        end: Seconds since 1970; what holds from then on is left out, and TZUNTIL says so.
    """
    properties = [Line("TZID", "", tzid), Line("X-LIC-LOCATION", "", tzid)]
    if alias_of is not None:
        properties.append(Line("TZID-ALIAS-OF", "", alias_of))
    if end is not None:
        properties.append(Line("TZUNTIL", "", _utc(end)))
    observances = [_first(zone, start), *_explicit(zone, start, end), *_by_rule(zone, start, end)]
    return Component("VTIMEZONE", properties, observances)


def _first(zone: ZoneData, start: int | None) -> Component:
    """What holds at the beginning, or at `start`: it changes nothing, so both offsets agree."""
    if start is None:
        return _observance(zone.initial, zone.initial, zone.footer, [BEGINNING])
    held = zone.type_at(start)
    return _observance(held, held, zone.footer, [_local(start + held.offset)])


def _explicit(zone: ZoneData, start: int | None, end: int | None) -> list[Component]:
    """One observance for all changes that are alike."""
    alike: dict[tuple[LocalType, LocalType], list[Onset]] = {}
    for onset in zone.explicit_onsets(start, end):
        alike.setdefault((onset.before, onset.after), []).append(onset)
    return [
        _observance(before, after, zone.footer, [_local(o.at + before.offset) for o in onsets])
        for (before, after), onsets in alike.items()
    ]


def _by_rule(zone: ZoneData, start: int | None, end: int | None) -> list[Component]:
    """The observances that recur, from after the last explicit change on."""
    footer = zone.footer
    if footer is None or footer.daylight is None:
        return []
    daylight = footer.daylight
    found: list[Component] = []
    for rule, before, after in (
        (daylight.start, footer.standard, daylight.type),
        (daylight.end, daylight.type, footer.standard),
    ):
        for piece in pieces(rule):
            span = _span(rule, piece, before.offset, zone.rules_start(start), end)
            if span is not None:
                until = "" if end is None else f";UNTIL={_utc(span[1] - before.offset)}"
                rrule = Line("RRULE", "", piece.rrule + until)
                found.append(_observance(before, after, footer, [_local(span[0])], rrule))
    return found


def _span(
    rule: YearlyRule, piece: _Piece, offset: int, after: int, end: int | None
) -> tuple[int, int] | None:
    """First and last local time of a piece after `after` and before `end`; None: none is."""

    def seek(near: int, step: int, wanted: Callable[[int], bool]) -> int | None:
        year = min(max((_EPOCH + timedelta(seconds=near)).year - step, FIRST_YEAR), LAST_YEAR)
        while FIRST_YEAR <= year <= LAST_YEAR:
            at = rule.local(year)
            day = date.fromordinal(EPOCH + at // DAY)
            if piece.month in {None, day.month} and wanted(at - offset):
                return at
            year += step
        return None

    begin = max(after, int((datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()))
    first = seek(begin, 1, lambda at: at > after)
    if first is None or end is None:
        return None if first is None else (first, first)
    last = seek(end, -1, lambda at: at < end)
    return None if last is None or last < first else (first, last)


def pieces(rule: YearlyRule) -> list[_Piece]:
    """Recurrence rules that together say the same as a rule of a TZ string.

    Times outside of the day (`M10.5.4/24`, `M3.4.4/50`) move the date, perhaps into another
    month. Each month then gets a rule with BYMONTHDAY, which old clients know; BYYEARDAY serves
    where leap years move the date.

    Raises:
        FormatError: the date depends on the length of the year before; no zone has such a rule.
    """
    shift = rule.seconds // DAY
    weekday = WEEKDAYS[(rule.weekday + shift) % 7] if rule.form == "M" else None
    by_day = f";BYDAY={weekday}" if weekday else ""
    if rule.form == "M" and shift == 0:
        week = -1 if rule.week == 5 else rule.week
        return [_Piece(f"FREQ=YEARLY;BYMONTH={rule.month};BYDAY={week}{weekday}", None)]
    samples = [_days(rule, shift, year) for year in SAMPLE_YEARS]
    dates = _agreed(samples, lambda day: (day.month, day.day))
    if dates is not None:
        months = list(dict.fromkeys(month for month, _ in dates))
        return [
            _Piece(
                f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY="
                + ",".join(str(day) for m, day in dates if m == month)
                + by_day,
                month,
            )
            for month in months
        ]
    for number_of in (_number, _number_from_end):
        numbers = _agreed(samples, number_of)
        if numbers is not None:
            days = ",".join(map(str, numbers))
            return [_Piece(f"FREQ=YEARLY;BYYEARDAY={days}{by_day}", None)]
    raise FormatError("a rule by the day of the year crosses its end: no RRULE can say that")


def _agreed(samples: Sequence[Sequence[date]], read: Callable[[date], T]) -> list[T] | None:
    """What `read` finds in the days of every year alike; None: years differ."""
    first, *others = ([read(day) for day in days] for days in samples)
    return first if all(other == first for other in others) else None


def _number(day: date) -> int:
    return day.timetuple().tm_yday


def _number_from_end(day: date) -> int:
    return day.toordinal() - date(day.year, 12, 31).toordinal() - 1


def _days(rule: YearlyRule, shift: int, year: int) -> list[date]:
    """Every date on which the change can fall, whatever weekday the year begins with."""
    if rule.form != "M":
        return [date.fromordinal(rule.ordinal(year) + shift)]
    last = monthrange(year, rule.month)[1]
    first = last - 6 if rule.week == 5 else 7 * rule.week - 6
    begin = date(year, rule.month, first) + timedelta(days=shift)
    return [begin + timedelta(days=number) for number in range(7)]


def _observance(
    before: LocalType,
    after: LocalType,
    footer: PosixZone | None,
    onsets: Sequence[str],
    rrule: Line | None = None,
) -> Component:
    properties = [
        Line("DTSTART", "", onsets[0]),
        Line("TZNAME", "", after.abbreviation),
        Line("TZOFFSETFROM", "", _offset(before.offset)),
        Line("TZOFFSETTO", "", _offset(after.offset)),
    ]
    if rrule is not None:
        properties.append(rrule)
    properties += [Line("RDATE", "", onset) for onset in onsets[1:]]
    return Component("DAYLIGHT" if _is_daylight(after, footer) else "STANDARD", properties)


def _is_daylight(kept: LocalType, footer: PosixZone | None) -> bool:
    """Whether clients see it as daylight saving time: the time that is ahead.

    Ireland's law makes winter the exception (`IST-1GMT0`), a negative saving, which clients
    that think in standard and daylight time get wrong.
    """
    if footer is not None and footer.daylight is not None:
        standard, daylight = footer.standard, footer.daylight.type
        if daylight.offset < standard.offset and kept in {standard, daylight}:
            return kept == standard
    return kept.is_dst


def _offset(seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    text = f"{sign}{hours:02}{rest // 60:02}"
    return f"{text}{rest % 60:02}" if rest % 60 else text


def _local(seconds: int) -> str:
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment.year:04}{moment:%m%dT%H%M%S}"


def _utc(at: int) -> str:
    return _local(at) + "Z"
