"""What a drive is to its owner and to others: listing, synchronization, quota."""

from __future__ import annotations

import pytest

import cyrpy_webdav
from tests.support.dav import MODULES, Server, clark
from tests.webdav.drive import Drive


@pytest.fixture
def small(database, tmp_path) -> Drive:
    """A drive with a quota."""
    modules = (*MODULES, cyrpy_webdav.module)
    server = Server(database, tmp_path, modules=modules, limits={"quota": 10})
    return Drive(server.client("anna"))


def test_the_way_to_ones_own_drive(anna, bert, drive):
    for url, below in [
        ("/dav/drive/", ["/dav/drive/user/"]),
        ("/dav/drive/user/", [drive.root]),
    ]:
        found = anna.propfind(url, "D:displayname", depth="1").responses
        assert list(found) == [url, *below]


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "MKCOL", "LOCK", "COPY"]
)
def test_anothers_drive_is_not_there(drive, bert, method):
    drive.put("secret", b"x")
    for path in ("", "secret", "new"):
        answer = bert.request(method, drive.url(path), b"")
        assert answer.status in {400, 403, 404, 409}
        assert b"secret" not in answer.body.replace(drive.url(path).encode(), b"")
    assert drive.text("secret") == b"x"
    assert drive.names() == ["secret"]


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_nothing_is_taken_from_anothers_drive(drive, bert, method):
    drive.put("secret", b"x")
    theirs = Drive(bert)
    answer = bert.request(method, drive.url("secret"), b"", {"destination": theirs.url("mine")})
    assert answer.status == 404
    assert theirs.names() == []


@pytest.mark.parametrize("path", ["../bert/x", "%2e%2e/bert/x", "a/%2E%2E/x", "%00"])
def test_paths_cannot_climb(drive, path):
    for method in ("GET", "PUT", "MKCOL", "DELETE"):
        assert drive.request(method, path).status == 400


def test_a_slash_in_a_name_is_part_of_the_name(drive):
    assert drive.put("..%2F..%2Fetc", b"x").status == 201
    assert drive.names() == ["..%2F..%2Fetc"]


def test_blobs_of_others_cannot_be_had_by_their_digest(drive, bert):
    drive.put("a", b"x" * 2_000_000)
    assert Drive(bert).put("a", b"x" * 2_000_000).status == 201  # stored once for both
    drive.request("DELETE", "a")
    assert Drive(bert).text("a") == b"x" * 2_000_000


def test_sync_tells_what_changed(drive):
    drive.folder("f/")
    first = drive.client.sync(drive.url("f/"))
    drive.put("f/a", b"1")
    drive.put("f/b", b"1")
    second = drive.client.sync(drive.url("f/"), first.token)
    assert {r.href: r.status for r in second.responses.values()} == {
        drive.url("f/a"): None,
        drive.url("f/b"): None,
    }
    drive.request("DELETE", "f/a")
    drive.move("f/b", "f/c")
    third = drive.client.sync(drive.url("f/"), second.token)
    assert {r.href: r.status for r in third.responses.values()} == {
        drive.url("f/a"): 404,
        drive.url("f/b"): 404,
        drive.url("f/c"): None,
    }


def test_a_move_is_seen_where_it_leaves_and_where_it_comes(drive):
    drive.folder("f/")
    drive.folder("g/")
    drive.put("f/a", b"1")
    left, come = (drive.client.sync(drive.url(path)).token for path in ("f/", "g/"))
    drive.move("f/a", "g/a")
    gone = drive.client.sync(drive.url("f/"), left)
    new = drive.client.sync(drive.url("g/"), come)
    assert {r.href: r.status for r in gone.responses.values()} == {drive.url("f/a"): 404}
    assert {r.href: r.status for r in new.responses.values()} == {drive.url("g/a"): None}


def test_the_drive_itself_can_be_synchronized(drive):
    before = drive.client.sync(drive.root).token
    drive.put("a", b"1")
    drive.folder("f/")
    found = drive.client.sync(drive.root, before).responses
    assert set(found) == {drive.url("a"), drive.url("f/")}


def test_displayname_is_the_clients_own(drive):
    drive.put("a", b"1")
    url = drive.url("a")
    assert drive.client.propfind(url, "D:displayname").one.status_of("D:displayname") == 404
    assert drive.client.set(url, "D:displayname", "My file") == 200
    assert drive.client.get(url, "D:displayname") == "My file"
    assert drive.client.set(url, "D:getetag", "x") == 403


def test_proppatch_is_all_or_nothing(drive):
    drive.put("a", b"1")
    answer = drive.client.proppatch(
        drive.url("a"),
        "<D:set><D:prop><X:note>1</X:note></D:prop></D:set>"
        "<D:set><D:prop><D:getcontentlength>7</D:getcontentlength></D:prop></D:set>",
    )
    assert answer.one.status_of("X:note") == 424
    assert answer.one.status_of("D:getcontentlength") == 403
    assert drive.client.propfind(drive.url("a"), "X:note").one.status_of("X:note") == 404


def test_many_files_with_properties_keep_their_own(drive):
    for n in range(20):
        drive.put(f"{n}", b"")
        drive.client.set(drive.url(f"{n}"), "X:note", str(n))
    found = drive.client.propfind(drive.root, "X:note", depth="1").responses
    assert {found[drive.url(f"{n}")]["X:note"] for n in range(20)} == {str(n) for n in range(20)}


def test_a_quota_holds(small):
    assert small.put("a", b"12345").status == 201
    assert small.copy("a", "c").status == 201
    for answer in (small.put("b", b"123456"), small.copy("a", "b")):
        assert (answer.status, answer.condition) == (507, clark("D:quota-not-exceeded"))
        assert b"10 octets" in answer.body
    assert small.put("a", b"1").status == 204
    assert small.put("b", b"1234").status == 201
    small.request("DELETE", "c")
    found = small.client.propfind(small.root, "D:quota-used-bytes", "D:quota-available-bytes").one
    assert (found["D:quota-used-bytes"], found["D:quota-available-bytes"]) == ("5", "5")


def test_a_quota_refuses_before_the_body_comes(small):
    answer = small.put("a", b"", content_length="99999999")
    assert (answer.status, answer.condition) == (507, clark("D:quota-not-exceeded"))


def test_without_a_quota_nobody_knows_what_is_left(drive):
    drive.put("a", b"12345")
    found = drive.client.propfind(drive.root, "D:quota-used-bytes", "D:quota-available-bytes").one
    assert found["D:quota-used-bytes"] == "5"
    assert found.status_of("D:quota-available-bytes") == 404


def test_the_page_lists_names(drive):
    drive.put("%3Cscript%3E", b"")
    page = drive.get("")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert b"&lt;script&gt;" in page.body


def test_supported_live_properties_are_listed(drive):
    drive.put("a", b"")
    found = drive.client.propfind(drive.url("a"), "D:supported-live-property-set").body
    for name in (b"<D:getetag/>", b"<D:getcontentlength/>", b"<D:lockdiscovery/>"):
        assert name in found


@pytest.mark.parametrize("name", ["plain", "od%2Fd%20%25"])
def test_a_folder_that_went_is_reported_by_the_url_that_it_had(drive, name):
    url = drive.url(f"{name}/")
    drive.folder(name)
    listed = drive.client.sync(drive.root)
    assert set(listed.responses) == {url}
    drive.request("DELETE", name)
    drive.put(name)
    answer = drive.client.sync(drive.root, listed.token)
    found = {href: each.status for href, each in answer.responses.items()}
    assert found == {url: 404, url.removesuffix("/"): None}
