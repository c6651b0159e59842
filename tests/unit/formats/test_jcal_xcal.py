"""jCal (RFC 7265) and xCal (RFC 6321), written and read."""

from __future__ import annotations

import icalendar
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cyrpy.errors import FormatError
from cyrpy.formats.ical import jcal, xcal
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import Limits, parse
from cyrpy.formats.ical.write import write

EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20240101T000000Z
DTSTART;TZID=Europe/Berlin:20240101T100000
DTEND;VALUE=DATE:20240102
SUMMARY;LANGUAGE=en:a\\, b\\nc <&>
RRULE:FREQ=MONTHLY;BYDAY=1SU,-1MO;BYMONTHDAY=1,2;UNTIL=20250101T000000Z
GEO:37.5;-122.25
REQUEST-STATUS:2.0;Suc\\;cess;x
EXDATE;TZID=Europe/Berlin:20240201T100000,20240301T100000
CATEGORIES:a,b\\,c
ATTENDEE;RSVP=TRUE;MEMBER="mailto:a@b","mailto:c@d";CN="X, Y":mailto:z@z
FREEBUSY:19970308T160000Z/PT3H,19970308T160000Z/19970308T190000Z
X-FOO;VALUE=INTEGER:3
X-FLAG;VALUE=BOOLEAN:TRUE
X-RATIO;VALUE=FLOAT:1.5
X-AT;VALUE=TIME:101500
X-BAR:raw\\,x;y
PRIORITY:5
TZOFFSETTO:+012345
BEGIN:VALARM
TRIGGER:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def one(line: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\n{line}\r\nEND:VCALENDAR\r\n".encode()


def as_jcal(line: str) -> object:
    return orjson.loads(jcal.write(parse(one(line))))[1][0]


def as_xcal(line: str) -> str:
    text = xcal.write(parse(one(line))).decode()
    return text.partition("<properties>")[2].partition("</properties>")[0]


@pytest.mark.parametrize(
    ("line", "jcal_value"),
    [
        ("SUMMARY:a\\, b", ["summary", {}, "text", "a, b"]),
        ("DTSTART:20240101", ["dtstart", {}, "date", "2024-01-01"]),
        ("DTSTART;VALUE=DATE:20240101", ["dtstart", {}, "date", "2024-01-01"]),
        ("DTEND:20240101T100000Z", ["dtend", {}, "date-time", "2024-01-01T10:00:00Z"]),
        ("CATEGORIES:a,b", ["categories", {}, "text", "a", "b"]),
        ("GEO:1;2.5", ["geo", {}, "float", [1.0, 2.5]]),
        ("SEQUENCE:3", ["sequence", {}, "integer", 3]),
        ("SEQUENCE:many", ["sequence", {}, "unknown", "many"]),
        ("X-FOO:a\\,b", ["x-foo", {}, "unknown", "a\\,b"]),
        ("X-FOO;VALUE=<b>:a", ["x-foo", {}, "unknown", "a"]),
        ("RRULE:FREQ=DAILY;COUNT=2", ["rrule", {}, "recur", {"freq": "DAILY", "count": 2}]),
        ("TZOFFSETTO:-0500", ["tzoffsetto", {}, "utc-offset", "-05:00"]),
        ("FREEBUSY:20240101T000000Z/PT1H",
         ["freebusy", {}, "period", ["2024-01-01T00:00:00Z", "PT1H"]]),
        ('ATTENDEE;MEMBER="mailto:a","mailto:b":mailto:c',
         ["attendee", {"member": ["mailto:a", "mailto:b"]}, "cal-address", "mailto:c"]),
    ],
)  # fmt: skip
def test_a_property_has_a_typed_value_in_jcal(line, jcal_value):
    assert as_jcal(line) == jcal_value


@pytest.mark.parametrize(
    ("line", "element"),
    [
        ("SUMMARY:a<b", "<summary><text>a&lt;b</text></summary>"),
        ("GEO:1;2.5",
         "<geo><latitude>1.0</latitude><longitude>2.5</longitude></geo>"),
        ("RRULE:FREQ=DAILY;BYDAY=SU,MO",
         "<rrule><recur><freq>DAILY</freq><byday>SU</byday><byday>MO</byday></recur></rrule>"),
        ("FREEBUSY:20240101T000000Z/PT1H",
         "<freebusy><period><start>2024-01-01T00:00:00Z</start><duration>PT1H</duration></period>"
         "</freebusy>"),
        ("ATTENDEE;RSVP=TRUE:mailto:c",
         "<attendee><parameters><rsvp><boolean>true</boolean></rsvp></parameters>"
         "<cal-address>mailto:c</cal-address></attendee>"),
        ("X-A<B:1", ""),
        ("SUMMARY:a\x01b", "<summary><text>ab</text></summary>"),
    ],
)  # fmt: skip
def test_a_property_is_an_element_in_xcal(line, element):
    assert as_xcal(line) == element


@pytest.mark.parametrize("form", [jcal, xcal])
def test_an_object_comes_back_as_it_was(form):
    assert write(form.read(form.write(parse(EVENT)))) == EVENT


def test_icalendar_reads_our_jcal():
    theirs = icalendar.Calendar.from_jcal(orjson.loads(jcal.write(parse(EVENT))))
    [event] = theirs.events
    assert event["SUMMARY"] == "a, b\nc <&>"
    assert event["RRULE"]["BYDAY"] == ["1SU", "-1MO"]


def test_our_xcal_is_well_formed_and_in_its_namespace():
    root = etree.fromstring(xcal.write(parse(EVENT)))
    assert root.tag == "{urn:ietf:params:xml:ns:icalendar-2.0}icalendar"


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '["vevent",[],[]]', '["vcalendar",[["uid",{},"text"]],[]]',
     '["vcalendar",[["uid",{},"text","a","b"]],[]]', '["vcalendar",[["uid",{},"date","a"]],[]]',
     '["vcalendar",[["uid\\r\\nX:1",{},"text","a"]],[]]',
     '["vcalendar",[["x-a",{},"unknown","a\\r\\nX:1"]],[]]',
     '["vcalendar",[["uid",{"a":1},"text","a"]],[]]',
     '["vcalendar",[["uid",{"a:b":"1"},"text","a"]],[]]',
     '["vcalendar",[["rrule",{},"recur",{"freq\\n":"DAILY"}]],[]]',
     '["vcalendar",[["priority",{},"integer",true]],[]]'],
)  # fmt: skip
def test_what_is_no_jcal_is_refused(text):
    with pytest.raises(FormatError):
        jcal.read(text.encode())


