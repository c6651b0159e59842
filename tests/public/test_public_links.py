"""Public links: what they show, to whom, and for how long."""

from __future__ import annotations

import pytest

from cyrpy.data import addressbooks, calendars, public_links
from cyrpy.data.public_links import FREE_BUSY, NewLink
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware import publishing
from cyrpy.groupware.publishing import ADDRESS_BOOK, CALENDAR
from tests.support.events import event
from tests.support.icalendar import octets
from tests.support.web import User, running

CARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%b\r\nFN:Anna Adler\r\nN:Adler;Anna;;;\r\n"
    b"NOTE:f\xc3\xbcr alle\r\nEND:VCARD\r\n"
)


def link(user: User, kind: str = CALENDAR, shows: str = "") -> str:
    """The path of a new link to a user's first calendar or address book."""
    database, account_id = user.web.server.core.database, user.account_id

    def work(unit) -> str:
        if kind == CALENDAR:
            number = calendars.default_id(unit, account_id)
        else:
            number = 0 if kind == FREE_BUSY else _book(unit, account_id)
        new = NewLink(kind, number, "", shows)
        return publishing.add(unit, account_id, new, user.web.server.core.random_bytes)[1]

    return f"/public/{database.write(work, [account_id])}"


def _book(unit, account_id: int) -> int:
    return addressbooks.default_id(unit, account_id)


def uids(answer) -> list[str]:
    assert answer.status == 200, answer.body
    (calendar,) = [parse(answer.body)]
    return sorted(c.text("UID") for c in calendar.components if c.name != "VTIMEZONE")


def test_a_calendar_is_one_stream_for_whoever_has_the_link(web, anna):
    anna.put(anna.calendar + "a.ics", event("a", "SUMMARY:One"))
    anna.put(anna.calendar + "b.ics", event("b", "SUMMARY:Two"))
    answer = web.get(link(anna))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert uids(answer) == ["a", "b"]


def test_any_name_may_stand_behind_the_token(web, anna):
    path = link(anna)
    assert web.get(f"{path}/my calendar.ics").status == 200
    assert web.get(f"{path}/").status == 200
    assert web.get(f"{path}/a/b").status == 404


@pytest.mark.parametrize("privacy", ["PRIVATE", "CONFIDENTIAL", "X-SECRET"])
def test_what_is_not_public_is_never_shown(web, anna, privacy):
    anna.put(anna.calendar + "a.ics", event("a", f"CLASS:{privacy}", "SUMMARY:Secret"))
    answer = web.get(link(anna, shows="alarms people"))
    assert uids(answer) == []
    assert b"Secret" not in answer.body


def test_an_event_with_one_private_instance_is_not_shown(web, anna):
    text = """\
        VEVENT
        UID:series
        DTSTAMP:20260101T000000Z
        DTSTART:20260105T100000Z
        RRULE:FREQ=DAILY
        END:VEVENT
        BEGIN:VEVENT
        UID:series
        DTSTAMP:20260101T000000Z
        RECURRENCE-ID:20260106T100000Z
        DTSTART:20260106T110000Z
        CLASS:PRIVATE"""
    lines = "\n".join(line.strip() for line in text.splitlines())
    anna.put(anna.calendar + "series.ics", octets(lines))
    assert uids(web.get(link(anna))) == []


MEETING = (
    "SUMMARY:Talk",
    "ORGANIZER:mailto:boss@example.org",
    "ATTENDEE;CN=Eve:mailto:eve@example.org",
    "X-NOTE:mine alone",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "TRIGGER:-PT5M",
    "DESCRIPTION:Wake up",
    "END:VALARM",
)


@pytest.mark.parametrize(
    ("shows", "seen"),
    [("", ()), ("alarms", (b"VALARM",)), ("people", (b"eve@example.org", b"boss@example.org"))],
)
def test_people_alarms_and_private_notes_are_left_out(web, anna, shows, seen):
    anna.put(anna.calendar + "m.ics", event("m", *MEETING))
    body = web.get(link(anna, shows=shows)).body
    assert b"SUMMARY:Talk" in body
    hidden = (b"VALARM", b"eve@example.org", b"boss@example.org", b"X-NOTE")
    assert {word for word in hidden if word in body} == set(seen)


def test_a_large_calendar_comes_whole_with_each_zone_once(web, anna):
    for n in range(205):
        lines = (f"DTSTART;TZID=Europe/Vienna:202601{n % 28 + 1:02}T100000", "DURATION:PT1H")
        anna.put(anna.calendar + f"e{n}.ics", event(f"e{n:03}", *lines))
    answer = web.get(link(anna))
    assert uids(answer) == [f"e{n:03}" for n in range(205)]
    assert answer.body.count(b"BEGIN:VTIMEZONE") == 1
    assert b"TZID:Europe/Vienna" in answer.body


