"""What RFC 4791 asks of the calendar of its Appendix B, in its §7.8 and §7.10."""

from __future__ import annotations

import pytest

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from tests.support.dav import prop, words
from tests.support.icalendar import octets

EASTERN = (
    "VTIMEZONE\nLAST-MODIFIED:20040110T032845Z\nTZID:US/Eastern\n"
    "BEGIN:DAYLIGHT\nDTSTART:20000404T020000\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4\n"
    "TZNAME:EDT\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\n"
    "BEGIN:STANDARD\nDTSTART:20001026T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
    "TZNAME:EST\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD"
)
STAMP = "DTSTAMP:20060206T001121Z\n"


def event(uid: str, start: str, *more: str) -> str:
    lines = "\n".join(("DURATION:PT1H", *more))
    return f"VEVENT\n{STAMP}UID:{uid}\nDTSTART;TZID=US/Eastern:{start}\n{lines}"


def task(uid: str, *more: str) -> str:
    lines = "\n".join(more)
    return f"VTODO\n{STAMP}UID:{uid}\n{lines}"


ALARM = "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER;RELATED=START:-PT10M\nEND:VALARM"
CALENDAR = {
    "abcd1": [EASTERN, event("event-1", "20060102T100000", "SUMMARY:Event #1")],
    "abcd2": [
        EASTERN,
        event("event-2", "20060102T120000", "SUMMARY:Event #2", "RRULE:FREQ=DAILY;COUNT=5"),
        event(
            "event-2",
            "20060104T140000",
            "SUMMARY:Event #2 bis",
            "RECURRENCE-ID;TZID=US/Eastern:20060104T120000",
        ),
        event(
            "event-2",
            "20060106T140000",
            "SUMMARY:Event #2 bis bis",
            "RECURRENCE-ID;TZID=US/Eastern:20060106T120000",
        ),
    ],
    "abcd3": [
        EASTERN,
        event(
            "event-3",
            "20060104T100000",
            "SUMMARY:Event #3",
            "STATUS:TENTATIVE",
            "ATTENDEE;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:cyrus@example.com",
            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:lisa@example.com",
            "X-ABC-GUID:E1CX5Dr-0007ym-Hz@example.com",
        ),
    ],
    "abcd4": [task("task-1", "DUE;VALUE=DATE:20060104", "STATUS:NEEDS-ACTION", ALARM)],
    "abcd5": [task("task-2", "DUE:20060106T120000Z", "STATUS:NEEDS-ACTION", ALARM)],
    "abcd6": [
        task("task-3", "COMPLETED:20051223T122322Z", "DUE;VALUE=DATE:20051222", "STATUS:COMPLETED")
    ],
    "abcd7": [task("task-4", "DUE;VALUE=DATE:20060107", "STATUS:CANCELLED")],
    "abcd8": [
        f"VFREEBUSY\n{STAMP}UID:busy\nDTSTART:20060101T000000Z\nDTEND:20060108T000000Z\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20060102T100000Z/20060102T120000Z"
    ],
}


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}Default/"
    for name, parts in CALENDAR.items():
        answer = anna.request("PUT", f"{url}{name}.ics", octets(*parts))
        assert answer.status == 201, answer.body
    return url


def query(client, work: str, content: str, data: str = "") -> dict[str, Component]:
    """Objects by name."""
    asked = f"<D:prop><D:getetag/><C:calendar-data>{data}</C:calendar-data></D:prop>"
    inner = f'<C:filter><C:comp-filter name="VCALENDAR">{content}</C:comp-filter></C:filter>'
    answer = client.report(work, "C:calendar-query", asked + inner, "1")
    return {
        href.rpartition("/")[2].removesuffix(".ics"): parse(found["C:calendar-data"].encode())
        for href, found in answer.responses.items()
    }


def events(span: str) -> str:
    return f'<C:comp-filter name="VEVENT"><C:time-range {span}/></C:comp-filter>'


DAY = 'start="20060104T000000Z" end="20060105T000000Z"'
TWO_DAYS = 'start="20060103T000000Z" end="20060105T000000Z"'


def test_partial_retrieval_of_events_by_time_range(anna, work):
    """§7.8.1."""
    props = "".join(
        f'<C:prop name="{name}"/>'
        for name in words("SUMMARY UID DTSTART DTEND DURATION RRULE RDATE EXRULE EXDATE")
    )
    data = (
        '<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT">'
        f'{props}<C:prop name="RECURRENCE-ID"/></C:comp><C:comp name="VTIMEZONE"/></C:comp>'
    )
    found = query(anna, work, events(DAY), data)
    assert sorted(found) == ["abcd2", "abcd3"]
    assert [part.name for part in found["abcd2"].components] == words(
        "VTIMEZONE VEVENT VEVENT VEVENT"
    )
    assert len(found["abcd2"].components[0].components) == 2
    (only,) = found["abcd3"].named("VEVENT")
    assert {line.name for line in only.properties} == set(words("SUMMARY UID DTSTART DURATION"))


