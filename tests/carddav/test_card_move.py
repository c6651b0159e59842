"""COPY and MOVE of cards (RFC 6352 §6.3.2.1), and what synchronization tells of them (RFC 6578)."""

from __future__ import annotations

import pytest

from cyrpy.data import cards as rows
from cyrpy.data.changes import changes_since, state
from cyrpy.groupware import cards, contacts
from cyrpy.groupware.access import Actor
from tests.carddav.vcards import put, put_all, vcard
from tests.support.dav import clark


def move(client, source: str, target: str, method: str = "MOVE", **headers: str):
    return client.request(method, source, headers={"destination": target, **headers})


def changed(client, book: str, token: str) -> dict[str, int | None]:
    """What a synchronization tells: name -> status of the card."""
    found = client.sync(book, token).responses
    return {href.removeprefix(book): response.status for href, response in found.items()}


def number_of(server, client, book: str, name: str) -> int:
    with server.core.database.read() as unit:
        actor = Actor(client.row.id, frozenset({client.row.id}))
        for view in contacts.visible(unit, client.row.id, actor):
            if book.endswith(f"/{view.row.uri}/"):
                row = cards.find(unit, view, name)
                assert row is not None
                return row.id
    raise AssertionError(book)


def test_renamed_card_is_the_same_card(anna, book, server):
    put_all(anna, book, a=vcard("a"))
    number, token = number_of(server, anna, book, "a.vcf"), anna.sync(book).token
    assert move(anna, f"{book}a.vcf", f"{book}b.vcf").status == 201
    assert anna.request("GET", f"{book}b.vcf").body == vcard("a")
    assert anna.request("GET", f"{book}a.vcf").status == 404
    assert number_of(server, anna, book, "b.vcf") == number
    assert changed(anna, book, token) == {"a.vcf": 404, "b.vcf": None}


def test_moved_card_leaves_one_address_book_and_enters_the_other(anna, book, team, server):
    put_all(anna, book, a=vcard("a"))
    number = number_of(server, anna, book, "a.vcf")
    with server.core.database.read() as unit:
        since = str(state(unit, anna.row.id, rows.KIND))
    left, entered = anna.sync(book).token, anna.sync(team).token
    answer = move(anna, f"{book}a.vcf", f"{team}x.vcf")
    assert (answer.status, answer.headers["location"]) == (201, f"{team}x.vcf")
    assert changed(anna, book, left) == {"a.vcf": 404}
    assert changed(anna, team, entered) == {"x.vcf": None}
    assert number_of(server, anna, team, "x.vcf") == number
    with server.core.database.read() as unit:
        found = changes_since(unit, anna.row.id, rows.KIND, since)
    assert (found.created, found.updated, found.destroyed) == ([], [f"K{number}"], [])


def test_copy_is_another_card(anna, book, team, server):
    put_all(anna, book, a=vcard("a"))
    answer = move(anna, f"{book}a.vcf", f"{team}a.vcf", "COPY")
    assert answer.status == 201
    assert anna.request("GET", f"{team}a.vcf").body == vcard("a")
    assert answer.headers["etag"] == anna.get(f"{book}a.vcf", "D:getetag")
    assert number_of(server, anna, book, "a.vcf") != number_of(server, anna, team, "a.vcf")
    assert put(anna, f"{book}a.vcf", vcard("a", "NOTE:x")).status == 204
    assert anna.request("GET", f"{team}a.vcf").body == vcard("a")


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_what_is_there_goes_only_if_it_may(anna, book, team, method):
    put_all(anna, book, a=vcard("a", "NOTE:new"))
    put_all(anna, team, a=vcard("a"))
    url = f"{team}a.vcf"
    assert move(anna, f"{book}a.vcf", url, method, overwrite="F").status == 412
    assert anna.request("GET", url).body == vcard("a")
    assert move(anna, f"{book}a.vcf", url, method).status == 204
    assert anna.request("GET", url).body == vcard("a", "NOTE:new")
    assert anna.request("GET", f"{book}a.vcf").status == (200 if method == "COPY" else 404)


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_uid_is_in_an_address_book_once(anna, book, team, method):
    put_all(anna, book, a=vcard("a"), other=vcard("other"))
    put_all(anna, team, x=vcard("a"), other=vcard("different"))
    for source, target in (("a", "new"), ("other", "other")):
        answer = move(anna, f"{book}{source}.vcf", f"{team}{target}.vcf", method)
        assert (answer.status, answer.condition) == (409, clark("CR:no-uid-conflict"))
    assert answer.root.findtext(f".//{clark('D:href')}") == f"{team}other.vcf"
    assert anna.request("GET", f"{team}other.vcf").body == vcard("different")
    assert anna.request("GET", f"{book}a.vcf").status == 200


