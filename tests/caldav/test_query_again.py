"""calendar-query asked again: what was found out before never outlives what it was found out of."""

from __future__ import annotations

import pytest

from tests.support.dav import prop
from tests.support.icalendar import octets

WEEK = '<C:time-range start="20310602T000000Z" end="20310609T000000Z"/>'


def event(start: str, rule: str) -> bytes:
    lines = ["VEVENT", "UID:one", "DTSTAMP:20260101T000000Z", start, "DURATION:PT1H"]
    return octets("\n".join([*lines, f"RRULE:{rule}"]))


def found(client, *properties: str) -> list[str]:
    inner = f'<C:comp-filter name="VEVENT">{WEEK}</C:comp-filter>'
    content = f'<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter>'
    names = prop(*(properties or ("D:getetag",)))
    answer = client.report(f"{client.calendars}Default/", "C:calendar-query", names + content, "1")
    return [href.rpartition("/")[2] for href in answer.responses]


def put(client, body: bytes) -> None:
    answer = client.request("PUT", f"{client.calendars}Default/one.ics", body)
    assert answer.status in {201, 204}, answer.body


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ("DTSTART:19900604T100000Z", "FREQ=YEARLY"),
        ("DTSTART:20200605T233000Z", "FREQ=YEARLY;INTERVAL=11"),
        ("DTSTART:20200104T100000Z", "FREQ=MONTHLY"),
        ("DTSTART:20200107T100000Z", "FREQ=MONTHLY;BYDAY=1TU"),
        ("DTSTART:20310520T100000Z", "FREQ=WEEKLY;INTERVAL=2"),
        ("DTSTART;TZID=Pacific/Auckland:20310519T010000", "FREQ=WEEKLY;INTERVAL=3"),
        ("DTSTART;VALUE=DATE:20310408", "FREQ=DAILY;INTERVAL=28"),
        ("DTSTART:20200101T100000Z", "FREQ=DAILY;INTERVAL=3"),
    ],
)
def test_whatever_recurs_is_found_in_its_week(anna, start, rule):
    put(anna, event(start, rule))
    assert found(anna) == ["one.ics"]
    assert found(anna) == ["one.ics"]
    assert found(anna, "D:getetag", "D:owner") == ["one.ics"]


def test_an_object_that_changed_is_judged_anew(anna):
    put(anna, event("DTSTART:20310501T100000Z", "FREQ=WEEKLY;INTERVAL=2"))
    assert found(anna) == []
    put(anna, event("DTSTART:20310424T100000Z", "FREQ=WEEKLY;INTERVAL=2"))
    assert found(anna) == ["one.ics"]
    put(anna, event("DTSTART:20310501T100000Z", "FREQ=WEEKLY;INTERVAL=2"))
    assert found(anna) == []


def test_the_zone_of_floating_times_counts_each_time(anna):
    put(anna, event("DTSTART:20310601T200000", "FREQ=YEARLY"))
    assert found(anna) == []
    url = f"{anna.calendars}Default/"
    assert anna.set(url, "C:calendar-timezone-id", "America/New_York") == 200
    assert found(anna) == ["one.ics"]
