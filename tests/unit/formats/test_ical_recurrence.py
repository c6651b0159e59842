"""Recurrence sets: RDATE, EXDATE, overrides, zones (RFC 5545 §3.8.4.4, §3.8.5)."""

from __future__ import annotations

import time

import pytest

from cyrpy.formats.ical.budget import RecurrenceTooComplex
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.spans import Window, instances, matches
from tests.support.icalendar import VIENNA, at, calendar, event, utc, window

JANUARY = window("2026-01-01", "2026-02-01")
WEEKLY = ("DTSTART;TZID=Europe/Vienna:20260105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")


def starts(object_: Component, span: Window = JANUARY) -> list[str | None]:
    return [utc(instance.start) for instance in instances(object_, span, VIENNA)]


def test_recurs_at_the_same_local_time_over_a_change_of_the_clocks():
    found = starts(event(*WEEKLY), window("2026-03-20", "2026-04-01"))
    assert found == ["2026-03-23 09:00", "2026-03-30 08:00"]


def test_a_time_that_the_zone_skips_is_taken_with_the_offset_before():
    daily = event("DTSTART;TZID=Europe/Vienna:20260328T023000", "RRULE:FREQ=DAILY;COUNT=3")
    assert starts(daily, window("2026-03-01", "2026-04-01")) == [
        "2026-03-28 01:30",
        "2026-03-29 01:30",  # 03:30 in summer time
        "2026-03-30 00:30",
    ]


def test_a_time_that_the_zone_has_twice_is_the_first():
    daily = event("DTSTART;TZID=Europe/Vienna:20261024T023000", "RRULE:FREQ=DAILY;COUNT=3")
    assert starts(daily, window("2026-10-01", "2026-11-01")) == [
        "2026-10-24 00:30",
        "2026-10-25 00:30",
        "2026-10-26 01:30",
    ]


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/Vienna:20260112T100000",
        "EXDATE:20260112T090000Z",
        "EXDATE:20260112T100000",
        "EXDATE;VALUE=DATE:20260112",
        "EXDATE;TZID=America/New_York:20260101T000000,20260112T040000,",
    ],
)
def test_exdate_excludes_in_whatever_form_it_is_given(exdate):
    assert starts(event(*WEEKLY, exdate)) == [
        "2026-01-05 09:00",
        "2026-01-19 09:00",
        "2026-01-26 09:00",
    ]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260119T090000Z", "2026-01-19 09:00"),
        ("20260119T085959Z", "2026-01-12 09:00"),
        ("20260119T100000", "2026-01-19 09:00"),  # Evolution: local
        ("20260119", "2026-01-19 09:00"),
    ],
)
def test_until_may_be_of_another_type_than_dtstart(until, last):
    weekly = event(*WEEKLY[:2], f"RRULE:FREQ=WEEKLY;UNTIL={until}")
    assert starts(weekly)[-1] == last


def test_until_with_a_time_ends_an_all_day_series_on_its_day():
    series = event("DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=DAILY;UNTIL=20260107T225959Z")
    assert len(starts(series)) == 3


def test_rdate_adds_days_times_and_periods():
    found = instances(
        event(
            *WEEKLY[:2],
            "RDATE;TZID=Europe/Vienna:20260107T100000,20260105T100000",
            "RDATE;VALUE=PERIOD:20260109T080000Z/PT30M,20260110T080000Z/20260110T120000Z",
        ),
        JANUARY,
        VIENNA,
    )
    assert [(utc(one.start), (one.end or 0) - (one.start or 0)) for one in found] == [
        ("2026-01-05 09:00", 3600),
        ("2026-01-07 09:00", 3600),
        ("2026-01-09 08:00", 1800),
        ("2026-01-10 08:00", 4 * 3600),
    ]


def test_several_rules_give_each_time_once():
    both = event(*WEEKLY, "RRULE:FREQ=WEEKLY;INTERVAL=2", "RRULE:FREQ=MONTHLY;BYMONTHDAY=20")
    assert starts(both)[1:4] == ["2026-01-12 09:00", "2026-01-19 09:00", "2026-01-20 09:00"]


def test_exrule_excludes():
    assert starts(event(*WEEKLY, "EXRULE:FREQ=WEEKLY;INTERVAL=2")) == [
        "2026-01-05 09:00",
        "2026-01-12 09:00",
        "2026-01-26 09:00",
    ]


def test_dtend_gives_each_instance_the_same_exact_length_and_duration_the_same_clock():
    start = ("DTSTART;TZID=Europe/Vienna:20260321T120000", "RRULE:FREQ=WEEKLY;COUNT=2")
    span = window("2026-03-01", "2026-04-01")
    exact = instances(event(*start, "DTEND;TZID=Europe/Vienna:20260322T120000"), span, VIENNA)
    clock = instances(event(*start, "DURATION:P1D"), span, VIENNA)
    assert [(one.end or 0) - (one.start or 0) for one in exact] == [86_400, 86_400]
    assert [(one.end or 0) - (one.start or 0) for one in clock] == [86_400, 82_800]