def test_copy_beside_itself_would_be_a_second_of_its_uid(anna, book):
    put_all(anna, book, a=vcard("a"))
    answer = move(anna, f"{book}a.vcf", f"{book}b.vcf", "COPY")
    assert answer.condition == clark("CR:no-uid-conflict")


def test_calendar_objects_do_not_become_cards(anna, book):
    event = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:e\r\n"
        b"DTSTAMP:20260101T000000Z\r\nDTSTART:20260101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    url = f"{anna.calendars}Default/e.ics"
    if anna.request("PUT", url, event, {"content-type": "text/calendar"}).status == 201:
        answer = move(anna, url, f"{book}e.vcf", "COPY")
        assert answer.condition == clark("CR:supported-address-data")


def test_properties_of_clients_move_along(anna, book, team):
    put_all(anna, book, a=vcard("a"))
    anna.set(f"{book}a.vcf", "X:note", "mine")
    move(anna, f"{book}a.vcf", f"{team}a.vcf")
    assert anna.get(f"{team}a.vcf", "X:note") == "mine"


def test_address_book_goes_into_no_other(anna, book, team):
    for method in ("COPY", "MOVE"):
        answer = move(anna, team, f"{book}inner/", method)
        assert answer.status == 403
        assert answer.condition == clark("CR:addressbook-collection-location-ok")


def test_copied_address_book_has_copies_of_the_cards(anna, team):
    put_all(anna, team, a=vcard("a"), b=vcard("b"))
    anna.set(team, "CR:addressbook-description", "ours")
    copy = f"{anna.books}copy/"
    assert move(anna, team, copy, "COPY").status == 201
    assert anna.get(copy, "CR:addressbook-description") == "ours"
    for name in "ab":
        assert anna.request("GET", f"{copy}{name}.vcf").body == vcard(name)
    anna.request("DELETE", f"{copy}a.vcf")
    assert anna.request("GET", f"{team}a.vcf").status == 200


def test_renamed_address_book_keeps_its_cards(anna, team):
    put_all(anna, team, a=vcard("a"))
    token = anna.sync(team).token
    assert move(anna, team, f"{anna.books}club/").status == 201
    club = f"{anna.books}club/"
    assert anna.request("GET", f"{club}a.vcf").body == vcard("a")
    assert anna.sync(club, token).responses == {}


def test_first_listing_and_then_what_changed(anna, book):
    put_all(anna, book, a=vcard("a"), b=vcard("b"))
    token = anna.sync(book).token
    put(anna, f"{book}a.vcf", vcard("a", "NOTE:x"))
    anna.request("DELETE", f"{book}b.vcf")
    put_all(anna, book, c=vcard("c"), d=vcard("d"))
    anna.request("DELETE", f"{book}d.vcf")
    found = changed(anna, book, token)
    assert found == {"a.vcf": None, "b.vcf": 404, "c.vcf": None, "d.vcf": 404}
    again = anna.sync(book, token).token
    assert anna.sync(book, again).responses == {}


def test_limit_gives_a_token_to_go_on_from(anna, book):
    put_all(anna, book, **{f"c{n}": vcard(f"c{n}") for n in range(5)})
    seen, token, rounds = set(), "", 0
    while True:
        answer = anna.sync(book, token, limit=2)
        found = answer.responses
        seen |= {href for href, response in found.items() if response.status is None}
        token, rounds = answer.token, rounds + 1
        if book not in found:
            break
        assert found[book].status == 507
    assert (len(seen), rounds) == (5, 3)


def test_ctag_moves_with_the_cards(anna, book):
    tags = [anna.get(book, "CS:getctag")]
    for octets in (vcard("a"), vcard("a", "NOTE:x")):
        put(anna, f"{book}a.vcf", octets)
        tags.append(anna.get(book, "CS:getctag"))
    anna.request("DELETE", f"{book}a.vcf")
    tags.append(anna.get(book, "CS:getctag"))
    assert len(set(tags)) == 4
