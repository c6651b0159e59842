"""Busy time of calendar objects, and how it is merged (RFC 4791 §7.10, RFC 7953 §4)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.busy import (
    BUSY,
    MAX_PERIODS,
    STRENGTH,
    TENTATIVE,
    UNAVAILABLE,
    Busy,
    busy,
    merged,
    unavailable,
    vfreebusy,
)
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.series import Window
from tests.support.icalendar import VIENNA, calendar, event, utc, window

WEEK = window("2026-01-05", "2026-01-12")


def told(found: list[Busy]) -> list[str]:
    return [f"{one.kind} {utc(one.start)}/{utc(one.end)}" for one in found]


def one(*lines: str) -> list[str]:
    return told(busy(event(*lines), WEEK, VIENNA))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260105T100000Z", "DURATION:PT1H"],
         ["BUSY 2026-01-05 10:00/2026-01-05 11:00"]),
        (["DTSTART:20260105T100000Z", "DURATION:PT1H", "STATUS:TENTATIVE"],
         ["BUSY-TENTATIVE 2026-01-05 10:00/2026-01-05 11:00"]),
        (["DTSTART:20260105T100000Z", "DURATION:PT1H", "STATUS:CONFIRMED"],
         ["BUSY 2026-01-05 10:00/2026-01-05 11:00"]),
        (["DTSTART:20260105T100000Z", "DURATION:PT1H", "STATUS:cancelled"], []),
        (["DTSTART:20260105T100000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"], []),
        (["DTSTART:20260105T100000Z"], []),  # it takes no time
        (["DTSTART;VALUE=DATE:20260106"], ["BUSY 2026-01-05 23:00/2026-01-06 23:00"]),
        (["DTSTART:20260105T100000", "DURATION:PT1H"],
         ["BUSY 2026-01-05 09:00/2026-01-05 10:00"]),
        # what lies outside of the window is cut off
        (["DTSTART:20260101T000000Z", "DTEND:20260106T000000Z"],
         ["BUSY 2026-01-05 00:00/2026-01-06 00:00"]),
        (["DTSTART:20260111T220000Z", "DURATION:PT4H", "RRULE:FREQ=WEEKLY"],
         ["BUSY 2026-01-11 22:00/2026-01-12 00:00"]),
    ],
)  # fmt: skip
def test_events_take_their_time(lines, expected):
    assert one(*lines) == expected


def test_each_instance_counts_as_what_overrides_it_says():
    series = calendar(
        "VEVENT\nUID:1\nDTSTART:20260105T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
        "VEVENT\nUID:1\nRECURRENCE-ID:20260106T100000Z\nDTSTART:20260106T150000Z\nDURATION:PT1H\n"
        "STATUS:TENTATIVE",
        "VEVENT\nUID:1\nRECURRENCE-ID:20260107T100000Z\nDTSTART:20260107T100000Z\nDURATION:PT1H\n"
        "STATUS:CANCELLED",
    )
    assert told(merged(busy(series, WEEK, VIENNA))) == [
        "BUSY 2026-01-05 10:00/2026-01-05 11:00",
        "BUSY-TENTATIVE 2026-01-06 15:00/2026-01-06 16:00",
    ]


def test_periods_of_free_busy_objects_count_unless_they_are_free():
    found = calendar(
        "VFREEBUSY\nUID:1\nFREEBUSY:20260105T100000Z/PT1H,20260201T100000Z/PT1H\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260106T100000Z/20260106T120000Z\n"
        "FREEBUSY;FBTYPE=FREE:20260107T100000Z/PT1H"
    )
    assert told(busy(found, WEEK, VIENNA)) == [
        "BUSY 2026-01-05 10:00/2026-01-05 11:00",
        "BUSY-UNAVAILABLE 2026-01-06 10:00/2026-01-06 12:00",
    ]


def test_todos_and_journals_take_no_time():
    found = calendar("VTODO\nUID:1\nDTSTART:20260105T100000Z\nDUE:20260105T110000Z")
    assert busy(found, WEEK, VIENNA) == []


def test_hostile_recurrence_ends_with_its_budget():
    with pytest.raises(RecurrenceTooComplex):
        busy(event("DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY"), WEEK, VIENNA, Budget(100))


PERIODS = st.lists(
    st.builds(
        lambda start, length, kind: Busy(start, start + length, kind),
        st.integers(0, 60), st.integers(0, 20), st.sampled_from([*STRENGTH, "X-ODD"]),
    ),
    max_size=12,
)  # fmt: skip


def painted(found: list[Busy]) -> dict[int, str]:
    """What each moment is; the strongest kind counts."""
    result: dict[int, str] = {}
    for kind in STRENGTH:
        for one in found:
            if kind == one.kind or (kind == BUSY and one.kind not in STRENGTH):
                result.update(dict.fromkeys(range(one.start, one.end), kind))
    return result


@given(PERIODS)
def test_merged_is_the_same_time_in_order_without_overlaps(found):
    result = merged(found)
    assert painted(result) == painted(found)
    for before, after in pairwise(result):
        assert before.end <= after.start
        assert before.kind != after.kind or before.end < after.start
    assert all(one.start < one.end for one in result)


HOURS = """VAVAILABILITY
UID:1
DTSTART:20260105T000000Z
DTEND:20260107T000000Z
{}BEGIN:AVAILABLE
UID:2
DTSTART:20260105T080000Z
DTEND:20260105T160000Z
RRULE:FREQ=DAILY
END:AVAILABLE"""


def availability(*components: str, span: Window = WEEK) -> list[str]:
    return told(unavailable([calendar(*components)], span, VIENNA))


def test_outside_of_what_is_available_nobody_is_there():
    assert availability(HOURS.format("")) == [
        "BUSY-UNAVAILABLE 2026-01-05 00:00/2026-01-05 08:00",
        "BUSY-UNAVAILABLE 2026-01-05 16:00/2026-01-06 08:00",
        "BUSY-UNAVAILABLE 2026-01-06 16:00/2026-01-07 00:00",
    ]


def test_busytype_says_what_kind_of_absence_it_is():
    found = availability(HOURS.format("BUSYTYPE:BUSY\n"))
    assert {line.partition(" ")[0] for line in found} == {"BUSY"}


def test_availability_without_bounds_holds_for_all_time():
    always = "VAVAILABILITY\nUID:1\nSUMMARY:on leave"
    assert availability(always) == ["BUSY-UNAVAILABLE 2026-01-05 00:00/2026-01-12 00:00"]


def test_the_better_priority_has_the_say():
    away = (
        "VAVAILABILITY\nUID:3\nDTSTART:20260105T100000Z\nDTEND:20260105T120000Z\n"
        "BUSYTYPE:BUSY-TENTATIVE\nPRIORITY:1"
    )
    expected = ["BUSY-TENTATIVE 2026-01-05 10:00/2026-01-05 12:00"]
    monday = window("2026-01-05 09:00", "2026-01-05 15:00")
    assert availability(HOURS.format("PRIORITY:5\n"), away, span=monday) == expected
    assert availability(HOURS.format(""), away, span=monday) == expected  # none is the worst
    assert availability(HOURS.format("PRIORITY:1\n"), away, span=monday) == expected
    assert availability(away.replace("PRIORITY:1", "PRIORITY:9"), HOURS.format("PRIORITY:1\n"),
                        span=monday) == []  # fmt: skip


def test_vfreebusy_has_one_property_of_a_kind_and_bounds_its_length():
    found = [Busy(n * 7200, n * 7200 + 3600) for n in range(MAX_PERIODS + 1)]
    found += [Busy(10**7, 10**7 + 60, TENTATIVE), Busy(10**7 + 60, 10**7 + 90, UNAVAILABLE)]
    component = vfreebusy(found, Window(0, 10**8))
    lines = component.every("FREEBUSY")
    assert [line.param("FBTYPE") for line in lines] == [None, None, TENTATIVE, UNAVAILABLE]
    assert lines[0].value.startswith("19700101T000000Z/19700101T010000Z,")
    assert isinstance(component, Component)
    assert (component.value("DTSTART"), component.value("DTEND")) == (
        "19700101T000000Z",
        "19730303T094640Z",
    )
