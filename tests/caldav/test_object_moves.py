"""COPY and MOVE of calendar objects, and multiget (RFC 4918 §9.8, §9.9, RFC 4791 §7.9)."""

from __future__ import annotations

import pytest

from tests.support.dav import clark
from tests.support.events import event, made, multiget, names_in, todo


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


@pytest.fixture
def other(anna) -> str:
    url = f"{anna.calendars}other/"
    assert anna.request("MKCALENDAR", url).status == 201
    return url


def transfer(client, method: str, source: str, target: str, **headers: str):
    given = {"destination": target, **headers}
    return client.request(method, source, headers=given)


def test_a_moved_object_keeps_its_octets_and_tag(anna, work, other):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    answer = transfer(anna, "MOVE", f"{work}a.ics", f"{other}b.ics")
    assert (answer.status, answer.headers["etag"]) == (201, tag)
    assert names_in(anna, work) == set()
    assert anna.request("GET", f"{other}b.ics").body == event()


def test_a_move_is_a_404_here_and_a_new_member_there(anna, work, other):
    made(anna, f"{work}a.ics", event())
    here, there = anna.sync(work).token, anna.sync(other).token
    transfer(anna, "MOVE", f"{work}a.ics", f"{other}b.ics")
    assert anna.sync(work, here).responses[f"{work}a.ics"].status == 404
    assert list(anna.sync(other, there).responses) == [f"{other}b.ics"]


def test_an_object_can_have_another_name(anna, work):
    made(anna, f"{work}a.ics", event())
    token = anna.sync(work).token
    assert transfer(anna, "MOVE", f"{work}a.ics", f"{work}b.ics").status == 201
    assert names_in(anna, work) == {"b.ics"}
    found = {href: r.status for href, r in anna.sync(work, token).responses.items()}
    assert found == {f"{work}a.ics": 404, f"{work}b.ics": None}


def test_dead_properties_move_along_and_are_copied(anna, work, other):
    made(anna, f"{work}a.ics", event())
    anna.set(f"{work}a.ics", "X:note", "mine")
    transfer(anna, "COPY", f"{work}a.ics", f"{other}b.ics")
    assert anna.get(f"{other}b.ics", "X:note") == "mine"
    transfer(anna, "MOVE", f"{work}a.ics", f"{work}c.ics")
    assert anna.get(f"{work}c.ics", "X:note") == "mine"


def test_a_copy_is_another_object(anna, work, other):
    made(anna, f"{work}a.ics", event())
    assert transfer(anna, "COPY", f"{work}a.ics", f"{other}a.ics").status == 201
    anna.request("DELETE", f"{work}a.ics")
    assert anna.request("GET", f"{other}a.ics").body == event()


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_what_has_the_same_uid_is_replaced(anna, work, other, method):
    made(anna, f"{work}a.ics", event("one", "SUMMARY:new"))
    made(anna, f"{other}a.ics", event())
    refused = transfer(anna, method, f"{work}a.ics", f"{other}a.ics", overwrite="F")
    assert refused.status == 412
    assert transfer(anna, method, f"{work}a.ics", f"{other}a.ics").status == 204
    assert anna.request("GET", f"{other}a.ics").body == event("one", "SUMMARY:new")
    assert names_in(anna, other) == {"a.ics"}


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_a_uid_is_once_in_the_target(anna, work, other, method):
    made(anna, f"{work}a.ics", event())
    made(anna, f"{other}x.ics", event())
    made(anna, f"{other}y.ics", event("two"))
    for name in ("new.ics", "y.ics"):
        answer = transfer(anna, method, f"{work}a.ics", f"{other}{name}")
        assert (answer.status, answer.condition) == (409, clark("C:no-uid-conflict"))
    assert names_in(anna, work) == {"a.ics"}
    assert names_in(anna, other) == {"x.ics", "y.ics"}


def test_a_copy_in_the_same_calendar_would_be_a_second_one(anna, work):
    made(anna, f"{work}a.ics", event())
    answer = transfer(anna, "COPY", f"{work}a.ics", f"{work}b.ics")
    assert answer.condition == clark("C:no-uid-conflict")


