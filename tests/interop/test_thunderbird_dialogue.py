"""Thunderbird: a calendar by its URL, what it may do there, scheduling, and sync."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from tests.support.dav import clark, prop, tree, words
from tests.support.events import event, made, multiget, put

FIRST = words(
    """
    D:resourcetype D:owner D:current-user-principal D:current-user-privilege-set
    D:supported-report-set C:supported-calendar-component-set CS:getctag
    """
)
WRITES = {clark(f"D:{name}") for name in ("write", "write-content", "write-properties", "all")}
SCHEDULING = words(
    "C:calendar-home-set C:calendar-user-address-set C:schedule-inbox-URL C:schedule-outbox-URL"
)


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


def privileges(client, url: str) -> set[str]:
    found = client.propfind(url, "D:current-user-privilege-set").root
    return {e[0].tag for e in found.iter(clark("D:privilege"))}


def test_its_first_question_is_answered_whole(anna, work):
    found = anna.propfind(work, *FIRST).one
    assert found.found.keys() == {200}
    assert clark("C:calendar") in found["D:resourcetype"]


def test_the_owner_may_write(anna, work):
    assert privileges(anna, work) & WRITES


def test_a_reader_is_shown_a_calendar_that_is_read_only(anna, bert, work):
    assert anna.share(work, **{bert.principal: "D:read"}).status == 200
    members = bert.propfind(bert.calendars, "D:owner", depth="1").responses
    (shared,) = [href for href, r in members.items() if r.found.get(200, {}).get(clark("D:owner"))
                 == [anna.principal]]  # fmt: skip
    assert not privileges(bert, shared) & WRITES
    assert put(bert, f"{shared}a.ics", event()).status == 403


def test_the_parent_of_the_calendar_says_that_there_is_scheduling(anna, work):
    words = anna.request("OPTIONS", anna.calendars).headers["dav"].split(", ")
    assert "calendar-auto-schedule" in words
    found = anna.propfind(anna.principal, *SCHEDULING).one
    assert found.found.keys() == {200}
    assert anna.address in found["C:calendar-user-address-set"]


def test_the_home_is_found_by_searching_for_principals_too(anna):
    content = (
        f"<D:property-search>{prop('C:calendar-home-set')}<D:match>{anna.calendars}</D:match>"
        f"</D:property-search>{prop(*SCHEDULING)}"
    )
    (collection,) = anna.get(anna.calendars, "D:principal-collection-set")
    assert anna.report(collection, "D:principal-property-search", content).status == 207


def test_it_synchronizes_by_tokens(anna, work):
    assert "sync-collection" in str(anna.get(work, "D:supported-report-set"))
    content = "<D:sync-token/><D:sync-level>1</D:sync-level>"
    asked = prop("D:getcontenttype", "D:getetag")
    first = anna.report(work, "D:sync-collection", content + asked, depth="1")
    made(anna, f"{work}a.ics", event())
    token = f"<D:sync-token>{escape(first.token)}</D:sync-token><D:sync-level>1</D:sync-level>"
    second = anna.report(work, "D:sync-collection", token + asked, depth="1")
    (changed,) = second.responses.values()
    assert changed["D:getcontenttype"].startswith("text/calendar")
    assert multiget(anna, work, changed.href) == {changed.href: changed["D:getetag"]}


def test_without_tokens_it_lists_where_the_ctag_moved(anna, work):
    before = anna.get(work, "CS:getctag")
    made(anna, f"{work}a.ics", event())
    assert anna.get(work, "CS:getctag") != before
    names = ("D:getcontenttype", "D:resourcetype", "D:getetag")
    listed = anna.propfind(work, *names, depth="1").responses
    assert [h for h, r in listed.items() if not r["D:resourcetype"]] == [f"{work}a.ics"]


def test_hrefs_come_in_the_spelling_of_the_question(anna):
    asked = anna.calendars.replace("@", "%40")
    made(anna, f"{asked}Default/a.ics", event())
    listed = anna.propfind(f"{asked}Default/", "D:getetag", depth="1").responses
    assert set(listed) == {f"{asked}Default/", f"{asked}Default/a.ics"}
    assert set(multiget(anna, f"{asked}Default/", f"{asked}Default/a.ics")) == {
        f"{asked}Default/a.ics"
    }


def test_after_an_error_the_resourcetype_brings_the_calendar_back(anna, work):
    assert anna.report(work, "X:what").status == 403
    assert clark("C:calendar") in anna.get(work, "D:resourcetype")


def test_address_books_are_found_from_the_host_name(anna):
    names = ("D:current-user-principal", "D:resourcetype")
    body = tree("D:propfind", prop(*names))
    _, answer = anna.followed("PROPFIND", "/.well-known/carddav", body, {"depth": "0"})
    (principal,) = answer.one["D:current-user-principal"]
    assert anna.get(principal, "CR:addressbook-home-set") == [anna.books]
    books = anna.propfind(anna.books, "D:resourcetype", "D:displayname", depth="1").responses
    found = [h for h, r in books.items() if clark("CR:addressbook") in r["D:resourcetype"]]
    assert found == [f"{anna.books}Default/"]
