"""Objects in another's calendar: rights, and what is private (RFC 3744, JMAP Calendars)."""

from __future__ import annotations

import pytest

from cyrpy.groupware import calendars
from cyrpy.groupware.access import Actor
from tests.support.dav import clark
from tests.support.events import event, made, multiget, names_in, put

READ = "D:read"
WRITE = "D:read D:write"


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}work/"
    assert anna.request("MKCALENDAR", url).status == 201
    return url


@pytest.fixture
def shared(anna, bert, work) -> str:
    """The calendar as Bert, who may only read, sees it."""
    anna.share(work, **{bert.principal: READ})
    return f"{bert.calendars}anna@example.com.work/"


@pytest.fixture
def writable(anna, bert, work) -> str:
    """The calendar as Bert, who may write, sees it."""
    anna.share(work, **{bert.principal: WRITE})
    return f"{bert.calendars}anna@example.com.work/"


def test_a_reader_reads(anna, bert, work, shared):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    assert names_in(bert, shared) == {"a.ics"}
    answer = bert.request("GET", f"{shared}a.ics")
    assert (answer.body, answer.headers["etag"]) == (event(), tag)
    assert bert.request("GET", f"{work}a.ics").body == event()


def test_a_reader_does_not_write(anna, bert, work, shared):
    made(anna, f"{work}a.ics", event())
    changed = event("one", "SUMMARY:x")
    refused = [
        put(bert, f"{shared}a.ics", changed),
        put(bert, f"{shared}b.ics", event("two")),
        bert.request("DELETE", f"{shared}a.ics"),
        bert.request("POST", shared, event("two"), {"content-type": "text/calendar"}),
    ]
    assert {(a.status, a.condition) for a in refused} == {(403, clark("D:need-privileges"))}
    assert anna.request("GET", f"{work}a.ics").body == event()


def test_who_may_write_writes(anna, bert, work, writable):
    made(bert, f"{writable}a.ics", event())
    assert put(bert, f"{writable}a.ics", event("one", "SUMMARY:x")).status == 204
    assert anna.request("GET", f"{work}a.ics").body == event("one", "SUMMARY:x")
    assert bert.request("DELETE", f"{writable}a.ics").status == 204
    assert names_in(anna, work) == set()


def test_who_sees_nothing_finds_nothing(anna, bert, work):
    made(anna, f"{work}a.ics", event())
    for url in (work, f"{work}a.ics"):
        assert bert.request("GET", url).status == 404
    assert put(bert, f"{work}b.ics", event("two")).status in {404, 409}
    assert names_in(anna, work) == {"a.ics"}


PRIVATE = ["CLASS:PRIVATE", "CLASS:CONFIDENTIAL", "CLASS:X-MINE", "CLASS:private"]


@pytest.mark.parametrize("line", PRIVATE)
def test_what_is_private_is_not_there_for_others(anna, bert, work, shared, line):
    made(anna, f"{work}open.ics", event("open", "CLASS:PUBLIC"))
    made(anna, f"{work}closed.ics", event("closed", line))
    url = f"{shared}closed.ics"
    assert names_in(bert, shared) == {"open.ics"}
    assert bert.request("GET", url).status == 404
    assert bert.propfind(url, "D:getetag").status == 404
    assert multiget(bert, shared, url) == {url: 404}
    assert b"closed" not in bert.sync(shared).body.replace(url.encode(), b"")
    assert names_in(anna, work) == {"open.ics", "closed.ics"}


def test_one_private_instance_makes_all_of_it_private(anna, bert, work, shared):
    body = event("one", "RRULE:FREQ=DAILY;COUNT=3")
    override = (
        b"BEGIN:VEVENT\r\nUID:one\r\nRECURRENCE-ID:20260106T100000Z\r\n"
        b"DTSTART:20260106T110000Z\r\nCLASS:PRIVATE\r\nEND:VEVENT\r\nEND:VCALENDAR"
    )
    made(anna, f"{work}a.ics", body.replace(b"END:VCALENDAR", override))
    assert names_in(bert, shared) == set()


def test_a_private_name_or_uid_says_nothing_of_itself(anna, bert, work, writable):
    made(anna, f"{work}closed.ics", event("closed", "CLASS:PRIVATE"))
    taken = put(bert, f"{writable}closed.ics", event("mine"))
    assert taken.status == 409
    assert taken.condition is None
    same = put(bert, f"{writable}mine.ics", event("closed"))
    assert (same.status, same.condition) == (409, clark("C:no-uid-conflict"))
    assert same.root.find(f".//{clark('D:href')}") is None
    assert b"closed.ics" not in same.body
    assert anna.request("GET", f"{work}closed.ics").body == event("closed", "CLASS:PRIVATE")


def test_others_make_nothing_private(anna, bert, work, writable):
    made(bert, f"{writable}a.ics", event())
    for url, body in (("a", event("one", "CLASS:PRIVATE")), ("b", event("two", "CLASS:SECRET"))):
        answer = put(bert, f"{writable}{url}.ics", body)
        assert answer.status == 403
    assert names_in(bert, writable) == {"a.ics"}


