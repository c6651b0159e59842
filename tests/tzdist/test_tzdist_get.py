"""The get action (RFC 7808 §5.3)."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from cyrpy.formats.ical import jcal, write, xcal
from cyrpy.formats.tzif import UNSPECIFIED, read, release
from tests.support.vtimezone import Reading

SPAN = "?start=2024-01-01T00:00:00Z&end=2025-01-01T00:00:00Z"
SPRING, AUTUMN = (1711846800, 3600, 7200), (1729990800, 7200, 3600)


def test_a_zone_is_icalendar_unless_asked_otherwise(get):
    answer = get("/zones/Europe/Berlin", accept="*/*")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    [timezone] = icalendar.Calendar.from_ical(answer.content).timezones
    assert timezone.tz_name == "Europe/Berlin"


@pytest.mark.parametrize("path", ["Europe%2FBerlin", "Europe/Berlin", "europe/berlin"])
def test_the_slash_of_a_name_may_be_escaped_and_its_case_is_free(get, path):
    assert b"TZID:Europe/Berlin\r\n" in get(f"/zones/{path}").content


@pytest.mark.parametrize(
    ("media_type", "to_icalendar"),
    [
        ("application/calendar+json", lambda octets: write.write(jcal.read(octets))),
        ("application/calendar+xml", lambda octets: write.write(xcal.read(octets))),
    ],
)
@pytest.mark.parametrize("query", ["", SPAN])
def test_json_and_xml_say_the_same_as_icalendar(get, media_type, to_icalendar, query):
    answer = get(f"/zones/Africa/Cairo{query}", accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert to_icalendar(answer.content) == get(f"/zones/Africa/Cairo{query}").content


def test_tzif_is_the_file_of_the_tz_database(get):
    answer = get("/zones/Europe/Berlin", accept="application/tzif")
    assert answer.headers["content-type"] == "application/tzif"
    assert answer.content == release.octets("Europe/Berlin")


def test_tzif_with_leap_seconds_counts_them(get):
    zone = read(get("/zones/Europe/Berlin", accept="application/tzif-leap").content)
    assert len(zone.leaps) == 27
    assert zone.transitions == release.load("Europe/Berlin").transitions


def test_a_truncated_tzif_file_is_right_inside_its_span(get):
    octets = get(f"/zones/Europe/Berlin{SPAN}", accept="application/tzif").content
    assert [at for at, _ in read(octets).transitions] == [1704067200, 1711846800, 1729990800,
                                                          1735689600]  # fmt: skip
    assert read(octets).transitions[-1][1] == UNSPECIFIED
    summer = datetime(2024, 7, 1, tzinfo=UTC).astimezone(ZoneInfo.from_file(io.BytesIO(octets)))
    assert summer.utcoffset() == timedelta(hours=2)


def test_truncation_keeps_what_holds_at_the_start_and_names_the_end(get):
    reading = Reading(get(f"/zones/Europe/Berlin{SPAN}").content)
    assert reading.changes == [(1704067200, 3600, 3600), SPRING, AUTUMN]
    assert reading.properties["TZUNTIL"] == "20250101T000000Z"


def test_truncation_at_a_change_begins_with_what_it_brings(get):
    reading = Reading(get("/zones/Europe/Berlin?start=2024-03-31T01:00:00Z").content)
    assert reading.changes[:2] == [(1711846800, 7200, 7200), AUTUMN]
    assert "TZUNTIL" not in reading.properties


def test_truncation_at_the_end_leaves_out_a_change_at_that_instant(get):
    content = get("/zones/Europe/Berlin?end=2024-10-27T01:00:00Z").content
    assert Reading(content).changes[-1] == SPRING


@pytest.mark.parametrize(
    "accept", ["text/calendar", "application/tzif", "application/calendar+xml"]
)
def test_the_widest_spans_are_served(get, accept):
    for query in ("?start=0002-01-01T00:00:00Z", "?end=9999-12-31T00:00:00Z",
                  "?start=9998-12-31T23:59:59Z&end=9999-01-01T00:00:00Z"):  # fmt: skip
        assert get(f"/zones/Pacific/Auckland{query}", accept=accept).status_code == 200


def test_an_alias_is_served_under_its_own_name(get):
    content = get("/zones/US/Eastern").content
    assert b"TZID:US/Eastern\r\n" in content
    assert b"TZID-ALIAS-OF:America/New_York\r\n" in content


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/calendar+json;q=0.5, application/calendar+xml", "application/calendar+xml"),
        ("text/html, application/*;q=0.5, application/tzif", "application/tzif"),
        ("text/html, */*;q=0.1", "text/calendar"),
        ("TEXT/Calendar; charset=utf-8", "text/calendar"),
        ("text/calendar;q=0, */*", "application/calendar+xml"),
        ("text/calendar;q=x, application/tzif;q=0.1", "application/tzif"),
    ],
)
def test_the_format_is_the_one_that_the_client_prefers(get, accept, media_type):
    answer = get("/zones/Asia/Tokyo", accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["vary"] == "Accept"