def test_an_address_book_is_its_cards_octet_for_octet(web, anna):
    cards = [CARD % uid for uid in (b"a", b"b")]
    for n, card in enumerate(cards):
        anna.put(anna.book + f"{n}.vcf", card)
    answer = web.get(link(anna, ADDRESS_BOOK))
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert answer.body == b"".join(cards)


def test_busy_time_says_when_and_nothing_else(web, anna):
    anna.put(anna.calendar + "a.ics", event("a", "SUMMARY:Lunch"))
    anna.put(anna.calendar + "b.ics", event("b", "CLASS:CONFIDENTIAL"))
    answer = web.get(f"{link(anna, FREE_BUSY)}?start=20260105&end=20260106")
    assert answer.body.count(b"FREEBUSY:") + answer.body.count(b"FREEBUSY;") == 1
    assert b"Lunch" not in answer.body
    assert web.get(f"{link(anna, FREE_BUSY)}?start=soon").status == 400


def test_what_did_not_change_is_304(web, anna):
    path = link(anna)
    etag = web.get(path).headers["etag"]
    again = web.get(path, if_none_match=f'"other", {etag}')
    assert (again.status, again.body) == (304, b"")
    anna.put(anna.calendar + "a.ics", event("a"))
    assert web.get(path, if_none_match=etag).status == 200


def test_what_was_given_before_is_not_given_once_it_changed(web, anna):
    path, shown = link(anna), link(anna, shows="people")
    anna.put(anna.calendar + "a.ics", event("a", "SUMMARY:One"))
    assert uids(web.get(path)) == uids(web.get(path)) == ["a"]
    anna.put(anna.calendar + "a.ics", event("a", "SUMMARY:Two", "CLASS:PRIVATE"))
    assert uids(web.get(path)) == []
    anna.put(anna.calendar + "b.ics", event("b", "ATTENDEE:mailto:eve@example.org"))
    for _ in range(2):
        assert b"eve@" in web.get(shown).body
        assert b"eve@" not in web.get(path).body


@pytest.mark.parametrize("kind", [CALENDAR, ADDRESS_BOOK, FREE_BUSY])
def test_head_has_the_headers_and_no_body(web, anna, kind):
    path = link(anna, kind)
    head, whole = web.request("HEAD", path), web.get(path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]


def test_caches_and_search_engines_are_told_to_keep_out(web, anna):
    headers = web.get(link(anna)).headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]


def test_links_can_only_be_read(web, anna):
    path = link(anna)
    for method in ("PUT", "POST", "DELETE", "PROPFIND"):
        assert web.request(method, path).status == 405


def test_security_a_revoked_link_is_as_one_that_never_was(web, anna):
    path = link(anna)
    database, account_id = web.server.core.database, anna.account_id
    assert web.get(path).status == 200
    number = database.write(lambda unit: _revoke_all(unit, account_id), [account_id])
    assert number == 1
    gone = web.get(path)
    never = web.get("/public/" + "A" * 43)
    assert (gone.status, gone.body) == (never.status, never.body) == (404, never.body)


def _revoke_all(unit, account_id: int) -> int:
    rows = public_links.of_account(unit, account_id)
    return sum(publishing.revoke(unit, account_id, row.id) for row in rows)


def test_security_a_link_dies_with_its_calendar(web, anna):
    url = f"/dav/calendars/user/{anna.name}/work/"
    assert anna.request("MKCALENDAR", url).status == 201
    database, account_id = web.server.core.database, anna.account_id

    def work(unit) -> str:
        row = unit.first(calendars.BY_URI, account_id=account_id, uri="work")
        new = NewLink(CALENDAR, row.id)
        return publishing.add(unit, account_id, new, web.server.core.random_bytes)[1]

    path = f"/public/{database.write(work, [account_id])}"
    assert web.get(path).status == 200
    assert anna.request("DELETE", url).status == 204
    assert web.get(path).status == 404


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 42, "A" * 44, "%00" * 43, "../dav", "A" * 5000, "Ä" * 43]
)
def test_security_what_is_no_token_is_404(web, token):
    assert web.get(f"/public/{token}").status == 404


def test_security_an_authorization_header_makes_no_difference(web, anna, bert):
    path = link(anna)
    with_header = web.request("GET", path, headers=bert.headers)
    assert with_header.body == web.get(path).body


def test_security_one_address_cannot_ask_without_end(tmp_path):
    for web in running(tmp_path, "public_rate_limit: 5\n"):
        path = link(web.new_user("anna"))
        statuses = [web.get(path).status for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert int(web.get(path).headers["retry-after"]) > 0
        assert web.get(path, client="192.0.2.2").status == 200


def test_security_the_token_is_kept_as_a_hash(web, anna):
    token, account_id = link(anna).removeprefix("/public/"), anna.account_id
    with web.server.core.database.read() as unit:
        (row,) = public_links.of_account(unit, account_id)
    assert token.encode() not in row.digest
    assert row.digest == public_links.digest_of(token)
