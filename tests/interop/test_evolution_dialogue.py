"""Evolution: what a calendar is, its ctag, lists by query, and the rules that it writes."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, prop, tree, words
from tests.support.events import event, made, multiget, put, todo

OPENED = words(
    "D:resourcetype D:current-user-privilege-set CS:getctag C:supported-calendar-component-set"
)
NOT_DONE = (
    '<C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>'
    '<C:prop-filter name="STATUS"><C:text-match negate-condition="yes">CANCELLED</C:text-match>'
    "</C:prop-filter>"
)


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


def listed(client, url: str, component: str, inside: str = "") -> dict[str, str]:
    """Entity tags of one kind, by href."""
    filters = (
        f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="{component}">{inside}'
        "</C:comp-filter></C:comp-filter></C:filter>"
    )
    answer = client.report(url, "C:calendar-query", prop("D:getetag") + filters, depth="1")
    return {href: r["D:getetag"] for href, r in answer.responses.items()}


def test_a_host_is_searched_for_collections_from_its_principal(anna):
    names = (*OPENED, "D:current-user-principal", "C:calendar-home-set", "CR:addressbook-home-set")
    body = tree("D:propfind", prop(*names))
    _, answer = anna.followed("PROPFIND", "/.well-known/caldav", body, {"depth": "0"})
    (principal,) = answer.one["D:current-user-principal"]
    found = anna.propfind(principal, *names).one
    assert found["C:calendar-home-set"] == [anna.calendars]
    assert found["CR:addressbook-home-set"] == [anna.books]


def test_it_opens_a_calendar_that_it_may_write(anna, work):
    found = anna.propfind(work, *OPENED).one
    assert found.found.keys() == {200}
    assert clark("D:write") in str(found["D:current-user-privilege-set"])


def test_it_lists_again_only_where_the_ctag_moved(anna, work):
    ctag = anna.get(work, "CS:getctag")
    assert anna.get(work, "CS:getctag") == ctag
    tag = made(anna, f"{work}a.ics", event(), if_none_match="*").headers["etag"]
    assert anna.get(work, "CS:getctag") != ctag
    assert listed(anna, work, "VEVENT") == {f"{work}a.ics": tag}
    assert multiget(anna, work, f"{work}a.ics") == {f"{work}a.ics": tag}


def test_it_lists_tasks_that_are_still_to_do(anna, work):
    made(anna, f"{work}open.ics", todo("open", "STATUS:NEEDS-ACTION"))
    made(anna, f"{work}done.ics", todo("done", "STATUS:COMPLETED", "COMPLETED:20260105T100000Z"))
    made(anna, f"{work}off.ics", todo("off", "STATUS:CANCELLED"))
    made(anna, f"{work}event.ics", event("event"))
    assert set(listed(anna, work, "VTODO", NOT_DONE)) == {f"{work}open.ics"}


def test_its_memos_are_journals(anna, work):
    memo = event("m").replace(b"VEVENT", b"VJOURNAL").replace(b"DURATION:PT1H\r\n", b"")
    made(anna, f"{work}m.ics", memo)
    assert set(listed(anna, work, "VJOURNAL")) == {f"{work}m.ics"}


@pytest.mark.parametrize(
    "until", ["20260110T100000", "20260110", "20260110T090000Z"], ids=["local", "date", "utc"]
)
def test_rules_may_end_in_any_kind_of_time(anna, work, until):
    start = "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Vienna:20260105T100000"
    body = event("one", start, "DURATION:PT1H", f"RRULE:FREQ=DAILY;UNTIL={until}")
    made(anna, f"{work}a.ics", body)
    assert anna.request("GET", f"{work}a.ics").body == body
    inside = '<C:time-range start="20260107T000000Z" end="20260108T000000Z"/>'
    assert set(listed(anna, work, "VEVENT", inside)) == {f"{work}a.ics"}
    after = '<C:time-range start="20260112T000000Z" end="20260113T000000Z"/>'
    assert listed(anna, work, "VEVENT", after) == {}


def test_what_another_changed_is_not_overwritten(anna, work):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    put(anna, f"{work}a.ics", event("one", "SUMMARY:theirs"))
    mine = event("one", "SUMMARY:mine")
    assert put(anna, f"{work}a.ics", mine, if_match=tag).status == 412
    assert anna.request("DELETE", f"{work}a.ics", headers={"if-match": tag}).status == 412
    assert b"theirs" in anna.request("GET", f"{work}a.ics").body


def test_it_asks_for_free_time_in_the_outbox(anna, work):
    (outbox,) = anna.get(anna.principal, "C:schedule-outbox-URL")
    body = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Evolution//EN\r\nMETHOD:REQUEST\r\n"
        "BEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20991101T000000Z\r\nDTSTART:20991110T000000Z\r\n"
        f"DTEND:20991111T000000Z\r\nORGANIZER:{anna.address}\r\nATTENDEE:{anna.address}\r\n"
        "END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    answer = anna.request("POST", outbox, body.encode(), {"content-type": "text/calendar"})
    assert answer.root.findtext(f".//{clark('C:request-status')}").startswith("2.0")
