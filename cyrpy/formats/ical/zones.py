"""Time zones by name, from the tzdata package alone: for computing, and as VTIMEZONE."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from functools import lru_cache

from cyrpy.errors import NotFound
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.guess import guess
from cyrpy.formats.ical.vtimezone import component
from cyrpy.formats.ical.write import write
from cyrpy.formats.tzif import release

__all__ = ["guess", "use_tzdata_only", "vtimezone", "vtimezone_component", "zone"]


def use_tzdata_only() -> None:
    """Keep `zoneinfo` from the system's files, so that every part uses the same release.

    For the whole process: the host calls it at start. The system's files may be years old: of
    598 zones, 145 differed between Debian's 2025b and tzdata 2026f.
    """
    zoneinfo.reset_tzpath(())


def zone(tzid: str) -> zoneinfo.ZoneInfo | None:
    """The zone of an IANA name, in any mixture of cases; None: there is no such name."""
    name = release.find(tzid)
    return None if name is None else zoneinfo.ZoneInfo(name)


def vtimezone(tzid: str, start: datetime | None = None, end: datetime | None = None) -> bytes:
    """The VTIMEZONE of an IANA name, in any mixture of cases.

    Args:
        tzid: The name.
        start: With a time zone; what held before is left out.
        end: With a time zone; what holds from then on is left out.

    Raises:
        NotFound: there is no such zone.
    """
    return _written(_known(tzid), _seconds(start), _seconds(end))


def vtimezone_component(
    tzid: str, start: datetime | None = None, end: datetime | None = None
) -> Component:
    """The same as a tree, which the caller may change.

    Raises:
        NotFound: there is no such zone.
    """
    return _component(_known(tzid), _seconds(start), _seconds(end))


@lru_cache(maxsize=256)
def _written(name: str, start: int | None, end: int | None) -> bytes:
    return write(_component(name, start, end))


def _component(name: str, start: int | None, end: int | None) -> Component:
    return component(
        name, release.load(name), alias_of=release.targets().get(name), start=start, end=end
    )


def _known(tzid: str) -> str:
    name = release.find(tzid)
    if name is None:
        raise NotFound(f"no time zone {tzid[:80]!r} in release {release.version()} of tzdata")
    return name


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
