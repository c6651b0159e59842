"""Apple's Calendar, as its makers recorded it (OS X 10.11), from the host name to the meeting."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, prop, tree, words
from tests.support.davwire import WireClient
from tests.support.events import event, made, multiget, names_in, put
from tests.support.icalendar import octets

START = "DTSTART:20991110T100000Z"
APPLE = {"user-agent": "Mac+OS+X/10.11 (15A283) CalendarAgent/361", "brief": "t"}
INITIAL = ("D:current-user-principal", "D:principal-URL", "D:resourcetype")
PRINCIPAL = words(
    """
    C:calendar-home-set C:calendar-user-address-set D:current-user-principal D:displayname
    CS:dropbox-home-URL CS:email-address-set CS:notification-URL D:principal-collection-set
    D:principal-URL D:resource-id C:schedule-inbox-URL C:schedule-outbox-URL
    D:supported-report-set CS:allowed-calendar-component-set
    """
)
HOME = words(
    """
    D:add-member CS:allowed-sharing-modes A:autoprovisioned ME:bulk-requests C:calendar-alarm
    A:calendar-color C:calendar-description C:calendar-free-busy-set A:calendar-order
    C:calendar-timezone D:current-user-privilege-set C:default-alarm-vevent-date
    C:default-alarm-vevent-datetime D:displayname CS:getctag CS:invite A:language-code
    A:location-code D:owner CS:pre-publish-url CS:publish-url CS:push-transports CS:pushkey
    D:quota-available-bytes D:quota-used-bytes A:refreshrate D:resource-id D:resourcetype
    C:schedule-calendar-transp C:schedule-default-calendar-URL CS:source
    CS:subscribed-strip-alarms CS:subscribed-strip-attachments CS:subscribed-strip-todos
    C:supported-calendar-component-set C:supported-calendar-component-sets D:supported-report-set
    D:sync-token C:managed-attachments-server-URL
    """
)
ZONE = (
    "BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\nPRODID:-//Apple Inc.//Mac OS X 10.11//EN&#13;\n"
    "CALSCALE:GREGORIAN&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:America/Los_Angeles&#13;\n"
    "BEGIN:DAYLIGHT&#13;\nTZOFFSETFROM:-0800&#13;\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU&#13;\n"
    "DTSTART:20070311T020000&#13;\nTZNAME:PDT&#13;\nTZOFFSETTO:-0700&#13;\nEND:DAYLIGHT&#13;\n"
    "BEGIN:STANDARD&#13;\nTZOFFSETFROM:-0700&#13;\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU&#13;\n"
    "DTSTART:20071104T020000&#13;\nTZNAME:PST&#13;\nTZOFFSETTO:-0800&#13;\nEND:STANDARD&#13;\n"
    "END:VTIMEZONE&#13;\nEND:VCALENDAR&#13;\n"
)
ALARM = (
    "BEGIN:VALARM&#13;\nX-WR-ALARMUID:4AD03A33&#13;\nUID:4AD03A33&#13;\n"
    "TRIGGER;VALUE=DATE-TIME:19760401T005545Z&#13;\nACTION:NONE&#13;\nEND:VALARM&#13;\n"
)
MKCALENDAR = f"""
<D:set><D:prop>
<A:calendar-order>3</A:calendar-order>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
<A:calendar-color symbolic-color="custom">#882F00FF</A:calendar-color>
<C:calendar-timezone>{ZONE}</C:calendar-timezone>
<D:displayname>Zürich</D:displayname>
<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>
</D:prop></D:set>
"""


def ask(client: WireClient, url: str, *names: str, depth: str = "0"):
    body = tree("D:propfind", prop(*names))
    return client.request("PROPFIND", url, body, {"depth": depth, **APPLE})


@pytest.fixture
def about(anna):
    """What the principal tells."""
    return ask(anna, anna.principal, *PRINCIPAL).one


@pytest.fixture
def default(anna) -> str:
    return f"{anna.calendars}Default/"


def test_the_host_name_is_enough(anna):
    body = tree("D:propfind", prop(*INITIAL))
    url = "/.well-known/caldav"
    for _ in range(2):  # to where it is led, and there it hears of the password
        answer = anna.unsigned("PROPFIND", url, body, {"depth": "0", **APPLE})
        url = answer.headers.get("location", url)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    _, answer = anna.followed("PROPFIND", "/.well-known/caldav", body, {"depth": "0", **APPLE})
    (principal,) = answer.one["D:current-user-principal"]
    found = ask(anna, principal, *INITIAL).one
    assert found["D:principal-URL"] == [principal]
    assert clark("D:principal") in found["D:resourcetype"]


def test_the_principal_tells_all_that_it_asks(anna, about):
    assert "calendar-access" in anna.request("OPTIONS", anna.principal).headers["dav"]
    needed = words(
        """
        C:calendar-home-set C:calendar-user-address-set D:current-user-principal D:displayname
        CS:email-address-set CS:notification-URL D:principal-collection-set D:principal-URL
        C:schedule-inbox-URL C:schedule-outbox-URL D:supported-report-set
        """
    )
    assert [name for name in needed if clark(name) not in about.found[200]] == []
    assert anna.address in about["C:calendar-user-address-set"]
    assert about["C:calendar-home-set"] == [anna.calendars]


def test_it_learns_what_people_can_be_found_by(anna, about):
    (collection,) = about["D:principal-collection-set"]
    answer = anna.report(collection, "D:principal-search-property-set")
    assert clark("D:displayname") in {e[0].tag for e in answer.root.iter(clark("D:prop"))}


def test_it_finds_for_whom_it_acts(anna, bert):
    hrefs = f"<D:href>{anna.principal}</D:href>"
    group = f"{bert.principal}calendar-proxy-write/"
    assert bert.set(group, "D:group-member-set", hrefs) == 200
    inside = "".join(
        f'<D:property name="{name}" namespace="{namespace}"/>'
        for name, namespace in [
            ("calendar-user-address-set", "urn:ietf:params:xml:ns:caldav"),
            ("email-address-set", "http://calendarserver.org/ns/"),
            ("displayname", "DAV:"),
        ]
    )
    content = "".join(
        f'<D:property name="calendar-proxy-{way}-for" namespace="http://calendarserver.org/ns/">'
        f"{inside}</D:property>"
        for way in ("read", "write")
    )
    answer = anna.report(anna.principal, "D:expand-property", content)
    told = answer.root.find(f".//{clark('CS:calendar-proxy-write-for')}/{clark('D:response')}")
    assert told.findtext(clark("D:href")) == bert.principal
    assert bert.address in [e.text for e in told.iter(clark("D:href"))]
    home = ask(anna, bert.principal, *PRINCIPAL).one["C:calendar-home-set"]
    assert f"{bert.calendars}Default/" in ask(anna, *home, *HOME, depth="1").responses


def test_its_long_question_to_the_home_is_answered(anna, default):
    found = ask(anna, anna.calendars, *HOME, depth="1").responses
    calendar = found[default]
    assert calendar["D:resourcetype"] == [clark("D:collection"), clark("C:calendar")]
    assert calendar["D:owner"] == [anna.principal]
    needed = words(
        """
        D:current-user-privilege-set D:displayname CS:getctag D:sync-token D:supported-report-set
        C:supported-calendar-component-set C:schedule-calendar-transp D:add-member
        CS:allowed-sharing-modes
        """
    )
    assert [name for name in needed if clark(name) not in calendar.found[200]] == []
    assert calendar.found.keys() <= {200, 404}
    assert clark("C:schedule-inbox") in found[f"{anna.calendars}Inbox/"]["D:resourcetype"]
    assert found[f"{anna.calendars}Inbox/"]["C:schedule-default-calendar-URL"] == [default]


def test_a_brief_answer_leaves_out_what_is_not_there(anna, default):
    names = ("D:displayname", "CS:pre-publish-url")
    assert ask(anna, default, *names).one.found.keys() == {200}
    assert anna.propfind(default, *names).one.found.keys() == {200, 404}


def test_the_home_itself_is_synchronized(anna, default):
    def sync(token: str):
        content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        return anna.report(anna.calendars, "D:sync-collection", content + prop(*HOME))

    token = sync("").token
    assert sync(token).responses == {}
    anna.set(default, "A:calendar-color", "#63DA38FF")
    changed = sync(token).responses
    assert list(changed) == [default]
    assert changed[default]["A:calendar-color"] == "#63DA38FF"


@pytest.mark.parametrize(
    ("where", "content"),
    [
        ("Default/", '<A:calendar-color symbolic-color="green">#63DA38FF</A:calendar-color>'),
        ("Default/", "<A:calendar-order>2</A:calendar-order>"),
        ("Default/", f"<C:calendar-timezone>{ZONE}</C:calendar-timezone>"),
        ("Default/", "<C:calendar-description>to do</C:calendar-description>"),
        ("Default/", "<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>"),
        ("Default/", "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>"),
        ("", f"<C:default-alarm-vevent-datetime>{ALARM}</C:default-alarm-vevent-datetime>"),
        ("", f"<C:default-alarm-vevent-date>{ALARM}</C:default-alarm-vevent-date>"),
        ("Default/", f"<C:default-alarm-vevent-date>{ALARM}</C:default-alarm-vevent-date>"),
    ],
)
def test_what_it_sets_straight_after_the_setup_is_taken(anna, where, content):
    body = tree("D:propertyupdate", f"<D:set><D:prop>{content}</D:prop></D:set>")
    answer = anna.request("PROPPATCH", anna.calendars + where, body)
    assert answer.one.found.keys() == {200}


def test_what_it_may_not_set_fails_for_itself_and_is_no_failed_request(anna, default):
    content = "<D:set><D:prop><D:owner/></D:prop></D:set>"
    answer = anna.proppatch(default, content)
    assert answer.status == 207
    assert answer.one.status_of("D:owner") == 403


def test_a_new_calendar_is_as_it_wants_it(anna):
    url = f"{anna.calendars}9B4E8E5C-1F0F-4A5D-8A0B-0E4F6B9A7C11/"
    answer = anna.request("MKCALENDAR", url, tree("C:mkcalendar", MKCALENDAR), APPLE)
    assert answer.status == 201
    found = ask(anna, url, *HOME).one
    assert found["D:displayname"] == "Zürich"
    assert found["A:calendar-color"] == "#882F00FF"
    assert found["A:calendar-order"] == "3"
    assert "TZID:America/Los_Angeles" in found["C:calendar-timezone"]
    assert found["C:schedule-calendar-transp"] == [clark("C:opaque")]
    (component,) = ask(anna, url, "C:supported-calendar-component-set").root.iter(clark("C:comp"))
    assert component.get("name") == "VEVENT"


def test_it_lists_reads_changes_and_notices(anna, default):
    tag = made(anna, f"{default}A1.ics", event("A1"), if_none_match="*").headers["etag"]
    span = '<C:time-range start="20251201T000000Z" end="20260201T000000Z"/>'
    filters = (
        f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{span}'
        "</C:comp-filter></C:comp-filter></C:filter>"
    )
    asked = prop("D:getetag", "D:getcontenttype")
    listed = anna.report(default, "C:calendar-query", asked + filters, depth="1").responses
    assert {href: r["D:getetag"] for href, r in listed.items()} == {f"{default}A1.ics": tag}
    assert multiget(anna, default, *listed) == {f"{default}A1.ics": tag}
    before = ask(anna, default, "CS:getctag", "D:sync-token").one
    changed = put(anna, f"{default}A1.ics", event("A1", "SUMMARY:Lunch"), if_match=tag)
    assert changed.status == 204
    after = ask(anna, default, "CS:getctag", "D:sync-token").one
    assert after["CS:getctag"] != before["CS:getctag"]
    told = anna.sync(default, before["D:sync-token"]).responses
    assert list(told) == [f"{default}A1.ics"]


def test_a_meeting_comes_into_the_inbox_and_the_answer_back(anna, bert, default):
    attendee = f"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:{bert.address}"
    organizer = (f"ORGANIZER:{anna.address}", f"ATTENDEE;PARTSTAT=ACCEPTED:{anna.address}")
    made(anna, f"{default}m.ics", event("m", START, *organizer, attendee))
    (inbox,) = bert.get(bert.principal, "C:schedule-inbox-URL")
    polled = ask(bert, inbox, "D:getcontenttype", "D:getetag", depth="1").responses
    (message,) = polled.keys() - {inbox}
    assert b"METHOD:REQUEST" in bert.request("GET", message).body
    (name,) = names_in(bert, f"{bert.calendars}Default/")
    copy = f"{bert.calendars}Default/{name}"
    answered = bert.request("GET", copy).body.replace(b"NEEDS-ACTION", b"ACCEPTED")
    tag = bert.get(copy, "C:schedule-tag")
    assert put(bert, copy, answered, if_schedule_tag_match=tag).status == 204
    assert bert.request("DELETE", message).status == 204
    unfolded = anna.request("GET", f"{default}m.ics").body.replace(b"\r\n ", b"")
    (line,) = [x for x in unfolded.splitlines() if x.endswith(bert.address.encode())]
    assert b"PARTSTAT=ACCEPTED" in line


def test_it_asks_who_is_busy(anna, bert):
    made(bert, f"{bert.calendars}Default/b.ics", event("b", START, "DURATION:PT1H"))
    (outbox,) = anna.get(anna.principal, "C:schedule-outbox-URL")
    question = octets(
        "VFREEBUSY\nUID:4288F0F3\nDTSTAMP:20991101T000000Z\nDTSTART:20991110T000000Z\n"
        f"DTEND:20991111T000000Z\nORGANIZER:{anna.address}\nATTENDEE:{bert.address}"
    ).replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:REQUEST")
    content = {"content-type": "text/calendar", "originator": anna.address}
    answer = anna.request("POST", outbox, question, content | {"recipient": bert.address})
    assert answer.status == 200
    text = answer.root.findtext(f".//{clark('C:calendar-data')}")
    assert "20991110T100000Z/" in text


def test_the_notifications_are_synchronized_with_their_types(anna, about):
    (url,) = about["CS:notification-URL"]
    content = "<D:sync-token/><D:sync-level>1</D:sync-level>"
    answer = anna.report(url, "D:sync-collection", content + prop("CS:notificationtype"))
    assert (answer.status, answer.responses) == (207, {})
    assert anna.sync(url, answer.token).responses == {}
