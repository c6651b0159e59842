"""Principals (RFC 3744 §4, RFC 5397) and expand-property (RFC 3253 §3.8)."""

from __future__ import annotations

import pytest

import cyrpy_carddav
from cyrpy import dav
from cyrpy.groupware import groups
from tests.support.dav import Server, clark


@pytest.fixture
def team(server, anna):
    row = server.add("team", "group", display_name="The Team")
    server.core.database.write(lambda unit: groups.join(unit, row, anna.row))
    return f"/dav/principals/group/{row.name}/"


@pytest.mark.parametrize(
    "url", ["/dav/", "/dav/principals/", "/dav/calendars/", "/dav/calendars/user/"]
)
def test_current_user_principal_is_told_everywhere(anna, url):
    assert anna.get(url, "D:current-user-principal") == [anna.principal]


def test_principal_tells_where_its_homes_are(anna):
    found = anna.propfind(anna.principal, "C:calendar-home-set", "CR:addressbook-home-set").one
    assert found["C:calendar-home-set"] == [anna.calendars]
    assert found["CR:addressbook-home-set"] == [anna.books]


def test_home_of_a_module_that_is_off_is_not_told(database, tmp_path):
    anna = Server(database, tmp_path, (dav.module, cyrpy_carddav.module)).client("anna")
    found = anna.propfind(anna.principal, "C:calendar-home-set", "CR:addressbook-home-set").one
    assert found.status_of("C:calendar-home-set") == 404
    assert found["CR:addressbook-home-set"] == [anna.books]


def test_rooms_have_calendars_and_no_address_books(server, anna):
    server.add("hall", "location", display_name="Hall")
    url = "/dav/principals/room/hall@example.com/"
    found = anna.propfind(url, "C:calendar-home-set", "CR:addressbook-home-set").one
    assert found["C:calendar-home-set"] == ["/dav/calendars/room/hall@example.com/"]
    assert found.status_of("CR:addressbook-home-set") == 404


def test_principal_is_found_under_its_own_kind_only(server, anna):
    server.add("hall", "location")
    assert anna.propfind("/dav/principals/user/hall@example.com/", "D:owner").status == 404


def test_addresses_are_alternate_uris(anna):
    assert anna.get(anna.principal, "D:alternate-URI-set") == ["mailto:anna@example.com"]


def test_groups_know_their_members_and_members_their_groups(anna, team):
    assert anna.get(team, "D:group-member-set") == [anna.principal]
    assert anna.get(anna.principal, "D:group-membership") == [team]


def test_only_groups_have_members(anna):
    found = anna.propfind(anna.principal, "D:group-member-set").one
    assert found.status_of("D:group-member-set") == 404


def test_directory_lists_the_user_and_its_groups(anna, bert, team):
    assert set(anna.propfind("/dav/principals/user/", "D:owner", depth="1").responses) == {
        "/dav/principals/user/",
        anna.principal,
    }
    assert team in anna.propfind("/dav/principals/group/", "D:owner", depth="1").responses
    assert team not in bert.propfind("/dav/principals/group/", "D:owner", depth="1").responses


def expand(client, url: str, content: str):
    return client.report(url, "D:expand-property", content)


def test_expand_property_follows_hrefs(anna, team):
    answer = expand(
        anna,
        anna.principal,
        '<D:property name="group-membership"><D:property name="displayname"/>'
        '<D:property name="what" namespace="http://example.com/ns/"/></D:property>'
        '<D:property name="displayname"/>',
    )
    inner = answer.root.find(".//D:group-membership/D:response", {"D": "DAV:"})
    assert inner.findtext(clark("D:href")) == team
    assert inner.findtext(".//D:displayname", None, {"D": "DAV:"}) == "The Team"
    assert b"<D:displayname>Anna Adler</D:displayname>" in answer.body


def test_expand_property_names_what_is_missing(anna):
    answer = expand(
        anna, anna.principal, '<D:property name="x" namespace="http://example.com/ns/"/>'
    )
    assert answer.one.status_of("X:x") == 404


def test_expand_property_does_not_grow_without_bound(anna, team):
    content = '<D:property name="displayname"/>'
    for name in ["group-member-set", "group-membership"] * 20:
        content = f'<D:property name="{name}">{content}</D:property>'
    answer = expand(anna, anna.principal, content)
    assert (answer.status, answer.condition) == (403, clark("D:number-of-matches-within-limits"))
