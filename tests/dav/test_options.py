"""OPTIONS: the DAV and Allow headers are true."""

from __future__ import annotations

import pytest

from tests.support.dav import clark

READ = "OPTIONS, PROPFIND, REPORT"
WHOLE = "GET, HEAD, OPTIONS, PROPFIND, REPORT"


@pytest.mark.parametrize(
    ("url", "methods"),
    [
        ("/dav/", WHOLE),
        ("/dav/principals/user/anna/", READ),
        ("/dav/calendars/user/anna/", "GET, HEAD, OPTIONS, POST, PROPFIND, PROPPATCH, REPORT"),
        ("/dav/calendars/user/anna/new/", "MKCALENDAR, MKCOL, OPTIONS"),
        ("/dav/addressbooks/user/anna/new/", "MKCOL, OPTIONS"),
    ],
)
def test_allow_lists_what_this_url_takes(anna, url, methods):
    answer = anna.request("OPTIONS", url)
    assert (answer.status, answer.headers["allow"]) == (200, methods)


def test_a_collection_takes_all_that_changes_it(anna):
    allowed = set(anna.request("OPTIONS", f"{anna.calendars}Default/").headers["allow"].split(", "))
    assert {"ACL", "COPY", "DELETE", "LOCK", "MOVE", "PROPPATCH", "UNLOCK"} <= allowed


def test_dav_claims_locks_just_where_there_are_some(anna):
    for url in ("/dav/", f"{anna.calendars}Default/", f"{anna.books}Default/"):
        words = anna.request("OPTIONS", url).headers["dav"].split(", ")
        assert words[:5] == ["1", "2", "3", "access-control", "extended-mkcol"]
    for url in (anna.calendars, anna.books):
        assert "2" not in anna.request("OPTIONS", url).headers["dav"].split(", ")


def test_supported_method_set_is_what_allow_says(anna):
    url = f"{anna.calendars}Default/"
    element = anna.propfind(url, "D:supported-method-set").root
    names = [e.get("name") for e in element.iter(clark("D:supported-method"))]
    assert ", ".join(names) == anna.request("OPTIONS", url).headers["allow"]


def test_nothing_there_nor_possible_is_404(anna):
    assert anna.request("OPTIONS", "/dav/calendars/user/nobody/x/").status == 404


@pytest.mark.parametrize("method", ["LOCK", "COPY", "MOVE", "TRACE", "PUT", "BREW"])
def test_what_is_not_allowed_is_405_and_says_what_is(anna, method):
    answer = anna.request(method, anna.calendars)
    assert answer.status == 405
    assert answer.headers["allow"] == anna.request("OPTIONS", anna.calendars).headers["allow"]


def test_every_supported_report_runs(anna):
    url = f"{anna.calendars}Default/"
    names = [
        e[0].tag for e in anna.propfind(url, "D:supported-report-set").root.iter(clark("D:report"))
    ]
    assert clark("D:sync-collection") in names
    for name in names:
        answer = anna.request("REPORT", url, f'<x:{name[6:]} xmlns:x="DAV:"/>'.encode())
        assert answer.status in {200, 207, 400}, name


def test_unknown_report_is_refused_by_its_precondition(anna):
    answer = anna.report(anna.calendars, "X:what")
    assert (answer.status, answer.condition) == (403, clark("D:supported-report"))
