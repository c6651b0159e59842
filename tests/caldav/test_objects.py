"""Calendar objects: PUT, GET, DELETE, and what they are like (RFC 4791 §5.3.2, §5.3.4)."""

from __future__ import annotations

import pytest

from tests.support.dav import clark
from tests.support.events import event, made, names_in, put, todo
from tests.support.icalendar import octets


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


ODD = b"".join(
    [
        b"\xef\xbb\xbfBEGIN:VCALENDAR\n",
        b"X-WR-CALNAME:  odd  \n",
        b"begin:vevent\n",
        b"uid:odd\n",
        b"DTSTART;VALUE=DATE;TZID=Europe/Vienna:20260105\n",
        b"SUMMARY:caf\xe9 with Latin-1, and a fold\n  inside\n",
        b"X-FOO_BAR:1\n",
        b"END:VEVENT\nEND:VCALENDAR",
    ]
)
SENT = {
    "plain": event(),
    "odd": ODD,
    "without UTC until": event("one", "DTSTART;TZID=Europe/Vienna:20260105T100000",
                               "RRULE:FREQ=DAILY;UNTIL=20260110T100000"),
    "overrides alone": octets(
        "VEVENT\nUID:one\nRECURRENCE-ID:20260105T100000Z\nDTSTART:20260105T110000Z",
        "VEVENT\nUID:one\nRECURRENCE-ID:20260106T100000Z\nDTSTART:20260106T110000Z",
    ),
    "nothing left": event("one", "DTSTART:20260105T100000Z", "RRULE:FREQ=DAILY;COUNT=1",
                          "EXDATE:20260105T100000Z"),
    "override outside the rule": octets(
        "VEVENT\nUID:one\nDTSTART:20260105T100000Z\nRRULE:FREQ=DAILY;COUNT=2",
        "VEVENT\nUID:one\nRECURRENCE-ID:20300105T100000Z\nDTSTART:20300105T110000Z\n"
        "RRULE:FREQ=DAILY",
    ),
    "task without dates": todo(),
    "unknown zone": event("one", "DTSTART;TZID=Not/There:20260105T100000"),
    "journal": octets("VJOURNAL\nUID:one\nDTSTAMP:20260101T000000Z"),
}  # fmt: skip


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
def test_what_was_put_comes_back_octet_for_octet(anna, work, sent):
    tag = made(anna, f"{work}a.ics", sent).headers["etag"]
    answer = anna.request("GET", f"{work}a.ics")
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, sent, tag)
    assert answer.headers["content-type"].startswith("text/calendar; charset=utf-8; component=V")


def test_an_update_changes_the_entity_tag(anna, work):
    before = made(anna, f"{work}a.ics", event()).headers["etag"]
    answer = put(anna, f"{work}a.ics", event("one", "SUMMARY:Lunch"))
    assert answer.status == 204
    assert answer.headers["etag"] != before
    assert anna.get(f"{work}a.ics", "D:getetag") == answer.headers["etag"]


def test_the_same_again_changes_nothing(anna, work):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    token = anna.sync(work).token
    answer = put(anna, f"{work}a.ics", event())
    assert (answer.status, answer.headers["etag"]) == (204, tag)
    assert anna.sync(work).token == token


