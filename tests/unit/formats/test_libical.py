"""Our VTIMEZONEs in libical, the library of Cyrus and of many clients, where it is installed."""

from __future__ import annotations

import ctypes
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cyrpy.formats.ical import zones
from cyrpy.formats.tzif import release

YEAR_1970, YEAR_2040 = 0, 2208988800


class Time(ctypes.Structure):
    """`struct icaltimetype`."""

    _fields_ = [
        *(
            (name, ctypes.c_int)
            for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")
        ),
        ("zone", ctypes.c_void_p),
    ]


@pytest.fixture(scope="module")
def libical() -> Any:
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError:
        pytest.skip("libical 3 is not installed")
    pointer = ctypes.c_void_p
    for name, result, *arguments in (
        ("icalparser_parse_string", pointer, ctypes.c_char_p),
        ("icalcomponent_string_to_kind", ctypes.c_int, ctypes.c_char_p),
        ("icalcomponent_get_first_component", pointer, pointer, ctypes.c_int),
        ("icalcomponent_count_errors", ctypes.c_int, pointer),
        ("icaltimezone_new", pointer),
        ("icaltimezone_set_component", ctypes.c_int, pointer, pointer),
        ("icaltime_from_timet_with_zone", Time, ctypes.c_longlong, ctypes.c_int, pointer),
        ("icaltimezone_get_utc_offset_of_utc_time", ctypes.c_int, pointer, pointer, pointer),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def test_every_zone_has_the_offsets_of_zoneinfo_around_every_transition(libical):
    zones.use_tzdata_only()
    ZoneInfo.clear_cache()
    kind = libical.icalcomponent_string_to_kind(b"VTIMEZONE")
    for name in release.names():
        text = b"BEGIN:VCALENDAR\r\n" + zones.vtimezone(name) + b"END:VCALENDAR\r\n"
        calendar = libical.icalparser_parse_string(text)
        assert libical.icalcomponent_count_errors(calendar) == 0
        theirs, ours = libical.icaltimezone_new(), ZoneInfo(name)
        component = libical.icalcomponent_get_first_component(calendar, kind)
        assert libical.icaltimezone_set_component(theirs, component) == 1
        for onset in release.load(name).onsets(YEAR_1970, YEAR_2040):
            for at in (onset.at - 1, onset.at):
                time = libical.icaltime_from_timet_with_zone(at, 0, None)
                offset = libical.icaltimezone_get_utc_offset_of_utc_time(
                    theirs, ctypes.byref(time), None
                )
                moment = datetime.fromtimestamp(at, UTC).astimezone(ours)
                assert moment.utcoffset().total_seconds() == offset, (name, at)