def test_sync_tells_of_what_becomes_private_as_of_what_is_gone(anna, bert, work, shared):
    made(anna, f"{work}a.ics", event())
    token = bert.sync(shared).token
    put(anna, f"{work}a.ics", event("one", "CLASS:PRIVATE"))
    changes = bert.sync(shared, token)
    assert {h: r.status for h, r in changes.responses.items()} == {f"{shared}a.ics": 404}
    assert anna.sync(work, token).responses[f"{work}a.ics"].status is None
    put(anna, f"{work}a.ics", event("one", "CLASS:PRIVATE", "SUMMARY:x"))
    assert bert.sync(shared, changes.token).responses == {}
    put(anna, f"{work}a.ics", event("one", "CLASS:PUBLIC"))
    assert bert.sync(shared, changes.token).responses[f"{shared}a.ics"].status is None


def test_sync_tells_nothing_of_what_was_always_private(anna, bert, work, shared):
    token = bert.sync(shared).token
    for body in (event("one", "CLASS:PRIVATE"), event("one", "CLASS:CONFIDENTIAL")):
        put(anna, f"{work}a.ics", body)
    assert bert.sync(shared, token).responses == {}
    anna.request("DELETE", f"{work}a.ics")
    assert bert.sync(shared, token).responses == {}


def test_a_private_event_that_moves_is_told_to_nobody(anna, bert, work, shared):
    token = bert.sync(shared).token
    made(anna, f"{work}a.ics", event("one", "CLASS:PRIVATE"))
    target = f"{anna.calendars}Default/a.ics"
    assert anna.request("MOVE", f"{work}a.ics", headers={"destination": target}).status == 201
    assert bert.sync(shared, token).responses == {}


@pytest.fixture
def answering(anna, bert, work, server) -> str:
    """The calendar as Bert sees it, who may read and answer invitations."""
    grant(server, anna, "work", bert, "lr97")
    return f"{bert.calendars}anna@example.com.work/"


def grant(server, owner, name: str, to, letters: str) -> None:
    """Rights that DAV has no privilege for."""

    def work(unit):
        actor = Actor(owner.row.id, frozenset({owner.row.id}))
        view = calendars.find(unit, owner.row.id, actor, name)
        calendars.set_shares(unit, view, {to.row.id: letters})

    server.core.database.write(work)


def test_who_may_write_own_events_writes_those_and_nobodys(anna, bert, work, server):
    grant(server, anna, "work", bert, "lr96")
    shared = f"{bert.calendars}anna@example.com.work/"
    hers = event("hers", "ORGANIZER:mailto:anna@example.com")
    his = event("his", "ORGANIZER:mailto:bert@example.com")
    made(anna, f"{work}hers.ics", hers)
    made(anna, f"{work}nobodys.ics", event("nobodys"))
    made(bert, f"{shared}his.ics", his)
    made(bert, f"{shared}new.ics", event("new"))
    assert put(bert, f"{shared}nobodys.ics", event("nobodys", "SUMMARY:x")).status == 204
    assert put(bert, f"{shared}hers.ics", hers.replace(b"PT1H", b"PT2H")).status == 403
    assert bert.request("DELETE", f"{shared}hers.ics").status == 403
    assert put(bert, f"{shared}more.ics", event("more", "ORGANIZER:mailto:x@y.z")).status == 403
    assert bert.request("DELETE", f"{shared}his.ics").status == 204


INVITED = (
    "ORGANIZER:mailto:x@example.org",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@example.org",
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:anna@example.com",
    "RRULE:FREQ=DAILY;COUNT=5",
)
ANSWERS = {
    "accepted": (b"NEEDS-ACTION;RSVP=TRUE", b"ACCEPTED"),
    "with a new stamp": (b"DTSTAMP:20260101", b"DTSTAMP:20260102"),
}
OTHER_CHANGES = {
    "for another": (b"PARTSTAT=ACCEPTED", b"PARTSTAT=DECLINED"),
    "another time": (b"20260105T10", b"20260105T11"),
    "another length": (b"PT1H", b"PT2H"),
    "another address": (b"anna@example.com", b"bert@example.org"),
    "more text": (b"RRULE", b"SUMMARY:x\r\nRRULE"),
    "no rule": (b"RRULE:FREQ=DAILY;COUNT=5\r\n", b""),
    "an alarm": (
        b"END:VEVENT",
        b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\nEND:VEVENT",
    ),
}


@pytest.mark.parametrize(("old", "new"), ANSWERS.values(), ids=ANSWERS)
def test_who_may_answer_answers(anna, bert, work, answering, old, new):
    invited = event("one", *INVITED)
    made(anna, f"{work}a.ics", invited)
    assert put(bert, f"{answering}a.ics", invited.replace(old, new)).status == 204


@pytest.mark.parametrize(("old", "new"), OTHER_CHANGES.values(), ids=OTHER_CHANGES)
def test_who_may_answer_changes_nothing_else(anna, bert, work, answering, old, new):
    invited = event("one", *INVITED)
    made(anna, f"{work}a.ics", invited)
    answer = put(bert, f"{answering}a.ics", invited.replace(old, new))
    assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))
    assert put(bert, f"{answering}b.ics", event("two")).status == 403
    assert bert.request("DELETE", f"{answering}a.ics").status == 403
