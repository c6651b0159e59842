"""A stored object that can no more be read: it fails alone."""

from __future__ import annotations

import pytest

from cyrpy.data import events
from cyrpy.formats.ical.parse import parse
from tests.support.dav import clark, tree
from tests.support.events import event, made, names_in, put


@pytest.fixture
def work(anna) -> str:
    """A calendar with a good object and one whose octets were damaged."""
    url = f"{anna.calendars}work/"
    anna.request("MKCALENDAR", url)
    made(anna, f"{url}good.ics", event("good"))
    made(anna, f"{url}bad.ics", event("bad", "ORGANIZER:mailto:anna@example.com"))

    def damage(unit):
        (row,) = events.with_uid(unit, anna.row.id, "bad")
        events.change(unit, row, {"icalendar": b"BEGIN:VCALENDAR\r\nBEGIN:VEV\xff", "rendering": 0})

    anna.server.core.database.write(damage)
    return url


def test_the_others_are_listed_and_read(anna, work):
    assert names_in(anna, work) == {"good.ics", "bad.ics"}
    hrefs = "".join(f"<D:href>{work}{name}.ics</D:href>" for name in ("bad", "good"))
    content = f"<D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}"
    answer = anna.request("REPORT", work, tree("C:calendar-multiget", content))
    found = answer.responses[f"{work}good.ics"]
    assert found["C:calendar-data"] == event("good").decode()
    assert clark("D:getetag") in answer.responses[f"{work}bad.ics"].found[200]


def test_the_whole_calendar_is_given_without_it(anna, work):
    calendar = parse(anna.request("GET", work).body)
    assert [c.value("UID") for c in calendar.components] == ["good"]


def test_it_can_be_read_replaced_moved_and_deleted(anna, work):
    assert anna.request("GET", f"{work}bad.ics").status == 200
    jcal = {"accept": "application/calendar+json"}
    assert anna.request("GET", f"{work}bad.ics", headers=jcal).status == 406
    target = {"destination": f"{work}other.ics"}
    assert anna.request("MOVE", f"{work}bad.ics", headers=target).status == 201
    assert put(anna, f"{work}other.ics", event("bad")).status == 204
    assert anna.request("GET", f"{work}other.ics").body == event("bad")


def test_it_can_be_deleted(anna, work):
    assert anna.request("DELETE", f"{work}bad.ics").status == 204
    assert names_in(anna, work) == {"good.ics"}
    assert anna.request("DELETE", work).status == 204


def test_a_copy_of_it_is_refused(anna, work):
    target = {"destination": f"{anna.calendars}Default/x.ics"}
    answer = anna.request("COPY", f"{work}bad.ics", headers=target)
    assert (answer.status, answer.condition) == (403, clark("C:valid-calendar-data"))
