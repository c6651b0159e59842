"""sync-collection (RFC 6578), on homes and on collections."""

from __future__ import annotations

import pytest

from cyrpy.data.unit import ChangeKind
from cyrpy.data.upkeep import prune
from tests.support.dav import clark, prop


@pytest.fixture
def make(anna):
    def call(name: str) -> str:
        url = f"{anna.calendars}{name}/"
        assert anna.request("MKCALENDAR", url).status == 201
        return url

    return call


def changes(answer) -> dict[str, int]:
    return {url: r.status or 200 for url, r in answer.responses.items()}


def test_first_sync_has_every_member(anna, make):
    work = make("work")
    answer = anna.sync(anna.calendars)
    there = anna.propfind(anna.calendars, "D:resourcetype", depth="1").responses
    assert changes(answer) == dict.fromkeys(there.keys() - {anna.calendars}, 200)
    assert work in there
    assert answer.token == anna.get(anna.calendars, "D:sync-token")


def test_nothing_changed_is_nothing_to_report(anna):
    token = anna.sync(anna.calendars).token
    again = anna.sync(anna.calendars, token)
    assert (changes(again), again.token) == ({}, token)


def test_what_came_changed_and_went_is_reported(anna, make):
    old, kept = make("old"), make("kept")
    token = anna.sync(anna.calendars).token
    anna.request("DELETE", old)
    anna.set(kept, "A:calendar-color", "#00ff00")
    new = make("new")
    assert changes(anna.sync(anna.calendars, token)) == {old: 404, kept: 200, new: 200}


def test_what_came_and_went_between_is_a_404(anna, make):
    token = anna.sync(anna.calendars).token
    anna.request("DELETE", make("short"))
    assert changes(anna.sync(anna.calendars, token)) == {f"{anna.calendars}short/": 404}


def test_what_went_and_came_again_is_there(anna, make):
    work = make("work")
    token = anna.sync(anna.calendars).token
    anna.request("DELETE", work)
    make("work")
    assert changes(anna.sync(anna.calendars, token)) == {work: 200}


def test_dead_property_is_a_change(anna, make):
    token = anna.sync(anna.calendars).token
    anna.set(f"{anna.calendars}Default/", "X:note", "1")
    assert changes(anna.sync(anna.calendars, token)) == {f"{anna.calendars}Default/": 200}


@pytest.mark.parametrize("first", ["", None])
def test_limited_sync_says_so_and_goes_on_to_the_end(anna, make, first):
    token = first if first == "" else anna.sync(anna.calendars).token
    urls = {make(f"c{n}") for n in range(5)}
    seen: dict[str, int] = {}
    pages = 0
    while True:
        answer = anna.sync(anna.calendars, token, limit=2)
        page = changes(answer)
        cut = page.pop(anna.calendars, None)
        seen |= page
        pages += 1
        assert len(page) <= 2
        token = answer.token
        if cut is None:
            break
        assert cut == 507
    assert pages == len(seen) // 2 + len(seen) % 2
    assert urls <= set(seen)
    assert changes(anna.sync(anna.calendars, token)) == {}


def test_change_between_the_pages_of_a_first_sync_is_reported(anna, make):
    urls = [make(f"c{n}") for n in range(3)]
    token = anna.sync(anna.calendars, limit=2).token
    anna.request("DELETE", urls[0])
    rest = anna.sync(anna.calendars, token)
    assert urls[2] in changes(rest)
    assert changes(anna.sync(anna.calendars, rest.token)) == {urls[0]: 404}


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "http://example.com/ns/sync/1",
        "urn:cyrpy:sync:",
        "urn:cyrpy:sync:Calendars.1:",
        "urn:cyrpy:sync:Calendars.1:99999999999999",
        "urn:cyrpy:sync:Calendars.1:1!",
        "urn:cyrpy:sync:Calendars.1:1!x",
        "urn:cyrpy:sync:Calendars.1:1:2",
        "urn:cyrpy:sync:Calendars.9:1",
        "urn:cyrpy:sync:Calendars.1:1=2",
        "urn:cyrpy:sync:Calendars.1:²",
        "urn:cyrpy:sync:Calendars.1:1" + "".join(f":{n}=1" for n in range(2, 3000)),
    ],
)
def test_token_that_is_none_of_ours_is_refused(anna, token):
    answer = anna.sync(anna.calendars, token)
    assert (answer.status, answer.condition) == (403, clark("D:valid-sync-token"))


def test_token_older_than_the_log_is_refused(anna, make, server, clock):
    token = anna.sync(anna.calendars).token
    make("work")
    clock.advance(1000)
    prune(server.core.database, int(clock.now))
    answer = anna.sync(anna.calendars, token)
    assert (answer.status, answer.condition) == (403, clark("D:valid-sync-token"))


def test_token_of_an_idle_collection_outlives_the_log(anna, server, clock):
    token = anna.sync(anna.calendars).token
    clock.advance(1000)
    prune(server.core.database, int(clock.now))
    assert changes(anna.sync(anna.calendars, token)) == {}


def test_token_of_a_collection_that_never_held_anything_is_good(anna, server):
    url = f"{anna.calendars}Default/"
    token = anna.sync(url).token
    assert changes(anna.sync(url, token)) == {}
    server.core.database.write(
        lambda unit: unit.record(
            anna.row.id, "CalendarEvent", "E9", ChangeKind.CREATED, container_id=1, name="a.ics"
        )
    )
    assert anna.sync(url, token).status == 207


def test_member_that_went_is_a_404_in_its_collection(anna, server):
    url = f"{anna.calendars}Default/"
    database = server.core.database

    def log(kind: ChangeKind) -> None:
        database.write(
            lambda unit: unit.record(
                anna.row.id, "CalendarEvent", "E9", kind, container_id=1, name="a b.ics"
            )
        )

    log(ChangeKind.CREATED)
    token = anna.sync(url).token
    ctag = anna.get(url, "CS:getctag")
    log(ChangeKind.DESTROYED)
    assert changes(anna.sync(url, token)) == {f"{url}a%20b.ics": 404}
    assert anna.get(url, "CS:getctag") != ctag


def test_token_of_a_deleted_collection_is_none_of_its_successor(anna, make):
    work = make("work")
    token = anna.sync(work).token
    anna.request("DELETE", work)
    make("work")
    assert anna.sync(work, token).condition == clark("D:valid-sync-token")


def test_levels_below_are_not_reported(anna):
    content = "<D:sync-token/><D:sync-level>infinite</D:sync-level>" + prop("D:owner")
    answer = anna.report(anna.calendars, "D:sync-collection", content)
    assert (answer.status, answer.condition) == (403, clark("D:sync-traversal-supported"))


@pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
def test_limit_must_be_a_number(anna, limit):
    content = f"<D:sync-token/><D:limit><D:nresults>{limit}</D:nresults></D:limit>" + prop(
        "D:owner"
    )
    assert anna.report(anna.calendars, "D:sync-collection", content).status == 400


def test_what_cannot_be_synchronized_does_not_say_that_it_can(anna):
    assert "sync-collection" not in str(anna.get("/dav/principals/", "D:supported-report-set"))
    assert anna.sync("/dav/principals/").condition == clark("D:supported-report")
