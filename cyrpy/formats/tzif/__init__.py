"""Time zone data: TZif files (RFC 9636) and the release of the tz database that is installed."""

from cyrpy.formats.tzif.posix import Daylight, LocalType, PosixZone, YearlyRule
from cyrpy.formats.tzif.reader import read
from cyrpy.formats.tzif.writer import write
from cyrpy.formats.tzif.zone import UNSPECIFIED, LeapSecond, Onset, ZoneData

__all__ = [
    "UNSPECIFIED",
    "Daylight",
    "LeapSecond",
    "LocalType",
    "Onset",
    "PosixZone",
    "YearlyRule",
    "ZoneData",
    "read",
    "write",
]
