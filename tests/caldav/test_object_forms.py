"""Calendar objects in other forms than iCalendar, and whole calendars (RFC 7265, RFC 6321)."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from cyrpy.formats.ical import jcal, xcal
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.zones import vtimezone
from tests.support.dav import clark
from tests.support.events import event, made, put
from tests.support.icalendar import octets

JCAL = "application/calendar+json"
XCAL = "application/calendar+xml"
JSCALENDAR = "application/jscalendar+json"


@pytest.fixture
def item(anna) -> str:
    url = f"{anna.calendars}Default/a.ics"
    made(anna, url, event("one", "SUMMARY:Lunch"))
    return url


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/calendar"),
        ("*/*", "text/calendar"),
        ("text/*", "text/calendar"),
        (f"{JCAL}, */*;q=0.1", JCAL),
        (f"{JCAL};q=0.5, text/calendar", "text/calendar"),
        ("application/json", JCAL),
        ("application/xml", XCAL),
        (f"text/html, {XCAL};q=0.9", XCAL),
        (JSCALENDAR, JSCALENDAR),
        (f"{JCAL};q=x, image/png", JCAL),
    ],
)
def test_accept_chooses_the_form(anna, item, accept, kind):
    answer = anna.request("GET", item, headers={"accept": accept} if accept else {})
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["vary"] == "accept"


def test_each_form_says_the_same(anna, item):
    def get(kind: str) -> bytes:
        return anna.request("GET", item, headers={"accept": kind}).body

    calendar = parse(event("one", "SUMMARY:Lunch"))
    assert get(JCAL) == jcal.write(calendar)
    assert get(XCAL) == xcal.write(calendar)
    assert json.loads(get(JSCALENDAR))["entries"][0]["title"] == "Lunch"


@pytest.mark.parametrize("accept", ["image/png", "text/calendar;q=0", "text/html"])
def test_other_forms_are_not_there(anna, item, accept):
    answer = anna.request("GET", item, headers={"accept": accept})
    assert (answer.status, answer.condition) == (406, clark("C:supported-calendar-data"))


def test_the_entity_tag_is_that_of_the_object_in_every_form(anna, item):
    tag = anna.get(item, "D:getetag")
    answer = anna.request("GET", item, headers={"accept": JCAL})
    assert answer.headers["etag"] == tag
    assert put(anna, item, event("one", "SUMMARY:Tea"), if_match=tag).status == 204


@pytest.mark.parametrize(("kind", "write"), [(JCAL, jcal.write), (XCAL, xcal.write)])
def test_other_forms_are_stored_as_icalendar_and_without_entity_tag(anna, kind, write):
    url = f"{anna.calendars}Default/b.ics"
    answer = made(anna, url, write(parse(event("two"))), content_type=kind)
    assert "etag" not in answer.headers
    assert anna.request("GET", url).body == event("two")


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: {"@type": "Group", "entries": [e]}])
def test_jscalendar_is_stored_as_icalendar(anna, wrap):
    url = f"{anna.calendars}Default/b.ics"
    given = {"@type": "Event", "uid": "two", "title": "Lunch", "start": "2026-01-05T10:00:00"}
    sent = json.dumps(wrap(given | {"updated": "2026-01-01T00:00:00Z"})).encode()
    made(anna, url, sent, content_type=JSCALENDAR)
    (stored,) = parse(anna.request("GET", url).body).named("VEVENT")
    assert (stored.value("UID"), stored.value("SUMMARY")) == ("two", "Lunch")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSCALENDAR, b"[]"),
        (JSCALENDAR, b'{"@type": "Event"}'),
        (JSCALENDAR, b'{"@type": "Note", "uid": "x"}'),
        (JSCALENDAR, b"{"),
        (JCAL, b"[]"),
        (JCAL, b"{"),
        (XCAL, b"<x/>"),
        (XCAL, b"<!DOCTYPE x>"),
    ],
)
def test_what_is_not_of_its_media_type_is_refused(anna, kind, body):
    answer = put(anna, f"{anna.calendars}Default/b.ics", body, content_type=kind)
    assert (answer.status, answer.condition) == (403, clark("C:valid-calendar-data"))


def test_xcal_is_well_formed(anna, item):
    answer = anna.request("GET", item, headers={"accept": XCAL})
    assert etree.fromstring(answer.body).tag.endswith("icalendar")


@pytest.fixture
def full(anna) -> str:
    """A calendar with two events in one zone, of which one is private."""
    url = f"{anna.calendars}work/"
    anna.request("MKCALENDAR", url)
    anna.set(url, "D:displayname", "Work, mostly")
    zone = octets("VEVENT\nUID:one\nDTSTART;TZID=Europe/Vienna:20260105T100000")
    zone = zone.replace(b"BEGIN:VEVENT", vtimezone("Europe/Vienna") + b"BEGIN:VEVENT")
    made(anna, f"{url}a.ics", zone)
    made(anna, f"{url}b.ics", zone.replace(b"UID:one", b"UID:two\r\nCLASS:PRIVATE"))
    return url


def test_a_whole_calendar_is_one_object(anna, full):
    answer = anna.request("GET", full)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = parse(answer.body)
    assert [c.name for c in calendar.components] == ["VTIMEZONE", "VEVENT", "VEVENT"]
    assert [c.value("UID") for c in calendar.named("VEVENT")] == ["one", "two"]
    assert calendar.text("NAME") == "Work, mostly"
    again = anna.request("GET", full, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    anna.request("DELETE", f"{full}a.ics")
    assert anna.request("GET", full).headers["etag"] != answer.headers["etag"]


def test_a_whole_calendar_comes_in_other_forms(anna, full):
    answer = anna.request("GET", full, headers={"accept": JCAL})
    assert answer.headers["content-type"] == JCAL
    assert jcal.read(answer.body).text("NAME") == "Work, mostly"
    page = anna.request("GET", full, headers={"accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")


def test_others_get_a_calendar_without_what_is_private(anna, bert, full):
    anna.share(full, **{bert.principal: "D:read"})
    body = bert.request("GET", full).body
    assert [c.value("UID") for c in parse(body).named("VEVENT")] == ["one"]


def test_an_empty_calendar_is_an_empty_object(anna):
    answer = anna.request("GET", f"{anna.calendars}Default/")
    assert parse(answer.body).components == []
