"""Durations, local times and UTC dates in their spellings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.timespan import (
    Duration,
    format_date_time,
    format_duration,
    format_json_duration,
    format_local,
    format_utc_date,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_json_date,
    parse_json_duration,
    parse_local,
    parse_utc_date,
    utc_date,
)

SECONDS = st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda at: at.replace(microsecond=0))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT15M", Duration(0, 900)),
        ("-P0DT0H10M0S", Duration(0, -600)),
        ("+P1W", Duration(7, 0)),
        ("P1DT", Duration(1, 0)),
        ("pt1h30m", Duration(0, 5400)),
        ("P1W2D", Duration(9, 0)),
    ],
)
def test_reads_icalendar_durations(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "P", "15M", "PT1.5S", "P1Y", "PT1H1D", "P99999999W", "--P1D", "P\uff11D"]
)
def test_refuses_what_is_no_duration(text):
    with pytest.raises(FormatError):
        parse_duration(text)


@pytest.mark.parametrize("text", ["pt1h", "P1DT", "-PT1H", "+PT1H", "PT", "P1M"])
def test_json_durations_have_one_spelling(text):
    with pytest.raises(FormatError):
        parse_json_duration(text)


def test_a_signed_duration_may_point_back():
    assert parse_json_duration("-PT1.25S", signed=True) == Duration(0, -1, -250_000)


@given(st.integers(0, 9999), st.integers(0, 10**6), st.booleans())
def test_durations_survive_both_spellings(days, seconds, negative):
    duration = -Duration(days, seconds) if negative else Duration(days, seconds)
    assert parse_duration(format_duration(duration)) == duration
    assert parse_json_duration(format_json_duration(duration), signed=True) == duration


@given(SECONDS, st.booleans())
def test_date_times_survive(at, is_utc):
    assert parse_date_time(format_date_time(at, is_utc=is_utc)) == (at, is_utc)
    assert parse_local(format_local(at)) == at
    assert parse_utc_date(format_utc_date(at.replace(tzinfo=UTC))) == at.replace(tzinfo=UTC)


def test_a_leap_second_is_the_second_before():
    assert parse_date_time("20161231T235960Z") == (datetime(2016, 12, 31, 23, 59, 59), True)


@pytest.mark.parametrize(
    "text",
    [
        "20260132",
        "2026-01-01",
        "20260101T250000",
        "20260101T10",
        "00001231T000000Z",
        "\uff12\uff10260101",
    ],
)
def test_refuses_what_is_no_date(text):
    with pytest.raises(FormatError):
        parse_date_time(text)
    with pytest.raises(FormatError):
        parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T10:00:00",
        "2026-01-01t10:00:00z",
        "2026-01-01T10:00:00.0Z",
        "2026-01-01T10:00:00.50Z",
        "2026-01-01T10:00Z",
        "2026-13-01T10:00:00Z",
        "2026-01-01T10:00:00+00:00",
    ],
)
def test_utc_dates_have_one_spelling(text):
    with pytest.raises(FormatError):
        parse_utc_date(text)


def test_fractions_are_written_only_where_they_are_not_zero():
    assert format_local(datetime(2026, 1, 1, 10, 0, 0, 500_000)) == "2026-01-01T10:00:00.5"
    assert utc_date(0) == "1970-01-01T00:00:00Z"
    assert parse_json_date("2026-01-01T10:00:00.5+01:00").astimezone(UTC) == datetime(
        2026, 1, 1, 9, 0, 0, 500_000, UTC
    )