def override(recurrence_id: str, *lines: str) -> str:
    return "\n".join(["VEVENT", "UID:one", recurrence_id, *lines])


def master(*lines: str) -> str:
    return "\n".join(["VEVENT", "UID:one", *lines])


@pytest.mark.parametrize(
    "recurrence_id",
    [
        "RECURRENCE-ID;TZID=Europe/Vienna:20260112T100000",
        "RECURRENCE-ID:20260112T090000Z",
        "RECURRENCE-ID;VALUE=DATE:20260112",
    ],
)
def test_an_override_takes_the_place_of_its_instance(recurrence_id):
    moved = override(recurrence_id, "DTSTART:20260113T150000Z", "DURATION:PT2H")
    assert starts(calendar(moved, master(*WEEKLY))) == [
        "2026-01-05 09:00",
        "2026-01-13 15:00",
        "2026-01-19 09:00",
        "2026-01-26 09:00",
    ]


def test_an_override_that_is_moved_out_of_the_window_leaves_no_instance_there():
    moved = override("RECURRENCE-ID:20260112T090000Z", "DTSTART:20270113T150000Z")
    assert len(starts(calendar(master(*WEEKLY), moved))) == 3
    assert starts(calendar(master(*WEEKLY), moved), window("2027-01-13", "2027-01-14")) == [
        "2027-01-13 15:00"
    ]


def test_this_and_future_moves_what_follows():
    split = override(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Vienna:20260112T100000",
        "DTSTART;TZID=Europe/Vienna:20260113T113000",
        "DTEND;TZID=Europe/Vienna:20260113T143000",
        "SUMMARY:later",
    )
    single = override("RECURRENCE-ID:20260126T090000Z", "DTSTART:20260126T200000Z")
    found = instances(calendar(master(*WEEKLY), split, single), JANUARY, VIENNA)
    assert [(utc(one.start), one.component.value("SUMMARY")) for one in found] == [
        ("2026-01-05 09:00", None),
        ("2026-01-13 10:30", "later"),
        ("2026-01-20 10:30", "later"),
        ("2026-01-26 20:00", None),
    ]
    assert [(one.end or 0) - (one.start or 0) for one in found[1:3]] == [10_800, 10_800]


def test_overrides_without_a_master_are_instances():
    alone = override(
        "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260113T150000Z", "RRULE:FREQ=DAILY"
    )
    assert starts(calendar(alone)) == ["2026-01-13 15:00"]


def test_an_override_that_the_rule_does_not_give_is_an_instance():
    odd = override("RECURRENCE-ID:20260114T030000Z", "DTSTART:20260114T030000Z")
    assert "2026-01-14 03:00" in starts(calendar(master(*WEEKLY), odd))


def test_a_set_may_be_empty():
    none = event(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=1", "EXDATE:20260105T090000Z")
    assert starts(none) == []
    assert not matches(none, Window(), VIENNA)


def test_floating_times_are_read_in_the_zone_of_the_calendar():
    assert starts(event("DTSTART:20260105T100000")) == ["2026-01-05 09:00"]
    days = instances(event("DTSTART;VALUE=DATE:20260105"), JANUARY, VIENNA)
    assert [(utc(day.start), utc(day.end), day.all_day) for day in days] == [
        ("2026-01-04 23:00", "2026-01-05 23:00", True)
    ]


def test_a_zone_that_nobody_knows_is_floating():
    assert starts(event("DTSTART;TZID=Mars/Olympus:20260105T100000")) == ["2026-01-05 09:00"]


def test_what_began_before_the_window_and_lasts_into_it_is_found():
    long = event("DTSTART:20251001T000000Z", "DURATION:P20D", "RRULE:FREQ=MONTHLY")
    found = starts(long, window("2026-01-15", "2026-01-16"))
    assert found == ["2026-01-01 00:00"]


def test_a_window_without_end_matches_at_once():
    assert matches(event(*WEEKLY), Window(start=at("2200-01-01")), VIENNA)


def test_too_many_instances_are_refused_with_the_limit():
    with pytest.raises(RecurrenceTooComplex, match="100000 steps"):
        instances(event("DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY"), Window(), VIENNA)


def test_ten_thousand_exdates_cost_linear_time():
    def cost(many: int) -> float:
        days = ",".join(
            f"{2026 + n // 336}{n // 28 % 12 + 1:02}{n % 28 + 1:02}T100000" for n in range(many)
        )
        object_ = event("DTSTART:20260101T100000", "RRULE:FREQ=DAILY", f"EXDATE:{days}")
        began = time.perf_counter()
        assert len(starts(object_)) == 3
        return time.perf_counter() - began

    assert cost(10_000) < 1


def test_different_uids_in_an_import_are_separate():
    mixed = calendar(
        master(*WEEKLY[:2]),
        "VEVENT\nUID:two\nRECURRENCE-ID:20260105T090000Z\nDTSTART:20260106T000000Z",
    )
    assert starts(mixed) == ["2026-01-05 09:00", "2026-01-06 00:00"]
