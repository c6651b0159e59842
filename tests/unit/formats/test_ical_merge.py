"""Many objects as one stream."""

from __future__ import annotations

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.merge import Merger, merged
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.validate import problems
from cyrpy.formats.ical.write import write


def one(uid: str, tzid: str, offset: str) -> Component:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VTIMEZONE",
        f"TZID:{tzid}",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTART;TZID={tzid}:20260105T100000",
        f"EXDATE;X-A=1;TZID={tzid}:20260106T100000",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return parse("\r\n".join(lines).encode())


def zones_of(stream: Component) -> dict[str, str]:
    """TZID -> offset."""
    return {
        zone.text("TZID") or "": zone.components[0].value("TZOFFSETTO") or ""
        for zone in stream.named("VTIMEZONE")
    }


def test_a_zone_that_all_mean_alike_stands_there_once():
    stream = merged([one("a", "X", "+0100"), one("b", "X", "+0100")], [])
    assert zones_of(stream) == {"X": "+0100"}
    assert [c.text("UID") for c in stream.named("VEVENT")] == ["a", "b"]


def test_names_that_mean_different_things_are_told_apart():
    objects = [one("a", "X", "+0100"), one("b", "X", "+0200"), one("c", "X", "+0300")]
    stream = merged([*objects, one("d", "X", "+0200")], [])
    assert zones_of(stream) == {"X": "+0100", "X-2": "+0200", "X-3": "+0300"}
    used = {}
    for event in stream.named("VEVENT"):
        names = {line.param("TZID") for line in event.properties if line.param("TZID")}
        (used[event.text("UID")],) = names
    assert used == {"a": "X", "b": "X-2", "c": "X-3", "d": "X-2"}


def test_a_made_name_is_never_one_that_another_has():
    objects = [one("a", "X-2", "+0500"), one("b", "X", "+0100"), one("c", "X", "+0200")]
    stream = merged([*objects, one("d", "X-3", "+0600")], [])
    by_uid = {e.text("UID"): e.first("DTSTART").param("TZID") for e in stream.named("VEVENT")}
    offsets = zones_of(stream)
    assert {uid: offsets[name] for uid, name in by_uid.items()} == {
        "a": "+0500",
        "b": "+0100",
        "c": "+0200",
        "d": "+0600",
    }


def test_of_a_standard_zone_the_first_definition_counts():
    stream = merged([one("a", "Europe/Vienna", "+0100"), one("b", "Europe/Vienna", "+0200")], [])
    assert zones_of(stream) == {"Europe/Vienna": "+0100"}


def test_what_comes_out_is_icalendar_again():
    merger = Merger()
    objects = [one("a", "X", "+0100"), one("b", "X", "+0200")]
    parts = [write(part) for each in objects for part in merger.add(each)]
    stream = parse(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + b"".join(parts) + b"END:VCALENDAR\r\n")
    assert [c.name for c in stream.components] == ["VTIMEZONE", "VEVENT"] * 2


def test_objects_themselves_are_left_as_they_are():
    objects = [one("a", "X", "+0100"), one("b", "X", "+0200")]
    before = [write(each) for each in objects]
    stream = merged(objects, [Line("VERSION", "", "2.0")])
    assert [write(each) for each in objects] == before
    assert problems(stream)  # several UIDs in one
