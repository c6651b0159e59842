"""GET, HEAD and PUT of files (RFC 9110, RFC 4918 §9.7)."""

from __future__ import annotations

import gzip
import hashlib

import pytest

import cyrpy_webdav
from tests.support.dav import MODULES, Server, clark
from tests.webdav.drive import Drive

LARGE = bytes(range(256)) * 8192  # 2 MB: a file, not a row


def test_what_was_put_is_what_is_got(drive):
    made = drive.put("a.txt", b"one", content_type="text/plain; charset=utf-8")
    assert made.status == 201
    got = drive.get("a.txt")
    assert (got.status, got.body) == (200, b"one")
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["etag"] == made.headers["etag"]
    assert got.headers["content-length"] == "3"
    assert "last-modified" in got.headers


def test_putting_again_replaces(drive):
    first = drive.put("a", b"one")
    second = drive.put("a", b"two")
    assert (first.status, second.status) == (201, 204)
    assert first.headers["etag"] != second.headers["etag"]
    assert drive.text("a") == b"two"


@pytest.mark.parametrize("octets", [b"", b"\x00\xff", LARGE], ids=["none", "binary", "large"])
def test_any_octets_are_kept(drive, octets):
    drive.put("a", octets)
    assert drive.text("a") == octets
    assert drive.client.get(drive.url("a"), "D:getcontentlength") == str(len(octets))


def test_head_describes_what_get_sends(drive):
    drive.put("a", LARGE)
    head, got = drive.request("HEAD", "a"), drive.get("a")
    assert head.status == 200
    assert head.headers == got.headers


@pytest.mark.parametrize(
    ("name", "stated", "type"),
    [
        ("a.png", "", "image/png"),
        ("a.png", "application/octet-stream", "image/png"),
        ("a.png", "image/x-mine", "image/x-mine"),
        ("a", "", "application/octet-stream"),
        ("a.txt", "not a type", "text/plain"),
        ("a.txt", "text/" + "x" * 300, "text/plain"),
    ],
)
def test_media_type_is_as_sent_or_by_the_name(drive, name, stated, type):
    drive.put(name, b"x", **({"content_type": stated} if stated else {}))
    assert drive.get(name).headers["content-type"] == type
    assert drive.client.get(drive.url(name), "D:getcontenttype") == type


@pytest.mark.parametrize("type", ["text/html", "image/svg+xml", "application/xml", "a/b"])
def test_what_a_browser_could_run_is_offered_to_be_saved(drive, type):
    drive.put("a", b"<script>alert(1)</script>", content_type=type)
    headers = drive.get("a").headers
    assert headers["content-disposition"] == "attachment"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_on_reading(drive, method):
    tag = drive.put("a", b"one").headers["etag"]
    modified = drive.get("a").headers["last-modified"]
    past, future = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
    for header, value, status in [
        ("if-none-match", tag, 304),
        ("if-none-match", f"W/{tag}", 304),
        ("if-none-match", f'"x", {tag}', 304),
        ("if-none-match", "*", 304),
        ("if-none-match", '"x"', 200),
        ("if-modified-since", modified, 304),
        ("if-modified-since", future, 304),
        ("if-modified-since", past, 200),
        ("if-modified-since", "yesterday", 200),
        ("if-match", tag, 200),
        ("if-match", "*", 200),
        ("if-match", '"x"', 412),
        ("if-match", f"W/{tag}", 412),
        ("if-unmodified-since", modified, 200),
        ("if-unmodified-since", past, 412),
    ]:
        answer = drive.request(method, "a", **{header: value})
        assert answer.status == status, (header, value)
        if status == 304:
            assert answer.body == b""
            assert answer.headers["etag"] == tag


def test_if_none_match_goes_before_if_modified_since(drive):
    drive.put("a", b"one")
    future = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert drive.get("a", if_none_match='"x"', if_modified_since=future).status == 200


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("if-match", '"x"', 412),
        ("if-match", "TAG", 204),
        ("if-match", "*", 204),
        ("if-none-match", "*", 412),
        ("if-none-match", "TAG", 412),
        ("if-none-match", '"x"', 204),
        ("if-unmodified-since", "Mon, 01 Jan 2001 00:00:00 GMT", 412),
        ("if-unmodified-since", "Fri, 01 Jan 2100 00:00:00 GMT", 204),
    ],
)
def test_conditions_on_writing(drive, header, value, status):
    tag = drive.put("a", b"one").headers["etag"]
    answer = drive.put("a", b"two", **{header: value.replace("TAG", tag)})
    assert answer.status == status
    assert drive.text("a") == (b"two" if status == 204 else b"one")


def test_if_match_of_nothing_makes_nothing(drive):
    assert drive.put("a", b"x", if_match="*").status == 412
    assert drive.put("a", b"x", if_none_match="*").status == 201


@pytest.mark.parametrize("octets", [LARGE[:3000], LARGE], ids=["row", "file"])
@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=2990-", 2990, None),
        ("bytes=-5", -5, None),
        ("bytes = 1-2", 1, 3),
        ("bytes=5-999999999", 5, None),
    ],
)
def test_a_range_gives_just_that(drive, octets, asked, start, stop):
    drive.put("a", octets)
    answer = drive.get("a", range=asked)
    wanted = octets[start:stop]
    first = start % len(octets)
    assert (answer.status, answer.body) == (206, wanted)
    assert answer.headers["content-range"] == (
        f"bytes {first}-{first + len(wanted) - 1}/{len(octets)}"
    )
    assert answer.headers["content-length"] == str(len(wanted))


