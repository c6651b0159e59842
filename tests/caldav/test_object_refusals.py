"""What calendars do not take, and how they say so (RFC 4791 §5.3.2.1)."""

from __future__ import annotations

import pytest

from tests.support.dav import NS, Server, clark
from tests.support.events import event, made, names_in, put, todo
from tests.support.icalendar import octets


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


NOT_VALID = {
    "no iCalendar": b"hello",
    "nothing": b"",
    "cut": event()[:-20],
    "two objects": event() * 2,
    "no UID": octets("VEVENT\nDTSTART:20260105T100000Z"),
    "no DTSTART": octets("VEVENT\nUID:one"),
    "no date": event("one", "DTSTART:yesterday"),
    "end before start": event("one", "DTSTART:20260105T100000Z", "DTEND:20260105T090000Z"),
    "bad rule": event("one", "RRULE:FREQ=SOMETIMES"),
    "another version": event().replace(b"VERSION:2.0", b"VERSION:1.0"),
    "binary": bytes(range(256)),
    "UTF-16": event().decode().encode("utf-16"),
}


@pytest.mark.parametrize("sent", NOT_VALID.values(), ids=NOT_VALID)
def test_what_is_no_icalendar_is_not_stored(anna, work, sent):
    answer = put(anna, f"{work}a.ics", sent)
    assert (answer.status, answer.condition) == (403, clark("C:valid-calendar-data"))
    assert names_in(anna, work) == set()


NO_RESOURCE = {
    "zones alone": octets("VTIMEZONE\nTZID:x"),
    "two types": octets("VEVENT\nUID:one\nDTSTART:20260105T100000Z", "VTODO\nUID:one"),
    "two UIDs": octets(
        "VEVENT\nUID:one\nDTSTART:20260105T100000Z", "VEVENT\nUID:two\nDTSTART:20260105T100000Z"
    ),
    "two masters": octets(*["VEVENT\nUID:one\nDTSTART:20260105T100000Z"] * 2),
}


@pytest.mark.parametrize("sent", NO_RESOURCE.values(), ids=NO_RESOURCE)
def test_what_is_no_calendar_object_is_not_stored(anna, work, sent):
    answer = put(anna, f"{work}a.ics", sent)
    assert (answer.status, answer.condition) == (403, clark("C:valid-calendar-object-resource"))


def test_another_calendar_scale_is_not_stored(anna, work):
    answer = put(anna, f"{work}a.ics", event("one", "RRULE:RSCALE=CHINESE;FREQ=YEARLY"))
    assert (answer.status, answer.condition) == (403, clark("C:supported-rscale"))


def test_a_calendar_takes_what_it_was_made_for(anna):
    url = f"{anna.calendars}tasks/"
    comp = '<C:supported-calendar-component-set><C:comp name="VTODO"/>'
    body = f"<D:set><D:prop>{comp}</C:supported-calendar-component-set></D:prop></D:set>"
    made_of = f'<C:mkcalendar xmlns:D="DAV:" xmlns:C="{NS["C"]}">{body}</C:mkcalendar>'
    assert anna.request("MKCALENDAR", url, made_of.encode()).status == 201
    answer = put(anna, f"{url}a.ics", event())
    assert (answer.status, answer.condition) == (403, clark("C:supported-calendar-component"))
    made(anna, f"{url}a.ics", todo())


@pytest.mark.parametrize("kind", ["text/html", "image/png", "application/json-patch+json"])
def test_other_media_types_are_refused(anna, work, kind):
    answer = put(anna, f"{work}a.ics", event(), content_type=kind)
    assert (answer.status, answer.condition) == (403, clark("C:supported-calendar-data"))


@pytest.mark.parametrize("kind", ["text/calendar; charset=utf-8", "", "text/plain"])
def test_what_has_no_media_type_of_its_own_is_taken_for_icalendar(anna, work, kind):
    made(anna, f"{work}a.ics", event(), content_type=kind)


def test_a_uid_is_once_in_a_calendar(anna, work):
    made(anna, f"{work}a.ics", event())
    answer = put(anna, f"{work}b.ics", event())
    assert (answer.status, answer.condition) == (409, clark("C:no-uid-conflict"))
    assert answer.root.findtext(f"{clark('C:no-uid-conflict')}/{clark('D:href')}") == f"{work}a.ics"
    assert names_in(anna, work) == {"a.ics"}


def test_an_object_keeps_its_uid(anna, work):
    made(anna, f"{work}a.ics", event())
    answer = put(anna, f"{work}a.ics", event("two"))
    assert (answer.status, answer.condition) == (409, clark("C:no-uid-conflict"))
    assert anna.request("GET", f"{work}a.ics").body == event()


def test_two_calendars_may_have_one_uid(anna, work):
    anna.request("MKCALENDAR", f"{anna.calendars}other/")
    made(anna, f"{work}a.ics", event())
    made(anna, f"{anna.calendars}other/a.ics", event())


def test_the_other_object_is_named_as_the_request_spells_the_calendar(anna):
    spelled = f"{anna.calendars.replace('@', '%40')}Default/"
    made(anna, f"{spelled}a.ics", event())
    answer = put(anna, f"{spelled}b.ics", event())
    assert answer.root.findtext(f".//{clark('D:href')}").endswith("/Default/a.ics")


class TestLimits:
    """Those that the options set."""

    @pytest.fixture
    def server(self, database, tmp_path) -> Server:
        return Server(database, tmp_path, limits={"max_resource_size": 4096, "max_attendees": 3})

    def test_an_object_may_be_as_large_as_said(self, anna, work):
        body = event("one", "DESCRIPTION:" + "x" * 5000)
        answer = put(anna, f"{work}a.ics", body)
        assert (answer.status, answer.condition) == (403, clark("C:max-resource-size"))
        made(anna, f"{work}a.ics", event("one", "DESCRIPTION:" + "x" * 3000))

    def test_so_many_may_attend(self, anna, work):
        lines = [f"ATTENDEE:mailto:a{n}@example.org" for n in range(4)]
        answer = put(anna, f"{work}a.ics", event("one", *lines))
        assert answer.status == 403
        assert answer.condition == clark("C:max-attendees-per-instance")
        made(anna, f"{work}a.ics", event("one", *lines[:3]))
