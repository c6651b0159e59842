"""iCalendar octets to a tree and back (RFC 5545 §3.4)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import Limits, parse, parse_stream
from cyrpy.formats.ical.write import write, write_utf8

CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "ical").glob("*.ics"))

NAMES = st.sampled_from(["SUMMARY", "UID", "X-THING", "ATTENDEE"])
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
LINES = st.builds(
    Line.of, NAMES, TEXT, st.dictionaries(st.sampled_from(["CN", "X-P"]), TEXT, max_size=2)
)
TREES = st.recursive(
    st.builds(Component, st.sampled_from(["VEVENT", "VALARM", "X-C"]), st.lists(LINES)),
    lambda inside: st.builds(Component, st.just("VEVENT"), st.lists(LINES), st.lists(inside)),
    max_leaves=8,
)


def shape(component: Component) -> object:
    lines = [(line.name, line.params, line.value) for line in component.properties]
    return component.name, lines, [shape(inside) for inside in component.components]


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_writes_back_the_octets_that_were_read(path):
    octets = path.read_bytes()
    tree = parse(octets)
    assert write(tree) == octets
    assert all(component.properties is not None for component in tree.walk())
    assert write(tree) == octets  # and after every line was looked at


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_can_always_be_written_as_utf_8(path):
    tree = parse(path.read_bytes())
    assert shape(parse(write_utf8(tree))) == shape(tree)


def test_an_event_folded_inside_a_character_is_mended_for_xml():
    broken = next(path for path in CORPUS if path.stem == "fold-inside-character")
    text = write_utf8(parse(broken.read_bytes())).decode()
    assert text.startswith("BEGIN:VCALENDAR")
    assert "南島" in text


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_a_tree_that_was_made_is_read_back(inside):
    tree = Component("VCALENDAR", [Line.of("VERSION", "2.0")], [inside])
    octets = write(tree)
    again = parse(octets)
    assert shape(again) == shape(tree)
    assert write(again) == octets


@given(st.binary() | st.text('BEGINDV:\r\n ;="^,x').map(str.encode))
@settings(max_examples=300, deadline=1000)
def test_random_octets_are_refused_or_read(octets):
    for stream in (octets, b"BEGIN:VCALENDAR\r\n" + octets + b"\r\nEND:VCALENDAR\r\n"):
        try:
            trees = parse_stream(stream)
        except FormatError:
            continue
        assert b"".join(map(write, trees)) == stream


def test_a_changed_line_is_the_only_one_that_is_written_anew():
    octets = calendar("BEGIN:VEVENT", "UID:1", "summary:old", "X-A:kept", "END:VEVENT")
    tree = parse(octets)
    tree.components[0].put(Line.of("SUMMARY", "new"), Line.of("LOCATION", "here"))
    assert write(tree) == calendar(
        "BEGIN:VEVENT", "UID:1", "SUMMARY:new", "X-A:kept", "LOCATION:here", "END:VEVENT"
    )


def test_a_new_property_goes_before_the_alarms():
    tree = parse(calendar("BEGIN:VEVENT", "UID:1", "BEGIN:VALARM", "END:VALARM", "END:VEVENT"))
    tree.components[0].put(Line.of("SUMMARY", "x"))
    assert write(tree) == calendar(
        "BEGIN:VEVENT", "UID:1", "SUMMARY:x", "BEGIN:VALARM", "END:VALARM", "END:VEVENT"
    )


def test_a_property_after_an_alarm_stays_there_when_others_go():
    lines = ["BEGIN:VEVENT", "UID:1", "BEGIN:VALARM", "END:VALARM", "SUMMARY:x", "END:VEVENT"]
    tree = parse(calendar(*lines))
    tree.components[0].drop("UID")
    assert write(tree) == calendar(*[line for line in lines if line != "UID:1"])


def test_a_copy_can_be_changed_alone():
    octets = calendar("BEGIN:VEVENT", "UID:1", "END:VEVENT")
    tree = parse(octets)
    tree.copy().components[0].drop("UID")
    assert write(tree) == octets


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "no BEGIN:VCALENDAR"),
        (b"hello", "line 1: BEGIN:VCALENDAR is expected"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "line 1: BEGIN:VCARD where BEGIN:VCALENDAR"),
        (b"\r\n\r\nBEGIN:VCALENDAR\r\n", "line 3: BEGIN:VCALENDAR has no END:VCALENDAR"),
        (calendar("BEGIN:VEVENT", "SUMMARY:a", " b", "END:VTODO"), "line 5: END:VTODO where"),
        (calendar() + b"END:VEVENT\r\n", "line 3: END:VEVENT without BEGIN:VEVENT"),
        (calendar() + calendar(), "2 VCALENDAR components"),
        (calendar(*["BEGIN:A"] * 20), "nested deeper than 16"),
    ],
)
def test_says_where_and_what_is_wrong(octets, message):
    with pytest.raises(FormatError, match=message):
        parse(octets)


@pytest.mark.parametrize(
    ("limits", "message"),
    [(Limits(max_octets=10), "at most 10"), (Limits(max_lines=3), "at most 3 are accepted")],
)
def test_refuses_what_is_too_large(limits, message):
    with pytest.raises(FormatError, match=message):
        parse(calendar("X:1", "X:2"), limits=limits)


def test_tolerates_with_warnings():
    warnings: list[str] = []
    tree = parse(b"\xef\xbb\xbf" + calendar("BEGIN:VEVENT", "oops", "END:VEVENT"), warnings)
    assert warnings == [
        "line 3: no content line (NAME:value), ignored",
        "a byte order mark precedes BEGIN:VCALENDAR",
    ]
    assert [line.name for line in tree.components[0].properties] == [""]


def test_a_stream_may_hold_several_objects():
    assert len(parse_stream(calendar() + b"\r\n" + calendar())) == 2


def test_long_lines_and_many_blank_ones_take_linear_time():
    began = time.perf_counter()
    parse(calendar("ATTACH:" + "\r\n ".join(["x" * 70] * 20_000)))
    parse(b"\r\n" * 100_000 + calendar("BEGIN:VEVENT", *[""] * 100_000, "END:VEVENT"))
    assert time.perf_counter() - began < 5
