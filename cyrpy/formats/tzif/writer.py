"""Writing TZif files, with or without leap seconds (RFC 9636)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from cyrpy.formats.tzif.posix import DAY, LocalType, PosixZone
from cyrpy.formats.tzif.reader import HEADER
from cyrpy.formats.tzif.zone import LeapSecond, ZoneData

# Readers of version 1 get an empty block, as RFC 9636 §4 allows: one type, UT, without a name.
_VERSION_1_BLOCK = bytes(7)


def write(zone: ZoneData, leaps: Sequence[LeapSecond] = ()) -> bytes:
    """The octets of a file; `leaps` are counted in its instants (`application/tzif-leap`)."""
    version = _version(zone.footer)
    types = list(dict.fromkeys([zone.initial, *(after for _, after in zone.transitions)]))
    index = {local_type: number for number, local_type in enumerate(types)}
    starts, designations = _designations(types)
    times = [_with_leaps(at, leaps) for at, _ in zone.transitions]
    counts = (0, 0, len(leaps), len(times), len(types), len(designations))
    parts = [
        HEADER.pack(b"TZif", version, 0, 0, 0, 0, 1, 1),
        _VERSION_1_BLOCK,
        HEADER.pack(b"TZif", version, *counts),
        struct.pack(f">{len(times)}q", *times),
        bytes(index[after] for _, after in zone.transitions),
        *(struct.pack(">lBB", t.offset, t.is_dst, starts[t.abbreviation]) for t in types),
        designations,
        *_leap_records(leaps),
        b"\n",
        zone.footer.text.encode("ascii") if zone.footer else b"",
        b"\n",
    ]
    return b"".join(parts)


def _version(footer: PosixZone | None) -> bytes:
    """`3` where a rule's time lies outside of 0 to 24 hours (RFC 9636 §3.3)."""
    if footer is None or footer.daylight is None:
        return b"2"
    rules = (footer.daylight.start, footer.daylight.end)
    return b"2" if all(0 <= rule.seconds <= DAY for rule in rules) else b"3"


def _designations(types: Sequence[LocalType]) -> tuple[dict[str, int], bytes]:
    starts: dict[str, int] = {}
    octets = b""
    for local_type in types:
        if local_type.abbreviation not in starts:
            starts[local_type.abbreviation] = len(octets)
            octets += local_type.abbreviation.encode("ascii") + b"\0"
    return starts, octets


def _with_leaps(at: int, leaps: Sequence[LeapSecond]) -> int:
    counted = 0
    for leap in leaps:
        if at < leap.at:
            break
        counted = leap.total
    return at + counted


def _leap_records(leaps: Sequence[LeapSecond]) -> list[bytes]:
    """Occurrence, counting the leap seconds before it, and the correction from then on."""
    records: list[bytes] = []
    counted = 0
    for leap in leaps:
        records.append(struct.pack(">ql", leap.at + counted, leap.total))
        counted = leap.total
    return records
