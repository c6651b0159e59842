"""VTIMEZONE components: the same offsets as zoneinfo, whole and truncated (RFC 7808 §3.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest

from cyrpy.errors import NotFound
from cyrpy.formats.ical import zones
from cyrpy.formats.tzif import release
from tests.support.vtimezone import Reading

YEAR_1970, YEAR_2040 = 0, 2208988800


@pytest.fixture(autouse=True)
def _tzdata_only() -> None:
    zones.use_tzdata_only()
    ZoneInfo.clear_cache()


def offset(zone: ZoneInfo, at: int) -> float:
    found = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    assert found is not None
    return found.total_seconds()


def instants_around_changes(name: str, last: int) -> Iterator[int]:
    for onset in release.load(name).onsets(YEAR_1970, last):
        yield onset.at - 1
        yield onset.at


def test_every_zone_has_the_offsets_of_zoneinfo_around_every_transition_from_1970_to_2040():
    for name in release.names():
        zone, reading = ZoneInfo(name), Reading(zones.vtimezone(name), until=2041)
        for at in instants_around_changes(name, YEAR_2040):
            assert reading.offset(at) == offset(zone, at), (name, at)


@pytest.mark.parametrize(
    "name", ["Europe/Dublin", "Africa/Cairo", "Asia/Gaza", "America/Santiago", "America/Nuuk",
             "Asia/Jerusalem", "Australia/Lord_Howe", "America/Scoresbysund"]
)  # fmt: skip
def test_the_offsets_stay_right_in_the_far_future(name):
    zone, reading = ZoneInfo(name), Reading(zones.vtimezone(name), until=2500)
    for at in instants_around_changes(name, 16725225600):
        assert reading.offset(at) == offset(zone, at)


def test_each_change_begins_with_the_offset_that_the_one_before_ends_with():
    for name in release.names():
        changes = Reading(zones.vtimezone(name), until=2090).changes
        for earlier, later in pairwise(changes):
            assert earlier.after == later.before, (name, later)


def test_onsets_are_written_in_the_local_time_before_them():
    text = zones.vtimezone("Europe/Vienna", datetime(2024, 1, 1, tzinfo=UTC)).decode()
    assert (
        "BEGIN:DAYLIGHT\r\nDTSTART:20240331T020000\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\n"
        "TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
    ) in text


def test_a_truncated_zone_begins_with_what_holds_and_ends_with_tzuntil():
    reading = Reading(
        zones.vtimezone(
            "Europe/Berlin", datetime(2024, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
        )
    )
    assert reading.properties["TZUNTIL"] == "20260101T000000Z"
    assert reading.changes == [
        (1719792000, 7200, 7200),
        (1729990800, 7200, 3600),
        (1743296400, 3600, 7200),
        (1761440400, 7200, 3600),
    ]


@pytest.mark.parametrize("name", ["Europe/Berlin", "Africa/Cairo", "Asia/Tokyo", "Asia/Gaza"])
def test_a_truncated_zone_has_the_right_offsets_inside_its_span(name):
    start, end = datetime(1995, 6, 1, tzinfo=UTC), datetime(2031, 6, 1, tzinfo=UTC)
    reading, zone = Reading(zones.vtimezone(name, start, end)), ZoneInfo(name)
    for onset in release.load(name).onsets(int(start.timestamp()), int(end.timestamp())):
        for at in (onset.at - 1, onset.at):
            assert reading.offset(at) == offset(zone, at)
    assert reading.changes[0].at == int(start.timestamp())
    assert reading.changes[-1].at < int(end.timestamp())


def test_an_alias_names_its_target():
    reading = Reading(zones.vtimezone("europe/stockholm"))
    assert reading.properties["TZID"] == "Europe/Stockholm"
    assert reading.properties["TZID-ALIAS-OF"] == "Europe/Berlin"
    assert reading.properties["X-LIC-LOCATION"] == "Europe/Stockholm"


def test_irelands_summer_is_daylight_time_although_its_law_says_standard():
    text = zones.vtimezone("Europe/Dublin", datetime(2024, 1, 1, tzinfo=UTC)).decode()
    daylight = text[text.index("BEGIN:DAYLIGHT") : text.index("END:DAYLIGHT")]
    assert "TZNAME:IST" in daylight
    assert "DTSTART:20240331T010000" in daylight


def test_a_name_that_is_none_is_not_found():
    with pytest.raises(NotFound, match="Atlantis"):
        zones.vtimezone("Europe/Atlantis")
    assert zones.zone("Europe/Atlantis") is None


def test_zones_are_found_in_any_mixture_of_cases():
    assert zones.zone("america/new_york") is ZoneInfo("America/New_York")


def test_icalendar_loads_every_zone():
    for name in release.names():
        text = b"BEGIN:VCALENDAR\r\n" + zones.vtimezone(name) + b"END:VCALENDAR\r\n"
        [timezone] = icalendar.Calendar.from_ical(text).timezones
        assert timezone.tz_name == name
        assert not timezone.errors


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Africa/Cairo"])
def test_icalendar_computes_with_a_zone(name):
    text = b"BEGIN:VCALENDAR\r\n" + zones.vtimezone(name) + b"END:VCALENDAR\r\n"
    timezone = icalendar.Calendar.from_ical(text).timezones[0]
    timezone["TZID"] = "Custom"  # else it takes its own data
    computed = timezone.to_tz()
    for month in range(1, 13):
        local = datetime(2025, month, 15, 12)
        wanted = local.replace(tzinfo=ZoneInfo(name)).utcoffset()
        assert local.replace(tzinfo=computed).utcoffset() == wanted