@pytest.mark.parametrize("asked", ["bytes=5-2", "lines=1-2", "bytes=0-1,3-4", "bytes=-", "x"])
def test_ranges_that_are_not_understood_give_the_whole(drive, asked):
    drive.put("a", b"0123456789")
    answer = drive.get("a", range=asked)
    assert (answer.status, answer.body) == (200, b"0123456789")


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100"])
def test_a_range_after_the_end_is_416(drive, asked):
    drive.put("a", b"0123456789")
    answer = drive.get("a", range=asked)
    assert answer.status == 416
    assert answer.headers["content-range"] == "bytes */10"


def test_if_range_of_another_version_gives_the_whole(drive):
    tag = drive.put("a", b"0123456789").headers["etag"]
    assert drive.get("a", range="bytes=0-1", if_range=tag).status == 206
    assert drive.get("a", range="bytes=0-1", if_range='"x"').status == 200
    modified = drive.get("a").headers["last-modified"]
    assert drive.get("a", range="bytes=0-1", if_range=modified).status == 206


def test_a_part_cannot_be_put(drive):
    drive.put("a", b"0123456789")
    assert drive.put("a", b"xx", content_range="bytes 0-1/10").status == 400
    assert drive.text("a") == b"0123456789"


def test_put_without_a_folder_is_409(drive):
    assert drive.put("no/a").status == 409
    drive.put("file", b"x")
    assert drive.put("file/a").status == 409


def test_put_to_a_folder_is_405(drive):
    drive.folder("f/")
    for path in ("f", "f/", ""):
        answer = drive.put(path)
        assert answer.status == 405
        assert "PUT" not in answer.headers["allow"].split(", ")


def test_too_much_is_413_and_says_how_much_may_be(database, tmp_path):
    server = Server(
        database,
        tmp_path,
        modules=(*MODULES, cyrpy_webdav.module),
        limits={"max_resource_size": 2000},
    )
    drive = Drive(server.client("anna"))
    assert drive.put("a", b"x" * 2000).status == 201
    answer = drive.put("b", b"x" * 2001)
    assert answer.status == 413
    assert b"2000" in answer.body
    assert drive.put("b", b"x", content_length="99999").status == 413
    assert drive.names() == ["a"]


def test_prefer_gives_what_was_stored(drive):
    made = drive.put("a", b"one", prefer="return=representation")
    assert (made.status, made.body) == (201, b"one")
    assert made.headers["content-location"] == drive.url("a")
    assert made.headers["preference-applied"] == "return=representation"
    changed = drive.put("a", b"two", prefer="return=representation")
    assert (changed.status, changed.body) == (200, b"two")


def test_prefer_gives_what_is_there_instead(drive):
    tag = drive.put("a", b"one").headers["etag"]
    answer = drive.put("a", b"two", if_match='"x"', prefer="return=representation")
    assert (answer.status, answer.body) == (412, b"one")
    assert answer.headers["etag"] == tag
    assert drive.put("a", b"two", if_match='"x"').body != b"one"


def test_posting_adds_a_member_under_a_new_name(drive):
    drive.folder("f/")
    where = drive.client.get(drive.url("f/"), "D:add-member")
    assert where == [drive.url("f/")]
    answer = drive.request("POST", where[0], b"\x89PNG", content_type="image/png")
    assert answer.status == 201
    url = answer.headers["location"]
    assert url.startswith(drive.url("f/"))
    assert url.endswith(".png")
    got = drive.get(url)
    assert (got.body, got.headers["etag"]) == (b"\x89PNG", answer.headers["etag"])
    again = drive.request("POST", where[0], b"\x89PNG", content_type="image/png")
    assert again.headers["location"] != url


def test_the_octets_of_a_file_that_is_gone_are_let_go(drive, server):
    drive.put("a", LARGE)
    drive.put("b", LARGE)
    path = server.core.blobs.path(hashlib.sha256(LARGE).digest())
    drive.request("DELETE", "a")
    assert drive.text("b") == LARGE
    drive.request("DELETE", "b")
    blobs = server.core.blobs
    assert path.exists()  # for a while, as uploads are
    row = drive.client.row.id
    with server.core.database.read() as unit:
        found = blobs.find(unit, [row], "G" + hashlib.sha256(LARGE).hexdigest())
    assert found is not None


def test_a_compressed_body_is_stored_as_it_was_before(drive):
    answer = drive.put("a", gzip.compress(b"plain"), content_encoding="gzip")
    assert answer.status == 201
    assert drive.text("a") == b"plain"


def test_properties_of_a_file_are_true(drive):
    tag = drive.put("a.txt", b"12345").headers["etag"]
    found = drive.client.propfind(drive.url("a.txt")).one
    assert found["D:getetag"] == tag
    assert found["D:getcontentlength"] == "5"
    assert found["D:getcontenttype"] == "text/plain"
    assert found["D:getlastmodified"] == drive.get("a.txt").headers["last-modified"]
    assert found["D:creationdate"].endswith("Z")
    assert found["D:resourcetype"] == ""
    assert clark("D:lockentry") in dict(found["D:supportedlock"])