def test_properties_tell_type_size_and_times(anna, work):
    body = todo()
    made(anna, f"{work}a.ics", body)
    names = ("D:getcontenttype", "D:getcontentlength", "D:creationdate", "D:getlastmodified")
    found = anna.propfind(f"{work}a.ics", *names, "D:resourcetype").one
    assert found["D:getcontenttype"] == "text/calendar; charset=utf-8; component=VTODO"
    assert found["D:getcontentlength"] == str(len(body))
    assert found["D:creationdate"] == "2023-11-14T22:13:20Z"
    assert found["D:getlastmodified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert found["D:resourcetype"] == ""


def test_times_move_with_writes(anna, work, clock):
    made(anna, f"{work}a.ics", event())
    clock.advance(3600)
    put(anna, f"{work}a.ics", event("one", "SUMMARY:Lunch"))
    found = anna.propfind(f"{work}a.ics", "D:creationdate", "D:getlastmodified").one
    assert found["D:creationdate"] == "2023-11-14T22:13:20Z"
    assert found["D:getlastmodified"] == "Tue, 14 Nov 2023 23:13:20 GMT"


def test_a_deleted_object_is_gone(anna, work):
    made(anna, f"{work}a.ics", event())
    assert anna.request("DELETE", f"{work}a.ics").status == 204
    assert anna.request("GET", f"{work}a.ics").status == 404
    assert names_in(anna, work) == set()


def test_the_name_is_free_again_at_once(anna, work):
    for _ in range(3):
        made(anna, f"{work}a.ics", event())
        assert anna.request("DELETE", f"{work}a.ics").status == 204


def test_if_match_guards_updates_and_deletions(anna, work):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    changed = event("one", "SUMMARY:Lunch")
    assert put(anna, f"{work}a.ics", changed, if_match='"other"').status == 412
    assert put(anna, f"{work}a.ics", changed, if_none_match="*").status == 412
    assert anna.request("DELETE", f"{work}a.ics", headers={"if-match": '"other"'}).status == 412
    assert put(anna, f"{work}a.ics", changed, if_match=tag).status == 204
    assert put(anna, f"{work}new.ics", event("two"), if_match="*").status == 412


@pytest.mark.parametrize(
    "name", ["a b.ics", "ä.ics", "a%2Fb", "x" * 251 + ".ics", "no suffix", "@:~"]
)
def test_any_name_does(anna, work, name):
    url = work + name
    made(anna, url, event())
    assert anna.request("GET", url).body == event()
    (href,) = anna.propfind(work, "D:getetag", depth="1").responses.keys() - {work}
    assert anna.request("GET", href).body == event()


def test_a_name_that_is_too_long_is_refused(anna, work):
    assert put(anna, work + "x" * 256, event()).status == 403


@pytest.mark.parametrize(
    "uid", ["a" * 5000, "ü/../\\,x", "x" * 256, "urn:uuid:1", "e" * 255 + "1"], ids=len
)
def test_any_uid_does(anna, work, uid):
    made(anna, f"{work}a.ics", event(uid))
    conflict = put(anna, f"{work}b.ics", event(uid))
    assert conflict.condition == clark("C:no-uid-conflict")
    made(anna, f"{work}c.ics", event(uid + "2"))


def test_post_adds_a_member_under_a_name_of_ours(anna, work):
    assert anna.get(work, "D:add-member") == [work]
    answer = anna.request("POST", work, event("u-1"), {"content-type": "text/calendar"})
    assert answer.status == 201
    assert answer.headers["location"] == f"{work}u-1.ics"
    assert anna.request("GET", f"{work}u-1.ics").body == event("u-1")


def test_post_finds_a_name_for_any_uid(anna, work):
    made(anna, f"{work}u-1.ics", event("other"))
    for uid in ("u-1", "not/a/name", ".hidden"):
        answer = anna.request("POST", work, event(uid), {"content-type": "text/calendar"})
        assert anna.request("GET", answer.headers["location"]).body == event(uid)


def test_the_whole_is_given_back_when_asked_for(anna, work):
    answer = put(anna, f"{work}a.ics", event(), prefer="return=representation")
    assert (answer.status, answer.body) == (201, event())


def test_a_method_is_left_out_and_then_there_is_no_entity_tag(anna, work):
    sent = event().replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nMETHOD:PUBLISH\r\n")
    answer = made(anna, f"{work}a.ics", sent)
    assert "etag" not in answer.headers
    assert anna.request("GET", f"{work}a.ics").body == event()


def test_dead_properties_live_and_go_with_the_object(anna, work):
    made(anna, f"{work}a.ics", event())
    assert anna.set(f"{work}a.ics", "X:note", "mine") == 200
    assert anna.get(f"{work}a.ics", "X:note") == "mine"
    anna.request("DELETE", f"{work}a.ics")
    made(anna, f"{work}a.ics", event())
    assert anna.propfind(f"{work}a.ics", "X:note").one.status_of("X:note") == 404


def test_there_is_no_collection_in_a_calendar(anna, work):
    answer = anna.request("MKCALENDAR", f"{work}inside/")
    assert answer.status == 403
    assert answer.condition == clark("C:calendar-collection-location-ok")


def test_a_calendar_goes_with_what_is_in_it(anna):
    url = f"{anna.calendars}work/"
    assert anna.request("MKCALENDAR", url).status == 201
    made(anna, f"{url}a.ics", event())
    anna.set(f"{url}a.ics", "X:note", "mine")
    assert anna.request("DELETE", url).status == 204
    assert anna.request("MKCALENDAR", url).status == 201
    assert names_in(anna, url) == set()
    made(anna, f"{url}a.ics", event())
    assert anna.propfind(f"{url}a.ics", "X:note").one.status_of("X:note") == 404