def test_calendars_take_from_others_what_they_hold(anna, work):
    anna.request("MKCALENDAR", f"{anna.calendars}tasks/")
    made(anna, f"{work}a.ics", todo())
    card = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:x\r\nFN:X\r\nEND:VCARD\r\n"
    anna.request("PUT", f"{anna.books}Default/x.vcf", card, {"content-type": "text/vcard"})
    answer = transfer(anna, "COPY", f"{anna.books}Default/x.vcf", f"{work}x.ics")
    assert (answer.status, answer.condition) == (403, clark("C:supported-calendar-data"))


def test_a_move_from_anothers_calendar_needs_rights_on_both(anna, bert):
    source = f"{anna.calendars}work/"
    anna.request("MKCALENDAR", source)
    made(anna, f"{source}a.ics", event())
    anna.share(source, **{bert.principal: "D:read"})
    seen, mine = f"{bert.calendars}anna@example.com.work/a.ics", f"{bert.calendars}Default/a.ics"
    assert transfer(bert, "MOVE", seen, mine).status == 403
    assert transfer(bert, "COPY", seen, mine).status == 201
    bert.request("DELETE", mine)
    anna.share(source, **{bert.principal: "D:read D:write"})
    assert transfer(bert, "MOVE", seen, mine).status == 201
    assert names_in(anna, source) == set()
    assert bert.request("GET", mine).body == event()


def test_others_do_not_move_private_objects_to_where_they_are_guests(anna, bert):
    target = f"{anna.calendars}work/"
    anna.request("MKCALENDAR", target)
    anna.share(target, **{bert.principal: "D:read D:write"})
    made(bert, f"{bert.calendars}Default/a.ics", event("one", "CLASS:PRIVATE"))
    there = f"{bert.calendars}anna@example.com.work/a.ics"
    assert transfer(bert, "MOVE", f"{bert.calendars}Default/a.ics", there).status == 403
    assert names_in(bert, f"{bert.calendars}Default/") == {"a.ics"}


def test_multiget_gives_each_or_says_that_it_is_not_there(anna, work):
    tags = {
        f"{work}{n}.ics": made(anna, f"{work}{n}.ics", event(f"u{n}")).headers["etag"]
        for n in range(60)
    }
    missing = f"{work}missing.ics"
    assert multiget(anna, work, *tags, missing) == {**tags, missing: 404}


def test_multiget_stays_in_its_calendar(anna, bert, work, other):
    made(anna, f"{other}a.ics", event())
    made(bert, f"{bert.calendars}Default/b.ics", event())
    outside = (f"{other}a.ics", f"{bert.calendars}Default/b.ics", "/etc/passwd", f"{work}../x")
    assert multiget(anna, work, *outside) == dict.fromkeys(outside, 404)


def test_multiget_on_the_home_and_on_an_object(anna, work, other):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    second = made(anna, f"{other}a.ics", event()).headers["etag"]
    found = multiget(anna, anna.calendars, f"{work}a.ics", f"{other}a.ics")
    assert found == {f"{work}a.ics": tag, f"{other}a.ics": second}
    assert multiget(anna, f"{work}a.ics", f"{work}a.ics") == {f"{work}a.ics": tag}


def test_sync_gives_pages_of_a_large_calendar(anna, work):
    for n in range(7):
        made(anna, f"{work}{n}.ics", event(f"u{n}"))
    seen: set[str] = set()
    token = ""
    while True:
        answer = anna.sync(work, token, limit=3)
        found = {h for h, r in answer.responses.items() if r.status is None}
        assert len(found) <= 3
        seen |= found
        token = answer.token
        if answer.responses.get(work) is None:
            break
    assert seen == {f"{work}{n}.ics" for n in range(7)}


def test_sync_counts_a_name_that_two_objects_had_one_after_the_other_once(anna, work):
    token = anna.sync(work, "").token
    made(anna, f"{work}a.ics", event("u1"))
    assert transfer(anna, "MOVE", f"{work}a.ics", f"{work}b.ics").status == 201
    made(anna, f"{work}a.ics", event("u2"))
    first = anna.sync(work, token, limit=1)
    second = anna.sync(work, first.token, limit=1)
    pages = [set(page.responses) - {work} for page in (first, second)]
    assert sorted(map(len, pages)) == [1, 1]
    assert pages[0] | pages[1] == {f"{work}a.ics", f"{work}b.ics"}