@pytest.mark.parametrize(
    "inner",
    ["<vevent/>", "<vcalendar/><vcalendar/>",
     "<vcalendar><properties><uid/></properties></vcalendar>",
     "<vcalendar><properties><uid><date>x</date></uid></properties></vcalendar>",
     "<vcalendar><properties><seq><integer>x</integer></seq></properties></vcalendar>",
     "<vcalendar><properties><x><text>a</text><date>2024-01-01</date></x></properties></vcalendar>",
     '<vcalendar><properties xmlns:o="o"><o:x><text>a</text></o:x></properties></vcalendar>'],
)  # fmt: skip
def test_what_is_no_xcal_is_refused(inner):
    text = f'<icalendar xmlns="{xcal.NAMESPACE}">{inner}</icalendar>'
    with pytest.raises(FormatError):
        xcal.read(text.encode())


def test_a_document_type_is_refused():
    bomb = b'<!DOCTYPE icalendar [<!ENTITY a "aaaa">]>'
    with pytest.raises(FormatError, match="document type"):
        xcal.read(bomb + xcal.write(Component("VCALENDAR")).partition(b"\n")[2])


@pytest.mark.parametrize("form", [jcal, xcal])
def test_size_and_depth_are_bounded(form):
    nested = Component("VCALENDAR")
    for _ in range(20):
        nested = Component("VCALENDAR", [], [nested])
    with pytest.raises(FormatError, match="too deep"):
        form.read(form.write(nested))
    with pytest.raises(FormatError, match="at most 10"):
        form.read(form.write(nested), Limits(max_octets=10))


@given(
    st.text(min_size=1, max_size=20),
    st.sampled_from(["SUMMARY", "DTSTART", "RRULE", "GEO", "X-A", "FREEBUSY", "REQUEST-STATUS"]),
    st.sampled_from(["", "DATE", "RECUR", "PERIOD", "BOOLEAN", "INTEGER", "TEXT", "UTC-OFFSET"]),
)
def test_any_value_can_be_written_in_both_forms(value, name, kind):
    params = f";VALUE={kind}" if kind else ""
    try:
        component = parse(one(f"{name}{params}:{value}"))
    except FormatError:
        return
    orjson.loads(jcal.write(component))
    etree.fromstring(xcal.write(component))
