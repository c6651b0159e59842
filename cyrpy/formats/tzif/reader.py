"""Reading TZif files, versions 1 to 4 (RFC 9636)."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.tzif import posix
from cyrpy.formats.tzif.posix import LocalType
from cyrpy.formats.tzif.zone import LeapSecond, ZoneData

MAX_SIZE = 1 << 20  # octets; the largest file of tzdata has 4 kB
HEADER = struct.Struct(">4sc15x6L")
_VERSIONS = b"\x00234"


class _Header(NamedTuple):
    """Counts of a data block (RFC 9636 §3.1)."""

    version: int
    isutcnt: int
    isstdcnt: int
    leapcnt: int
    timecnt: int
    typecnt: int
    charcnt: int

    def size(self, time_size: int) -> int:
        """Octets of the data block that follows."""
        times = self.timecnt * (time_size + 1)
        leaps = self.leapcnt * (time_size + 4)
        return times + self.typecnt * 6 + self.charcnt + leaps + self.isstdcnt + self.isutcnt


def read(octets: bytes) -> ZoneData:
    """A time zone from a TZif file.

    Raises:
        FormatError: the octets break a rule of RFC 9636 §3.
    """
    if len(octets) > MAX_SIZE:
        raise FormatError(f"TZif: {len(octets)} octets; at most {MAX_SIZE} are read")
    header = _header(octets, 0)
    if header.version == 0:
        return _block(octets, HEADER.size, header, 4)[0]
    second = HEADER.size + header.size(4)
    zone, end = _block(octets, second + HEADER.size, _header(octets, second), 8)
    footer = _footer(octets[end:])
    return ZoneData(zone.initial, zone.transitions, footer, zone.leaps)


def _header(octets: bytes, offset: int) -> _Header:
    if len(octets) < offset + HEADER.size:
        raise FormatError("TZif: the file ends before its header")
    magic, version, *counts = HEADER.unpack_from(octets, offset)
    if magic != b"TZif" or version not in _VERSIONS:
        raise FormatError("TZif: no header of version 1 to 4")
    header = _Header(version[0], *counts)
    if header.isutcnt not in {0, header.typecnt} or header.isstdcnt not in {0, header.typecnt}:
        raise FormatError("TZif: the counts of indicators differ from that of local time types")
    if header.typecnt == 0 or header.charcnt == 0:
        raise FormatError("TZif: no local time type or no designation")
    return header


def _block(octets: bytes, offset: int, header: _Header, time_size: int) -> tuple[ZoneData, int]:
    """The zone of a data block (RFC 9636 §3.2), without its footer, and where the block ends."""
    end = offset + header.size(time_size)
    if len(octets) < end:
        raise FormatError("TZif: the file ends inside a data block")
    code = "q" if time_size == 8 else "l"
    times = struct.unpack_from(f">{header.timecnt}{code}", octets, offset)
    offset += header.timecnt * time_size
    indexes = octets[offset : offset + header.timecnt]
    offset += header.timecnt
    entries = list(struct.iter_unpack(">lBB", octets[offset : offset + 6 * header.typecnt]))
    offset += 6 * header.typecnt
    designations = octets[offset : offset + header.charcnt]
    offset += header.charcnt
    size = header.leapcnt * (time_size + 4)
    leaps = _leaps(list(struct.iter_unpack(f">{code}l", octets[offset : offset + size])))
    types = [_type(entry, designations) for entry in entries]
    if any(index >= len(types) for index in indexes):
        raise FormatError("TZif: a transition names a local time type that is not there")
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise FormatError("TZif: the transition times do not ascend")
    transitions = tuple(
        (_without_leaps(at, leaps), types[index]) for at, index in zip(times, indexes, strict=True)
    )
    return ZoneData(types[0], transitions, None, leaps), end


def _type(entry: tuple[int, int, int], designations: bytes) -> LocalType:
    offset, is_dst, index = entry
    end = designations.find(b"\0", index)
    if end < 0 or is_dst > 1 or offset == -(1 << 31):
        raise FormatError("TZif: a local time type is not valid")
    try:
        return LocalType(offset, bool(is_dst), designations[index:end].decode("ascii"))
    except UnicodeDecodeError as exc:
        raise FormatError("TZif: a designation is not ASCII") from exc


def _leaps(records: list[tuple[int, int]]) -> tuple[LeapSecond, ...]:
    """Leap seconds in instants that do not count them; an expiry (version 4) is left out."""
    leaps: list[LeapSecond] = []
    counted = 0
    for at, total in records:
        if abs(total - counted) > 1:
            raise FormatError("TZif: the leap seconds do not begin with the first")
        if total != counted:
            leaps.append(LeapSecond(at - counted, total))
        counted = total
    return tuple(leaps)


def _without_leaps(at: int, leaps: tuple[LeapSecond, ...]) -> int:
    counted = 0
    for leap in leaps:
        if at - counted <= leap.at:
            break
        counted = leap.total
    return at - counted


def _footer(octets: bytes) -> posix.PosixZone | None:
    """The TZ string between two newlines (RFC 9636 §3.3)."""
    end = octets.find(b"\n", 1)
    if not octets.startswith(b"\n") or end < 0:
        raise FormatError("TZif: no footer between newlines")
    try:
        text = octets[1:end].decode("ascii")
    except UnicodeDecodeError as exc:
        raise FormatError("TZif: the footer is not ASCII") from exc
    return posix.parse(text) if text else None
