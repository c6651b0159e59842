"""MOVE and COPY of calendars and address books, and locks on them (RFC 4918 §9.8, §9.9)."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, tree

HOST = "http://dav.example.com"
LOCK = tree(
    "D:lockinfo", "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>"
)
CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:c1\r\nFN:Carl\r\nEND:VCARD\r\n"


@pytest.fixture(params=["calendars", "books"])
def home(request, anna) -> str:
    """The URL of a home, in which there is a collection `work`."""
    url = getattr(anna, request.param)
    assert anna.request("MKCALENDAR" if request.param == "calendars" else "MKCOL", f"{url}work/")
    anna.set(f"{url}work/", "D:displayname", "Our work")
    return url


def transfer(client, method, source, target, **headers):
    return client.request(method, source, b"", {"destination": HOST + target, **headers})


def names(client, url):
    found = client.propfind(url, "D:displayname", depth="1").responses
    return {href.removeprefix(url).rstrip("/") for href in found}


def test_a_collection_gets_another_url_and_stays_what_it_is(anna, bert, home):
    work, job = f"{home}work/", f"{home}job/"
    anna.set(work, "X:note", "mine")
    anna.share(work, **{bert.principal: "D:read"})
    token = anna.get(work, "D:sync-token")
    answer = transfer(anna, "MOVE", work, job)
    assert (answer.status, answer.headers["location"]) == (201, job)
    assert anna.propfind(work, "D:displayname").status == 404
    found = anna.propfind(job, "D:displayname", "X:note", "D:sync-token").one
    assert found["D:displayname"] == "Our work"
    assert found["X:note"] == "mine"
    assert found["D:sync-token"] == token
    theirs = home.replace("/anna", "/bert")
    assert any(name == f"{anna.row.name}.job" for name in names(bert, theirs))


def test_the_home_tells_of_the_url_that_is_gone_and_the_new_one(anna, bert, home):
    work, job = f"{home}work/", f"{home}job/"
    anna.share(work, **{bert.principal: "D:read"})
    theirs = home.replace("/anna", "/bert")
    own, shared = anna.sync(home).token, bert.sync(theirs).token
    transfer(anna, "MOVE", work, job)
    changed = {r.href: r.status for r in anna.sync(home, own).responses.values()}
    assert changed == {work: 404, job: None}
    changed = {r.href: r.status for r in bert.sync(theirs, shared).responses.values()}
    assert changed == {f"{theirs}{anna.row.name}.work/": 404, f"{theirs}{anna.row.name}.job/": None}


def test_the_name_that_became_free_can_be_used_again(anna, home):
    work, job = f"{home}work/", f"{home}job/"
    transfer(anna, "MOVE", work, job)
    made = anna.request("MKCOL", work)
    assert made.status == 201
    assert anna.get(work, "D:displayname") == "work"
    assert anna.get(job, "D:displayname") == "Our work"


def test_moving_over_another_replaces_it(anna, home):
    anna.request("MKCOL", f"{home}old/")
    refused = transfer(anna, "MOVE", f"{home}work/", f"{home}old/", overwrite="F")
    assert refused.status == 412
    assert transfer(anna, "MOVE", f"{home}work/", f"{home}old/").status == 204
    assert anna.get(f"{home}old/", "D:displayname") == "Our work"


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("work/", 403),
        ("work/in/", 403),
        ("Default/in/", 403),
        ("no/in/", 409),
        ("../bert/job/", 400),
        ("x" * 300 + "/", 403),
    ],
)
def test_where_a_collection_cannot_go(anna, bert, home, method, target, status):
    assert transfer(anna, method, f"{home}work/", f"{home}{target}").status == status
    assert "work" in names(anna, home)


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_nothing_is_put_into_anothers_home(anna, bert, home, method):
    theirs = home.replace("/anna", "/bert")
    assert transfer(anna, method, f"{home}work/", f"{theirs}job/").status in {403, 409}
    assert names(bert, theirs) == names(bert, theirs) - {"job"}


@pytest.mark.parametrize("rights", ["D:read", "D:read D:write", "D:all"])
def test_a_sharee_does_not_move_what_is_shared(anna, bert, home, rights):
    anna.share(f"{home}work/", **{bert.principal: rights})
    theirs = home.replace("/anna", "/bert")
    for source in (f"{theirs}{anna.row.name}.work/", f"{home}work/"):
        assert transfer(bert, "MOVE", source, f"{theirs}mine/").status == 403
    assert "work" in names(anna, home)


def test_a_sharee_copies_what_it_may_read(anna, bert, home):
    anna.share(f"{home}work/", **{bert.principal: "D:read"})
    theirs = home.replace("/anna", "/bert")
    assert transfer(bert, "COPY", f"{theirs}{anna.row.name}.work/", f"{theirs}mine/").status == 201
    assert bert.get(f"{theirs}mine/", "D:owner") == [bert.principal]
    assert bert.get(f"{theirs}mine/", "D:displayname") == "Our work"


def test_a_copy_has_the_members_and_the_properties(anna):
    old, new = f"{anna.books}Default/", f"{anna.books}copy/"
    anna.request("PUT", f"{old}carl.vcf", CARD, {"content-type": "text/vcard"})
    anna.set(old, "CR:addressbook-description", "Friends &amp; &lt;others>")
    anna.set(old, "X:note", "1")
    anna.set(f"{old}carl.vcf", "X:note", "2")
    assert transfer(anna, "COPY", old, new).status == 201
    assert anna.request("GET", f"{new}carl.vcf").body == CARD
    assert anna.get(new, "CR:addressbook-description") == "Friends & <others>"
    assert anna.get(new, "X:note") == "1"
    assert anna.get(f"{new}carl.vcf", "X:note") == "2"
    anna.request("DELETE", f"{new}carl.vcf")
    assert anna.request("GET", f"{old}carl.vcf").body == CARD


def test_a_copy_of_depth_0_has_no_members(anna):
    old, new = f"{anna.books}Default/", f"{anna.books}copy/"
    anna.request("PUT", f"{old}carl.vcf", CARD, {"content-type": "text/vcard"})
    assert transfer(anna, "COPY", old, new, depth="0").status == 201
    assert names(anna, new) == {""}


def test_a_calendar_is_no_address_book(anna):
    anna.request("MKCALENDAR", f"{anna.calendars}work/")
    for method in ("COPY", "MOVE"):
        answer = transfer(anna, method, f"{anna.calendars}work/", f"{anna.books}work/")
        assert answer.status == 403
    assert "work" not in names(anna, anna.books)


def test_a_lock_on_a_collection_guards_it_under_all_its_urls(anna, bert, home):
    work = f"{home}work/"
    anna.share(work, **{bert.principal: "D:read D:write"})
    shared = home.replace("/anna", "/bert") + f"{anna.row.name}.work/"
    answer = anna.request("LOCK", work, LOCK)
    assert answer.status == 200
    token = answer.headers["lock-token"]
    patch = tree("D:propertyupdate", "<D:set><D:prop><X:note>1</X:note></D:prop></D:set>")
    for client, url in ((anna, work), (bert, work), (bert, shared)):
        refused = client.request("PROPPATCH", url, patch)
        assert (refused.status, refused.condition) == (423, clark("D:lock-token-submitted"))
    stolen = bert.request("PROPPATCH", shared, patch, {"if": f"({token})"})
    assert stolen.status == 423
    assert bert.request("UNLOCK", shared, b"", {"lock-token": token}).status == 403
    assert anna.request("PROPPATCH", work, patch, {"if": f"({token})"}).status == 207
    found = bert.propfind(shared, "D:lockdiscovery").root
    assert found.find(f".//{clark('D:activelock')}") is not None
    assert anna.request("UNLOCK", work, b"", {"lock-token": token}).status == 204
    assert bert.request("PROPPATCH", shared, patch).status == 207


def test_the_owner_unlocks_what_a_sharee_locked(anna, bert, home):
    work = f"{home}work/"
    anna.share(work, **{bert.principal: "D:read D:write"})
    token = bert.request("LOCK", work, LOCK).headers["lock-token"]
    assert anna.request("DELETE", work).status == 423
    assert anna.request("UNLOCK", work, b"", {"lock-token": token}).status == 204
    assert anna.request("DELETE", work).status == 204


def test_who_only_reads_locks_nothing(anna, bert, home):
    work = f"{home}work/"
    anna.share(work, **{bert.principal: "D:read"})
    answer = bert.request("LOCK", work, LOCK)
    assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))


def test_there_are_no_empty_objects_to_be_locked(anna, home):
    answer = anna.request("LOCK", f"{home}work/new", LOCK)
    assert answer.status in {403, 405}
    assert names(anna, f"{home}work/") == {""}


def test_locks_stay_where_they_were(anna, home):
    work, job = f"{home}work/", f"{home}job/"
    token = anna.request("LOCK", work, LOCK).headers["lock-token"]
    assert transfer(anna, "MOVE", work, job).status == 423
    headers = {"if": f"<{work}> ({token})"}
    assert transfer(anna, "MOVE", work, job, **headers).status == 201
    assert anna.request("UNLOCK", job, b"", {"lock-token": token}).status == 409
    assert anna.request("MKCOL", work).status == 201
    assert anna.request("DELETE", work).status == 204


EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:lunch-1\r\n"
    b"DTSTAMP:20260101T000000Z\r\nDTSTART:20260105T120000Z\r\nDURATION:PT1H\r\nSUMMARY:Lunch\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_copy_of_a_calendar_has_its_events(anna):
    old, new = f"{anna.calendars}Default/", f"{anna.calendars}copy/"
    url = f"{old}lunch.ics"
    assert anna.request("PUT", url, EVENT, {"content-type": "text/calendar"}).status == 201
    anna.set(old, "A:calendar-color", "#ff0000ff")
    assert transfer(anna, "COPY", old, new).status == 201
    assert anna.request("GET", f"{new}lunch.ics").body == EVENT
    assert anna.get(new, "A:calendar-color") == anna.get(old, "A:calendar-color")
    assert anna.request("GET", url).body == EVENT


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_an_event_goes_to_another_calendar_with_its_properties(anna, method):
    old, new = f"{anna.calendars}Default/lunch.ics", f"{anna.calendars}work/dinner.ics"
    anna.request("MKCALENDAR", f"{anna.calendars}work/")
    anna.request("PUT", old, EVENT, {"content-type": "text/calendar"})
    anna.set(old, "X:note", "mine")
    answer = transfer(anna, method, old, new)
    assert answer.status == 201
    assert anna.get(new, "X:note") == "mine"
    assert anna.request("GET", old).status == (200 if method == "COPY" else 404)


def test_what_is_renamed_in_its_calendar_is_seen_as_gone_and_come(anna):
    calendar = f"{anna.calendars}Default/"
    anna.request("PUT", f"{calendar}a.ics", EVENT, {"content-type": "text/calendar"})
    before = anna.sync(calendar).token
    assert transfer(anna, "MOVE", f"{calendar}a.ics", f"{calendar}b.ics").status == 201
    changed = {r.href: r.status for r in anna.sync(calendar, before).responses.values()}
    assert changed == {f"{calendar}a.ics": 404, f"{calendar}b.ics": None}


def test_a_locked_event_waits_for_its_token(anna, bert):
    calendar = f"{anna.calendars}Default/"
    url = f"{calendar}a.ics"
    anna.share(calendar, **{bert.principal: "D:read D:write"})
    anna.request("PUT", url, EVENT, {"content-type": "text/calendar"})
    token = anna.request("LOCK", url, LOCK).headers["lock-token"]
    shared = bert.calendars + f"{anna.row.name}.Default/a.ics"
    changed = EVENT.replace(b"Lunch", b"Dinner")
    for client, place in ((anna, url), (bert, url), (bert, shared)):
        answer = client.request("PUT", place, changed, {"content-type": "text/calendar"})
        assert answer.status == 423
        assert client.request("DELETE", place).status == 423
    headers = {"content-type": "text/calendar", "if": f"({token})"}
    assert anna.request("PUT", url, changed, headers).status == 204
