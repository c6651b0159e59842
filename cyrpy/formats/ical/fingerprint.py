"""Recognizing a zone by what its VTIMEZONE says of the years to come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.occurrences import occurrences
from cyrpy.formats.ical.rule import parse_rule
from cyrpy.formats.tzif import ZoneData, release
from cyrpy.formats.tzif.posix import DAY, EPOCH

MAX_OBSERVANCES = 500  # of a component; the rest of a longer one is not looked at
MAX_TZID = 255  # characters
MAX_DATES = 5000  # RDATEs of an observance
MAX_STEPS = 10_000  # of expanding its rules
LOOK_BACK = 2 * 366 * 86400  # seconds
WINDOW_YEARS = 2
AREAS = re.compile(
    "(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)/"
)
TOLERANCE = 4 * 3600  # seconds; some clients write onsets in another local time than they should

_LOCAL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?Z?")
_OFFSET = re.compile(r"([-+])(\d\d)(\d\d)(\d\d)?")
_WORD = re.compile(r"[^\W\d_]{3,}")


class Fingerprint(NamedTuple):
    """What a zone does in a span of years: offsets, and the instants between them."""

    offsets: tuple[int, ...]
    changes: tuple[int, ...]

    def difference(self, other: Fingerprint) -> int:
        """By how many seconds the changes differ at most; the offsets are equal."""
        pairs = zip(self.changes, other.changes, strict=True)
        return max((abs(mine - its) for mine, its in pairs), default=0)


class _Onset(NamedTuple):
    """Seconds since 1970, offset from then on, and its abbreviation or ""."""

    at: int
    after: int
    abbreviation: str


class _Claim(NamedTuple):
    """What a component says of the window, and the abbreviations that it uses there."""

    fingerprint: Fingerprint
    abbreviations: frozenset[str]


def by_rules(component: Component, tzid: str) -> str | None:
    """The zone that does what a VTIMEZONE says; None: none does, or it says nothing.

    Of several: by words that the TZID shares with a zone's name, then by abbreviations, then
    the plain `Etc/GMT-1` for a fixed offset, then the usual representative of its kind, then
    one whose abbreviation is not just a number.
    """
    claim = _of_component(component)
    if claim is None:
        return None
    wanted, abbreviations = claim
    words = _words(tzid)
    plain = fixed(wanted.offsets[0]) if len(wanted.offsets) == 1 else None

    def rank(name: str) -> tuple[bool, int, bool, bool, bool, bool, str]:
        used = _abbreviations(name)
        return (
            _fingerprints()[name].difference(wanted) > 0,
            -len(words & _words(name)),
            not abbreviations or not abbreviations <= used,
            name != plain,
            name not in release.representatives(),
            not all(map(str.isalpha, used)),
            name,
        )

    alike = _by_offsets().get(wanted.offsets, ())
    near = [name for name in alike if _fingerprints()[name].difference(wanted) <= TOLERANCE]
    return min(near, key=rank, default=None)


def fixed(offset: int) -> str | None:
    """The name of a fixed offset (seconds east of UT); IANA has names for those of whole hours."""
    if offset == 0:
        return "Etc/UTC"
    hours, rest = divmod(-offset, 3600)
    return None if rest else release.find(f"Etc/GMT{hours:+d}")


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text[:MAX_TZID])}


def _window() -> tuple[int, int]:
    """The years after that of the release: by then its newest rules hold."""
    year = int(release.version()[:4]) + 1
    return year, year + WINDOW_YEARS


def _instant(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


@cache
def _fingerprints() -> Mapping[str, Fingerprint]:
    """Of each zone of an area; older names such as `US/Eastern` are aliases of those."""
    of_target: dict[str, Fingerprint] = {}
    found: dict[str, Fingerprint] = {}
    for name in release.names():
        if AREAS.match(name):
            target = release.targets().get(name, name)
            if target not in of_target:
                of_target[target] = _of_zone(release.load(target))
            found[name] = of_target[target]
    return found


@cache
def _by_offsets() -> Mapping[tuple[int, ...], Sequence[str]]:
    alike: dict[tuple[int, ...], list[str]] = {}
    for name, fingerprint in _fingerprints().items():
        alike.setdefault(fingerprint.offsets, []).append(name)
    return alike


@lru_cache(maxsize=1024)
def _abbreviations(name: str) -> frozenset[str]:
    start, end = map(_instant, _window())
    zone = release.load(name)
    used = {zone.type_at(start), *(onset.after for onset in zone.onsets(start, end))}
    return frozenset(local_type.abbreviation.upper() for local_type in used)


def _of_zone(zone: ZoneData) -> Fingerprint:
    start, end = map(_instant, _window())
    onsets = ((onset.at, onset.after.offset) for onset in zone.onsets(start, end))
    return _fingerprint(zone.type_at(start).offset, onsets)


def _fingerprint(offset: int, onsets: Iterable[tuple[int, int]]) -> Fingerprint:
    offsets, changes = [offset], []
    for at, after in onsets:
        if after != offsets[-1]:
            offsets.append(after)
            changes.append(at)
    return Fingerprint(tuple(offsets), tuple(changes))


def _of_component(component: Component) -> _Claim | None:
    """What a VTIMEZONE claims; None: no observance of it can be read."""
    start, end = map(_instant, _window())
    onsets: list[_Onset] = []
    budget = Budget(MAX_STEPS)
    for inside in component.components[:MAX_OBSERVANCES]:
        try:
            onsets.extend(_onsets(inside, budget))
        except (ValueError, KeyError, FormatError):
            continue  # others may still tell
    if not onsets:
        return None
    onsets.sort()
    held = [onset for onset in onsets if onset.at <= start] or onsets[:1]
    used = [held[-1], *(onset for onset in onsets if start < onset.at < end)]
    fingerprint = _fingerprint(used[0].after, ((onset.at, onset.after) for onset in used[1:]))
    return _Claim(fingerprint, frozenset(onset.abbreviation for onset in used) - {""})


def _onsets(observance: Component, budget: Budget) -> Iterator[_Onset]:
    """The changes of an observance: all that can matter in the window."""
    lines = observance.properties
    values = {line.name: line.value.strip() for line in reversed(lines)}
    before, after = _seconds(values["TZOFFSETFROM"]), _seconds(values["TZOFFSETTO"])
    first = _local(values["DTSTART"])
    moments = [first]
    dates = [text for line in lines if line.name == "RDATE" for text in line.value.split(",")]
    moments += [_local(text.strip().partition("/")[0]) for text in dates[-MAX_DATES:]]
    if "RRULE" in values:
        moments += _recurrences(values["RRULE"], first, before, budget)
    for moment in moments:
        yield _Onset(moment - EPOCH * DAY - before, after, values.get("TZNAME", "").upper())


def _recurrences(text: str, first: int, before: int, budget: Budget) -> Iterator[int]:
    """Local times of a rule in the window and in the two years before that or before its end."""
    rule = parse_rule(text)
    start, end = (_instant(year) + EPOCH * DAY for year in _window())
    if rule.until is not None:
        last = int(rule.until.at.replace(tzinfo=UTC).timestamp()) + EPOCH * DAY + 1
        last += before if rule.until.is_utc else DAY * rule.until.is_date
        end = min(end, last)
    return occurrences(rule, first, min(start, end) - LOOK_BACK, end, budget)


def _local(text: str) -> int:
    """A local time as `occurrences` counts it."""
    found = _LOCAL.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return date(year, month, day).toordinal() * DAY + hours * 3600 + minutes * 60 + seconds


def _seconds(text: str) -> int:
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return (-1 if found[1] == "-" else 1) * (hours * 3600 + minutes * 60 + seconds)
