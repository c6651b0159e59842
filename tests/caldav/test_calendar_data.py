"""calendar-data in answers (RFC 4791 §9.6)."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from cyrpy.formats.ical.parse import parse
from tests.caldav.test_caldav_query import event, filtered
from tests.support.dav import NS, clark, tree
from tests.support.icalendar import octets

DATA = "C:calendar-data"
SERIES = octets(
    "VTIMEZONE\nTZID:Europe/Vienna\nBEGIN:STANDARD\nDTSTART:19701025T030000\n"
    "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD",
    "VEVENT\nUID:series\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Europe/Vienna:20260105T100000\n"
    "DURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\nSUMMARY:A & B <c>\nX-SECRET:1\n"
    "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT5M\nEND:VALARM",
    "VEVENT\nUID:series\nDTSTAMP:20260101T000000Z\n"
    "RECURRENCE-ID;TZID=Europe/Vienna:20260107T100000\n"
    "DTSTART;TZID=Europe/Vienna:20260107T140000\nDURATION:PT1H\nSUMMARY:moved",
)


@pytest.fixture
def url(anna) -> str:
    made = f"{anna.calendars}Default/series.ics"
    assert anna.request("PUT", made, SERIES).status == 201
    return made


def asked(client, url: str, content: str = "", attributes: str = "", **headers: str):
    """The calendar-data element of a multiget."""
    data = f"<C:calendar-data{attributes}>{content}</C:calendar-data>"
    body = tree("C:calendar-multiget", f"<D:prop><D:getetag/>{data}</D:prop><D:href>{url}</D:href>")
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.request("REPORT", url.rpartition("/")[0] + "/", body, given)


def data_of(answer) -> str:
    return answer.one[DATA]


def test_the_whole_object_comes_as_it_was_written(anna, url):
    assert data_of(asked(anna, url)).encode() == SERIES


def test_propfind_can_ask_for_it_too(anna, url):
    assert anna.get(url, DATA).encode() == SERIES
    assert clark(DATA) not in anna.propfind(url).one.found[200]


def test_query_gives_it_too(anna, url):
    body = "<D:prop><C:calendar-data/></D:prop>" + filtered("")
    answer = anna.report(url.rpartition("/")[0] + "/", "C:calendar-query", body, "1")
    assert data_of(answer).encode() == SERIES


def test_control_characters_do_not_reach_xml(anna, url):
    body = event("odd", "DTSTART:20260105T100000Z", "SUMMARY:a\x08b\x01c ￾d]]>e")
    odd = url.replace("series", "odd")
    assert anna.request("PUT", odd, body).status == 201
    assert "SUMMARY:abc d]]>e\r\n" in data_of(asked(anna, odd))


def test_octets_that_are_no_utf_8_are_mended(anna, url):
    body = event("latin", "DTSTART:20260105T100000Z", "SUMMARY:xyz").replace(b"xyz", b"\xfcber")
    odd = url.replace("series", "latin")
    assert anna.request("PUT", odd, body).status == 201
    assert "SUMMARY:über\r\n" in data_of(asked(anna, odd))


ONE = (
    '<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT">'
    '<C:prop name="UID"/><C:prop name="SUMMARY" novalue="yes"/></C:comp>'
    '<C:comp name="VTIMEZONE"/></C:comp>'
)


def test_components_and_properties_are_selected(anna, url):
    found = parse(data_of(asked(anna, url, ONE)).encode())
    assert [line.name for line in found.properties] == ["VERSION"]
    assert [part.name for part in found.components] == ["VTIMEZONE", "VEVENT", "VEVENT"]
    events = found.named("VEVENT")
    assert [(line.name, line.value) for line in events[0].properties] == [
        ("UID", "series"),
        ("SUMMARY", ""),
    ]
    assert events[0].components == []
    assert found.components[0].components[0].name == "STANDARD"


def test_everything_of_a_component_can_be_selected(anna, url):
    content = '<C:comp name="VCALENDAR"><C:allprop/><C:allcomp/></C:comp>'
    assert data_of(asked(anna, url, content)).encode() == SERIES
    content = '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:allprop/></C:comp></C:comp>'
    found = parse(data_of(asked(anna, url, content)).encode())
    assert found.properties == []
    assert found.components[0].value("X-SECRET") == "1"
    assert found.components[0].components == []


SPAN = 'start="20260106T000000Z" end="20260108T000000Z"'


def test_expand_gives_the_instances_inside_the_range_in_utc(anna, url):
    found = parse(data_of(asked(anna, url, f"<C:expand {SPAN}/>")).encode())
    assert [part.name for part in found.components] == ["VEVENT", "VEVENT"]
    assert [
        (part.value("DTSTART"), part.value("RECURRENCE-ID"), part.value("SUMMARY"))
        for part in found.components
    ] == [
        ("20260106T090000Z", "20260106T090000Z", "A & B <c>"),
        ("20260107T130000Z", "20260107T090000Z", "moved"),
    ]
    assert all(part.value("RRULE") is None for part in found.components)


def test_expand_and_selection_go_together(anna, url):
    found = parse(data_of(asked(anna, url, ONE + f"<C:expand {SPAN}/>")).encode())
    assert [[line.name for line in part.properties] for part in found.components] == [
        ["UID", "SUMMARY"]
    ] * 2


def test_limit_recurrence_set_leaves_out_what_is_overridden_elsewhere(anna, url):
    span = 'start="20260105T000000Z" end="20260106T000000Z"'
    found = data_of(asked(anna, url, f"<C:limit-recurrence-set {span}/>"))
    assert "RRULE" in found
    assert "moved" not in found
    assert "moved" in data_of(asked(anna, url, f"<C:limit-recurrence-set {SPAN}/>"))


def test_limit_freebusy_set_leaves_out_periods(anna, url):
    busy = octets(
        "VFREEBUSY\nUID:busy\nDTSTAMP:20260101T000000Z\n"
        "FREEBUSY:20260105T100000Z/PT1H,20260106T100000Z/PT1H"
    )
    other = url.replace("series", "busy")
    assert anna.request("PUT", other, busy).status == 201
    found = data_of(asked(anna, other, f"<C:limit-freebusy-set {SPAN}/>"))
    assert "FREEBUSY:20260106T100000Z/PT1H\r\n" in found


def test_what_takes_too_long_to_expand_fails_alone(anna, url):
    hostile = event("hostile", "DTSTART:20200101T000000Z", "RRULE:FREQ=SECONDLY")
    other = url.replace("series", "hostile")
    assert anna.request("PUT", other, hostile).status == 201
    expand = '<C:expand start="20200101T000000Z" end="20300101T000000Z"/>'
    body = f"<D:prop><D:getetag/><C:calendar-data>{expand}</C:calendar-data></D:prop>"
    hrefs = f"<D:href>{url}</D:href><D:href>{other}</D:href>"
    answer = anna.report(url.rpartition("/")[0] + "/", "C:calendar-multiget", body + hrefs)
    assert answer.responses[other].status_of(DATA) == 507
    assert answer.responses[other].status_of("D:getetag") == 200
    assert answer.responses[url].status_of(DATA) == 200


@pytest.mark.parametrize(
    ("media_type", "reads"),
    [
        ("application/calendar+json", lambda text: json.loads(text)[0]),
        ("application/calendar+xml", lambda text: etree.fromstring(text.encode()).tag),
        ("application/jscalendar+json", lambda text: json.loads(text)["@type"]),
    ],
)
def test_other_forms_are_given_with_their_media_type(anna, url, media_type, reads):
    answer = asked(anna, url, "", f' content-type="{media_type}" version="2.0"')
    element = answer.root.find(f".//{clark(DATA)}")
    assert element.get("content-type") == media_type
    assert element.get("version") == "2.0"
    assert reads(element.text) in {
        "vcalendar",
        "{urn:ietf:params:xml:ns:icalendar-2.0}icalendar",
        "Group",
    }


@pytest.mark.parametrize(
    ("content", "attributes", "status", "condition"),
    [
        ("", ' content-type="text/html"', 403, "C:supported-calendar-data"),
        ("", ' content-type="text/calendar" version="1.0"', 403, "C:supported-calendar-data"),
        ("", ' version="3.0"', 403, "C:supported-calendar-data"),
        ("<C:expand start='20260101T000000Z'/>", "", 400, None),
        ("<C:expand start='20260101' end='20270101'/>", "", 400, None),
        ("<C:expand start='00000101T000000Z' end='20260101T000000Z'/>", "", 403, "C:min-date-time"),
        (f"<C:expand {SPAN}/><C:limit-recurrence-set {SPAN}/>", "", 400, None),
        (f"<C:expand {SPAN}/>" * 2, "", 400, None),
        ('<C:comp name="VEVENT"/>', "", 400, None),
        ("<C:comp/>", "", 400, None),
        ('<C:comp name="VCALENDAR"><C:prop/></C:comp>', "", 400, None),
        ('<C:comp name="VCALENDAR"><C:prop name="X" novalue="1"/></C:comp>', "", 400, None),
    ],
)
def test_what_cannot_be_given_is_refused(anna, url, content, attributes, status, condition):
    answer = asked(anna, url, content, attributes)
    assert (answer.status, answer.condition) == (status, condition and clark(condition))


def test_time_zones_are_left_out_where_the_client_knows_them(anna, url):
    assert "VTIMEZONE" in data_of(asked(anna, url))
    assert "VTIMEZONE" not in data_of(asked(anna, url, caldav_timezones="F"))
    assert "TZID=Europe/Vienna" in data_of(asked(anna, url, caldav_timezones="F"))
    assert asked(anna, url, caldav_timezones="maybe").status == 400


def test_time_zones_that_are_missing_are_filled_in_where_the_client_wants_them(anna, url):
    body = event("bare", "DTSTART;TZID=America/New_York:20260105T100000")
    other = url.replace("series", "bare")
    assert anna.request("PUT", other, body).status == 201
    assert "VTIMEZONE" not in data_of(asked(anna, other))
    found = parse(data_of(asked(anna, other, caldav_timezones="T")).encode())
    assert [z.value("TZID") for z in found.named("VTIMEZONE")] == ["America/New_York"]


def test_namespaces_do_not_change_what_is_selected(anna, url):
    assert "X-SECRET" in data_of(asked(anna, url, f'<X:comp xmlns:X="{NS["X"]}"/>'))
