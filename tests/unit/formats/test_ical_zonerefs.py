"""Time zones by reference (RFC 7809), and ATTACH of managed attachments (RFC 8607)."""

from __future__ import annotations

from cyrpy.formats.ical.attach import add, attach, managed_ids, remove, replace
from cyrpy.formats.ical.validate import problems
from cyrpy.formats.ical.write import write
from cyrpy.formats.ical.zonerefs import (
    undefined_zones,
    unknown_zones,
    with_zones,
    without_standard_zones,
)
from tests.support.icalendar import calendar

OWN = (
    "VTIMEZONE\nTZID:{}\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD"
)
EVENT = (
    "VEVENT\nUID:1\nDTSTART;TZID=Europe/Vienna:20260105T100000\n"
    "DTEND;VALUE=DATE-TIME;tzid=america/new_york:20260105T110000\n"
    "RDATE;TZID=Mars/Olympus:20260106T100000"
)


def test_zones_that_are_used_and_not_defined_are_found():
    found = calendar(OWN.format("Europe/Vienna"), EVENT)
    assert undefined_zones(found) == ["america/new_york", "Mars/Olympus"]
    assert unknown_zones(found) == ["Mars/Olympus"]


def test_zones_are_filled_in_under_the_names_that_are_used():
    bare = calendar(EVENT)
    before = write(bare)
    full = with_zones(bare)
    names = [zone.value("TZID") for zone in full.named("VTIMEZONE")]
    assert names == ["Europe/Vienna", "america/new_york"]
    assert write(bare) == before
    assert not problems(full)
    assert with_zones(full) is full or undefined_zones(with_zones(full)) == ["Mars/Olympus"]


def test_what_needs_none_is_left_alone():
    plain = calendar("VEVENT\nUID:1\nDTSTART:20260105T100000Z")
    assert with_zones(plain) is plain
    assert without_standard_zones(plain) is plain


def test_zones_that_everybody_knows_are_left_out_and_no_others():
    both = calendar(OWN.format("Europe/Vienna"), OWN.format("Mine"), EVENT)
    assert [z.value("TZID") for z in without_standard_zones(both).named("VTIMEZONE")] == ["Mine"]
    assert len(both.named("VTIMEZONE")) == 2


def test_attachments_are_put_in_replaced_and_taken_out():
    found = calendar(
        "VEVENT\nUID:1\nDTSTART:20260105T100000Z\nATTACH:https://example.com/other\nSUMMARY:x",
        "VEVENT\nUID:1\nDTSTART:20260106T100000Z\nRECURRENCE-ID:20260106T100000Z",
    )
    before = write(found)
    line = attach("https://x/1", "one", media_type="a/b", size=3, filename='q"r;s.txt')
    assert line.param("FILENAME") == 'q"r;s.txt'
    add(found.components, line)
    assert managed_ids(found) == {"one"}
    other = attach("https://x/2", "two", media_type="", size=0, filename=None)
    assert other.param("FMTTYPE") is None
    replace(found, "one", other)
    assert managed_ids(found) == {"two"}
    assert remove(found.components[:1], "one") == 0
    assert remove(found.components[:1], "two") == 1
    assert managed_ids(found) == {"two"}
    assert remove(found.components, "two") == 1
    assert write(found) == before


def test_attachments_of_alarms_count():
    found = calendar(
        "VEVENT\nUID:1\nDTSTART:20260105T100000Z\nBEGIN:VALARM\nACTION:AUDIO\nTRIGGER:PT0S\n"
        "ATTACH;MANAGED-ID=sound:https://x/1\nEND:VALARM"
    )
    assert managed_ids(found) == {"sound"}
