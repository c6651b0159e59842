"""PROPFIND (RFC 4918 §9.1) and its Prefer headers (RFC 8144)."""

from __future__ import annotations

import pytest

from tests.support.dav import Server, clark, prop, tree

ROOT = "/dav/principals/"


def test_named_properties_are_sorted_by_status(anna):
    found = anna.propfind(anna.principal, "D:displayname", "D:resourcetype", "X:what").one
    assert found.found == {
        200: {
            clark("D:displayname"): "Anna Adler",
            clark("D:resourcetype"): [clark("D:collection"), clark("D:principal")],
        },
        404: {clark("X:what"): ""},
    }


def test_empty_body_asks_for_allprop(anna):
    answer = anna.request("PROPFIND", anna.calendars, b"", {"depth": "0"})
    names = ("D:displayname", "D:resourcetype", "D:supportedlock")
    assert set(answer.one.found[200]) == {clark(name) for name in names}


def test_allprop_gives_what_is_included_too(anna):
    body = tree("D:propfind", "<D:allprop/><D:include><D:owner/><X:what/></D:include>")
    found = anna.request("PROPFIND", anna.calendars, body, {"depth": "0"}).one
    assert found["D:owner"] == [anna.principal]
    assert found.status_of("X:what") == 404


def test_propname_gives_names_without_values(anna):
    body = tree("D:propfind", "<D:propname/>")
    found = anna.request("PROPFIND", anna.calendars + "Default/", body, {"depth": "0"}).one
    assert found["D:displayname"] == found["A:calendar-color"] == ""
    assert clark("C:calendar-description") not in found.found[200]


def test_depth_1_gives_the_members(anna):
    found = anna.propfind(anna.books, "D:displayname", depth="1").responses
    assert list(found) == [anna.books, f"{anna.books}Default/"]


@pytest.mark.parametrize("headers", [{"depth": "infinity"}, {}])
def test_infinite_depth_is_refused(anna, headers):
    answer = anna.request("PROPFIND", anna.calendars, b"", headers)
    assert (answer.status, answer.condition) == (403, clark("D:propfind-finite-depth"))


def test_infinite_depth_where_it_is_allowed(database, tmp_path):
    server = Server(database, tmp_path, limits={"allow_infinite_depth": True})
    anna = server.client("anna")
    found = anna.propfind("/dav/calendars/", "D:displayname", depth="infinity").responses
    assert f"{anna.calendars}Default/" in found


def test_depth_noroot_leaves_the_resource_out(anna):
    answer = anna.propfind(anna.books, "D:owner", depth="1", prefer="depth-noroot")
    assert list(answer.responses) == [f"{anna.books}Default/"]
    assert answer.headers["preference-applied"] == "depth-noroot"


@pytest.mark.parametrize(
    "headers", [{"prefer": "return=minimal"}, {"brief": "t"}, {"prefer": 'foo, return="minimal"'}]
)
def test_minimal_leaves_missing_properties_out(anna, headers):
    found = anna.propfind(anna.principal, "D:owner", "X:what", **headers).one
    assert list(found.found) == [200]


def test_minimal_with_nothing_to_say_is_an_empty_propstat(anna):
    found = anna.propfind(anna.principal, "X:what", prefer="return=minimal").one
    assert found.found == {200: {}}


@pytest.mark.parametrize(
    "body",
    [
        b"<broken",
        b"<a/>",
        tree("D:propfind", ""),
        tree("D:propfind", "<D:allprop/><D:propname/>"),
        b'<!DOCTYPE a [<!ENTITY x "y">]><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>',
        b"<a>" * 300 + b"</a>" * 300,
        tree("D:propfind", "<D:prop>" + "".join(f"<X:p{n}/>" for n in range(600)) + "</D:prop>"),
    ],
)
def test_malformed_body_is_400_with_an_explanation(anna, body):
    answer = anna.request("PROPFIND", ROOT, body, {"depth": "0"})
    assert answer.status == 400
    assert answer.condition is None


@pytest.mark.parametrize("type", ["application/json", "text/calendar", "image/png"])
def test_body_of_another_type_is_415(anna, type):
    body = tree("D:propfind", prop("D:owner"))
    answer = anna.request("PROPFIND", ROOT, body, {"depth": "0", "content-type": type})
    assert answer.status == 415


@pytest.mark.parametrize(
    "type",
    ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "application/octet-stream"],
)
def test_xml_is_known_where_the_client_did_not_say_that_it_is(anna, type):
    """Programs that use fetch() or curl."""
    body = tree("D:propfind", prop("D:owner"))
    headers = {"depth": "0", "content-type": type}
    assert anna.request("PROPFIND", ROOT, body, headers).status == 207
    assert anna.request("PROPFIND", ROOT, b"hello", headers).status == 415


def test_posted_xml_must_say_that_it_is(anna):
    """Else a page of somebody else could share a calendar, in a browser that is signed in."""
    headers = {"content-type": "text/plain"}
    answer = anna.request("POST", f"{anna.calendars}Default/", tree("CS:share", ""), headers)
    assert answer.status in {403, 415}


def test_too_large_body_is_413(database, tmp_path):
    anna = Server(database, tmp_path, limits={"max_xml_size": 2000}).client("anna")
    answer = anna.request("PROPFIND", ROOT, b" " * 2001, {"depth": "0"})
    assert answer.status == 413


def test_unknown_depth_is_400(anna):
    assert anna.propfind(ROOT, "D:owner", depth="2").status == 400


@pytest.mark.parametrize(
    "url",
    [
        "/dav/nothing/",
        "/dav/principals/user/nobody/",
        "/dav/principals/people/anna/",
        "/dav/calendars/user/nobody/",
        "/dav/calendars/group/anna/",
        "/dav/principals/user/anna/more/",
    ],
)
def test_nothing_there_is_404(anna, url):
    assert anna.propfind(url, "D:owner").status == 404


@pytest.mark.parametrize("url", ["/dav/../etc/", "/dav/%2e%2e/x", "/dav//principals/", "/dav/%00"])
def test_paths_that_lead_elsewhere_are_400(anna, url):
    assert anna.propfind(url, "D:owner").status == 400


def test_answers_in_the_spelling_of_the_request(anna):
    asked = "/dav/addressbooks/user/anna%40example.com/"
    assert list(anna.propfind(asked, "D:owner", depth="1").responses) == [asked, asked + "Default/"]


def test_a_userid_without_its_domain_is_found(anna):
    found = anna.propfind("/dav/principals/user/anna/", "D:principal-URL").one
    assert (found.href, found["D:principal-URL"]) == (
        "/dav/principals/user/anna/",
        [anna.principal],
    )


def test_collection_asked_for_without_its_slash_says_where_it_is(anna):
    answer = anna.propfind(anna.calendars.rstrip("/"), "D:owner")
    assert answer.one.href == answer.headers["content-location"] == anna.calendars


def test_hrefs_lie_below_the_path_of_a_proxy(anna):
    anna.root = "/groupware"
    found = anna.propfind(anna.books, "D:owner", depth="1").responses
    assert list(found) == [f"/groupware{anna.books}", f"/groupware{anna.books}Default/"]
    assert found[f"/groupware{anna.books}"]["D:owner"] == [f"/groupware{anna.principal}"]


def test_indented_answers_say_the_same(database, tmp_path):
    anna = Server(database, tmp_path, httpprettytelemetry=True).client("anna")
    answer = anna.propfind(anna.calendars, "D:owner")
    assert b"\n    <D:href>" in answer.body
    assert answer.one["D:owner"] == [anna.principal]