def test_partial_retrieval_of_recurring_events(anna, work):
    """§7.8.2."""
    found = query(anna, work, events(TWO_DAYS), f"<C:limit-recurrence-set {TWO_DAYS}/>")
    assert sorted(found) == ["abcd2", "abcd3"]
    titles = [part.text("SUMMARY") for part in found["abcd2"].named("VEVENT")]
    assert titles == ["Event #2", "Event #2 bis"]


def test_expanded_retrieval_of_recurring_events(anna, work):
    """§7.8.3."""
    found = query(anna, work, events(TWO_DAYS), f"<C:expand {TWO_DAYS}/>")
    assert sorted(found) == ["abcd2", "abcd3"]
    assert [
        (part.value("DTSTART"), part.value("RECURRENCE-ID"), part.text("SUMMARY"))
        for part in found["abcd2"].components
    ] == [
        ("20060103T170000Z", "20060103T170000Z", "Event #2"),
        ("20060104T190000Z", "20060104T170000Z", "Event #2 bis"),
    ]
    (only,) = found["abcd3"].components
    assert only.value("DTSTART") == "20060104T150000Z"
    assert only.value("RECURRENCE-ID") is None


def test_partial_retrieval_of_stored_free_busy_components(anna, work):
    """§7.8.4."""
    span = 'start="20060102T000000Z" end="20060103T000000Z"'
    content = f'<C:comp-filter name="VFREEBUSY"><C:time-range {span}/></C:comp-filter>'
    found = query(anna, work, content, f"<C:limit-freebusy-set {span}/>")
    assert list(found) == ["abcd8"]
    assert found["abcd8"].components[0].value("FREEBUSY") == "20060102T100000Z/20060102T120000Z"


def test_retrieval_of_to_dos_by_alarm_time_range(anna, work):
    """§7.8.5."""
    span = '<C:time-range start="20060106T100000Z" end="20060107T100000Z"/>'
    alarm = f'<C:comp-filter name="VALARM">{span}</C:comp-filter>'
    assert list(query(anna, work, f'<C:comp-filter name="VTODO">{alarm}</C:comp-filter>')) == [
        "abcd5"
    ]


def test_retrieval_of_event_by_uid(anna, work):
    """§7.8.6."""
    text = '<C:text-match collation="i;octet">event-3</C:text-match>'
    content = f'<C:comp-filter name="VEVENT"><C:prop-filter name="UID">{text}</C:prop-filter></C:comp-filter>'  # noqa: E501
    assert list(query(anna, work, content)) == ["abcd3"]


def test_retrieval_of_events_by_partstat(anna, work):
    """§7.8.7."""
    content = (
        '<C:comp-filter name="VEVENT"><C:prop-filter name="ATTENDEE">'
        '<C:text-match collation="i;ascii-casemap">mailto:lisa@example.com</C:text-match>'
        '<C:param-filter name="PARTSTAT">'
        '<C:text-match collation="i;ascii-casemap">NEEDS-ACTION</C:text-match>'
        "</C:param-filter></C:prop-filter></C:comp-filter>"
    )
    assert list(query(anna, work, content)) == ["abcd3"]


def test_retrieval_of_events_only(anna, work):
    """§7.8.8."""
    assert sorted(query(anna, work, '<C:comp-filter name="VEVENT"/>')) == words("abcd1 abcd2 abcd3")


def test_retrieval_of_all_pending_to_dos(anna, work):
    """§7.8.9."""
    content = (
        '<C:comp-filter name="VTODO">'
        '<C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>'
        '<C:prop-filter name="STATUS">'
        '<C:text-match negate-condition="yes">CANCELLED</C:text-match>'
        "</C:prop-filter></C:comp-filter>"
    )
    assert sorted(query(anna, work, content)) == ["abcd4", "abcd5"]


def test_attempt_to_query_unsupported_property(anna, work):
    """§7.8.10: every property can be asked for here, and this one no event has."""
    content = (
        '<C:comp-filter name="VEVENT"><C:prop-filter name="X-ABC-GUID">'
        "<C:text-match>ABC</C:text-match></C:prop-filter></C:comp-filter>"
    )
    assert query(anna, work, content) == {}


def test_free_busy_query(anna, work):
    """§7.10.1."""
    span = '<C:time-range start="20060104T140000Z" end="20060105T220000Z"/>'
    answer = anna.report(work, "C:free-busy-query", span, "1")
    (component,) = parse(answer.body).components
    assert {
        (line.param("FBTYPE"), line.value) for line in component.every("FREEBUSY")
    } == {
        ("BUSY-TENTATIVE", "20060104T150000Z/20060104T160000Z"),
        (
            None,
            "20060104T190000Z/20060104T200000Z,20060105T170000Z/20060105T180000Z",
        ),
    }  # fmt: skip


def test_every_object_answers_with_the_properties_that_were_asked_for(anna, work):
    inner = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
    answer = anna.report(work, "C:calendar-query", prop("D:getetag", "X:none") + inner, "1")
    assert len(answer.responses) == len(CALENDAR)
    assert all(found.status_of("X:none") == 404 for found in answer.responses.values())
