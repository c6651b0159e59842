"""Address books as collections: discovery, making, properties, sharing, deletion."""

from __future__ import annotations

import pytest

import cyrpy_carddav
from cyrpy.data import addressbooks
from tests.support.dav import clark, tree, words

TYPES = "<D:resourcetype><D:collection/><CR:addressbook/></D:resourcetype>"


@pytest.fixture
def team(anna) -> str:
    url = f"{anna.books}team/"
    assert mkcol(anna, url, TYPES + "<D:displayname>Team</D:displayname>").status == 201
    return url


def mkcol(client, url: str, props: str):
    return client.request("MKCOL", url, tree("D:mkcol", f"<D:set><D:prop>{props}</D:prop></D:set>"))


def test_from_the_well_known_url_to_the_address_books(anna):
    start = cyrpy_carddav.module.well_known["carddav"]
    (principal,) = anna.get(start, "D:current-user-principal")
    (home,) = anna.get(principal, "CR:addressbook-home-set")
    names = words("D:resourcetype D:displayname D:current-user-privilege-set D:sync-token D:owner")
    found = anna.propfind(home, *names, "CR:addressbook-description", depth="1").responses
    default = found[f"{home}Default/"]
    assert default["D:resourcetype"] == [clark("D:collection"), clark("CR:addressbook")]
    assert default["D:owner"] == [principal]
    assert default.status_of("CR:addressbook-description") == 404


def test_apple_contacts(anna):
    """Apple Contacts' first questions; what is not here is a 404 of its own."""
    found = anna.propfind(
        anna.principal,
        *words("CR:addressbook-home-set CR:directory-gateway D:displayname CS:email-address-set"),
        *words("D:principal-collection-set D:principal-URL D:resource-id D:supported-report-set"),
    ).one
    assert found["CR:addressbook-home-set"] == [anna.books]
    home = anna.propfind(
        anna.books,
        *words("D:add-member CS:me-card CR:max-image-size CR:max-resource-size CS:getctag"),
        *words("D:owner D:quota-used-bytes D:resourcetype D:sync-token D:supported-report-set"),
        depth="1",
    ).responses
    assert home[f"{anna.books}Default/"]["CS:getctag"]


def test_extended_mkcol_makes_one_with_its_name(anna, team):
    assert anna.get(team, "D:displayname") == "Team"
    assert anna.get(team, "D:resourcetype") == [clark("D:collection"), clark("CR:addressbook")]


def test_plain_mkcol_makes_an_address_book_too(anna):
    url = f"{anna.books}plain/"
    assert anna.request("MKCOL", url).status == 201
    assert clark("CR:addressbook") in anna.get(url, "D:resourcetype")


def test_calendars_cannot_be_made_here(anna):
    url = f"{anna.books}x/"
    assert anna.request("MKCALENDAR", url).status == 405
    types = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    assert mkcol(anna, url, types).condition == clark("D:valid-resourcetype")


def test_one_property_that_cannot_be_leaves_no_address_book(anna):
    url = f"{anna.books}x/"
    answer = mkcol(anna, url, f"{TYPES}<D:displayname>{'x' * 256}</D:displayname>")
    assert answer.status == 424
    assert answer.root.tag == clark("D:mkcol-response")
    assert anna.propfind(url, "D:owner").status == 404


@pytest.mark.parametrize("name", ["D:displayname", "CR:addressbook-description", "X:note"])
def test_what_is_set_is_what_is_read(anna, team, name):
    assert anna.set(team, name, "ü &amp; 日本") == 200
    assert anna.get(team, name) == "ü & 日本"


def test_what_is_too_long_is_refused(anna, team):
    assert anna.set(team, "D:displayname", "x" * 256) == 409
    assert anna.set(team, "CR:addressbook-description", "x" * 10_001) == 409


def test_deleted_address_book_is_gone_and_its_id_is_not_given_again(anna, server, team):
    ids = set()
    for _ in range(3):
        with server.core.database.read() as unit:
            row = addressbooks.by_uri(unit, anna.row.id, "team")
        assert row is not None
        ids.add(row.wire_id)
        assert anna.request("DELETE", team).status == 204
        assert anna.propfind(team, "D:owner").status == 404
        assert anna.request("MKCOL", team).status == 201
    assert len(ids) == 3


def test_default_address_book_stays(anna):
    assert anna.request("DELETE", f"{anna.books}Default/").status == 403


def test_shared_address_book_is_in_the_sharees_home(anna, bert, team):
    assert bert.propfind(team, "D:owner").status == 404
    token = bert.sync(bert.books).token
    anna.share(team, **{bert.principal: "D:read"})
    shared = f"{bert.books}anna@example.com.team/"
    assert bert.get(shared, "D:displayname") == "Team"
    assert set(bert.sync(bert.books, token).responses) == {shared}


def test_reader_changes_nothing_of_it(anna, bert, team):
    anna.share(team, **{bert.principal: "D:read"})
    assert bert.set(team, "D:displayname", "mine") == 403
    assert bert.request("DELETE", team).status == 403
    assert bert.share(team).status == 403


def test_who_may_administer_it_renames_it_for_all(anna, bert, team):
    anna.share(team, **{bert.principal: "D:read D:write-acl D:read-acl"})
    assert bert.set(team, "D:displayname", "ours") == 200
    assert anna.get(team, "D:displayname") == "ours"


def test_address_books_grant_no_calendar_privilege(anna, bert, team):
    answer = anna.share(team, **{bert.principal: "C:read-free-busy"})
    assert answer.condition == clark("D:not-supported-privilege")


def test_change_of_an_address_book_is_reported_in_its_home(anna, team):
    token = anna.sync(anna.books).token
    anna.set(team, "D:displayname", "x")
    assert set(anna.sync(anna.books, token).responses) == {team}
