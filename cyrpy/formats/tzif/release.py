"""The release of the tz database in the `tzdata` package, cyrpy's one source of time zones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.tzif.reader import read
from cyrpy.formats.tzif.zone import LeapSecond, ZoneData

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TAI_BEFORE_1972_07 = 10  # seconds from UTC to TAI before the first leap second

_LEAP = re.compile(r"^Leap\s+(\d+)\s+(\w+)\s+(\d+)\s+\S+\s+([-+])", re.MULTILINE)
_EXPIRES = re.compile(r"^#expires (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LeapSeconds:
    """Day and seconds from UTC to TAI from that day on; `expires`: when more may be known."""

    expires: date
    offsets: tuple[tuple[date, int], ...]

    def counted(self) -> tuple[LeapSecond, ...]:
        """As TZif counts them."""
        return tuple(
            LeapSecond(
                int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()),
                offset - TAI_BEFORE_1972_07,
            )
            for day, offset in self.offsets[1:]
        )


@cache
def version() -> str:
    """The name of the release, such as `2026f`."""
    first_line = _text("zoneinfo/tzdata.zi").partition("\n")[0]
    return first_line.rpartition(" ")[2]


@cache
def modified() -> datetime:
    """When the release came to this machine."""
    return datetime.fromtimestamp(int(_file("zoneinfo/tzdata.zi").stat().st_mtime), UTC)


@cache
def names() -> tuple[str, ...]:
    """Every name of a zone, aliases included, in order."""
    return tuple(sorted(_text("zones").split()))


@cache
def targets() -> Mapping[str, str]:
    """What each alias stands for."""
    links: dict[str, str] = {}
    for line in _text("zoneinfo/tzdata.zi").splitlines():
        if line.startswith("L "):
            _, target, alias = line.split(" ")
            links[alias] = target
    return {alias: links.get(target, target) for alias, target in links.items()}


@cache
def aliases() -> Mapping[str, Sequence[str]]:
    """The aliases of each zone that has any, in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for alias, target in sorted(targets().items()):
        found[target].append(alias)
    return dict(found)


@cache
def representatives() -> tuple[str, ...]:
    """One zone for each way in which clocks go from now on (`zonenow.tab`)."""
    rows = (line.split("\t") for line in _text("zoneinfo/zonenow.tab").splitlines())
    return tuple(row[2] for row in rows if len(row) > 2 and not row[0].startswith("#"))


@cache
def _spellings() -> Mapping[str, str]:
    return {name.lower(): name for name in names()}


def find(tzid: str) -> str | None:
    """The name of a zone as IANA spells it, from any mixture of cases; None: no such zone."""
    return _spellings().get(tzid.lower())


def octets(name: str) -> bytes:
    """The TZif file of a zone.

    Raises:
        NotFound: `name` is not the name of a zone, as IANA spells it.
    """
    if _spellings().get(name.lower()) != name:
        raise NotFound(f"no time zone {name[:80]!r} in release {version()} of the tz database")
    return _file(f"zoneinfo/{name}").read_bytes()


@lru_cache(maxsize=64)
def load(name: str) -> ZoneData:
    """The data of a zone.

    Raises:
        NotFound: `name` is not the name of a zone, as IANA spells it.
    """
    return read(octets(name))


@cache
def leap_seconds() -> LeapSeconds:
    """The leap seconds since 1972, which begins the list.

    Raises:
        FormatError: the table of the package has changed its form.
    """
    table = _text("zoneinfo/leapseconds")
    expires = _EXPIRES.search(table)
    if expires is None:
        raise FormatError("tzdata: the table of leap seconds does not say when it expires")
    offset = TAI_BEFORE_1972_07
    offsets = [(date(1972, 1, 1), offset)]
    for year, month, day, sign in _LEAP.findall(table):
        last = date(int(year), MONTHS.index(month) + 1, int(day))
        offset += 1 if sign == "+" else -1
        offsets.append((date.fromordinal(last.toordinal() + 1), offset))
    return LeapSeconds(datetime.fromtimestamp(int(expires[1]), UTC).date(), tuple(offsets))


def _text(path: str) -> str:
    return _file(path).read_text(encoding="utf-8")


def _file(path: str) -> Path:
    return _folder() / path


@cache
def _folder() -> Path:
    spec = find_spec("tzdata")
    if spec is None or spec.origin is None:
        raise NotFound("the package tzdata is not installed; cyrpy takes its time zones from it")
    return Path(spec.origin).parent
