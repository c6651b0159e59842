"""COPY, MOVE and DELETE of files and folders (RFC 4918 §9.6, §9.8, §9.9)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.support.dav import clark, tree

NOTE = "<D:set><D:prop><X:note>{}</X:note></D:prop></D:set>"


@pytest.fixture
def full(drive):
    """A tree of folders and files."""
    drive.folder("a/")
    drive.put("a/one", b"1")
    drive.folder("a/sub/")
    drive.put("a/sub/two", b"2")
    drive.put("top", b"0")
    return drive


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_a_file_goes_to_a_new_name(full, method):
    answer = full.transfer(method, "top", "a/new")
    assert answer.status == 201
    assert answer.headers["location"] == full.url("a/new")
    assert full.text("a/new") == b"0"
    assert full.text("top") == (b"0" if method == "COPY" else None)
    assert full.get("a/new").headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_a_folder_goes_with_all_that_is_in_it(full, method):
    assert full.transfer(method, "a/", "b/").status == 201
    assert full.names("b/") == ["one", "sub/"]
    assert full.text("b/sub/two") == b"2"
    assert full.names() == (["a/", "b/", "top"] if method == "COPY" else ["b/", "top"])


def test_a_copy_is_no_longer_the_same(full):
    full.copy("a/", "b/")
    full.put("b/one", b"changed")
    assert full.text("a/one") == b"1"


def test_a_folder_copied_with_depth_0_is_empty(full):
    assert full.copy("a/", "b/", depth="0").status == 201
    assert full.names("b/") == []


@pytest.mark.parametrize(
    ("method", "path", "depth"), [("COPY", "a/", "1"), ("MOVE", "a/", "1"), ("MOVE", "a/", "0")]
)
def test_depths_that_would_leave_a_part_are_refused(full, method, path, depth):
    assert full.transfer(method, path, "b/", depth=depth).status == 400
    assert full.names() == ["a/", "top"]


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("source", ["top", "a/"])
@pytest.mark.parametrize("target", ["file", "folder/"])
def test_what_is_there_is_replaced_unless_overwrite_is_f(full, method, source, target):
    full.put("file", b"old")
    full.folder("folder/")
    full.put("folder/old", b"old")
    refused = full.transfer(method, source, target, overwrite="F")
    assert refused.status == 412
    assert full.text("file") == full.text("folder/old") == b"old"
    answer = full.transfer(method, source, target, overwrite="T")
    assert answer.status == 204
    assert "location" not in answer.headers
    if source == "top":
        assert full.text(target.rstrip("/")) == b"0"
    else:
        assert full.names(target.rstrip("/") + "/") == ["one", "sub/"]
    assert full.text("folder/old") == (b"old" if target == "file" else None)


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_overwrite_f_lets_through_what_is_new(full, method):
    assert full.transfer(method, "top", "new", overwrite="F").status == 201


def test_another_overwrite_is_400(full):
    assert full.copy("top", "a/one", overwrite="maybe").status == 400


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize(
    ("source", "target", "status"),
    [
        ("top", "top", 403),
        ("top", "./top", 400),
        ("a/", "a", 403),
        ("a/", "a/in/", 403),
        ("a/", "a/sub/deep", 403),
        ("a/sub/two", "a/sub", 403),
        ("a/sub/", "a/", 403),
        ("top", "no/where", 409),
        ("top", "a/one/x", 409),
        ("gone", "new", 404),
        ("top", "", 403),
        ("top", "x" * 256, 403),
        ("top", "/dav/drive/user/bert/x", 409),
        ("top", "/dav/drive/user/bert/", 403),
        ("top", "/dav/drive/x", 403),
        ("top", "/dav/principals/user/x", 403),
        ("top", "/elsewhere/x", 409),
        ("top", "/", 409),
        ("a/", "/dav/calendars/user/anna/a/", 403),
    ],
)
def test_where_nothing_can_go_nothing_goes(full, bert, method, source, target, status):
    url = full.url(target) if not target.startswith(".") else full.root + target
    before = full.client.propfind(full.root, "D:getetag", depth="1").body
    answer = full.request(method, source, destination=url)
    assert answer.status == status
    assert full.client.propfind(full.root, "D:getetag", depth="1").body == before
    assert full.text("a/sub/two") == b"2"


@pytest.mark.parametrize(
    ("destination", "status"),
    [
        ("http://dav.example.com/dav/drive/user/anna/new", 201),
        ("https://dav.example.com/dav/drive/user/anna/new", 201),
        ("http://DAV.example.com:80/dav/drive/user/anna/new", 201),
        ("/dav/drive/user/anna/new", 201),
        ("/dav/drive/user/anna/n%65w", 201),
        ("http://other.example.com/dav/drive/user/anna/new", 502),
        ("http://dav.example.com:8080/dav/drive/user/anna/new", 502),
        ("http://dav.example.com@other.example.com/dav/drive/user/anna/new", 502),
        ("//other.example.com/dav/drive/user/anna/new", 502),
        ("ftp://dav.example.com/dav/drive/user/anna/new", 400),
        ("http://[::1/dav/drive/user/anna/new", 400),
        ("http://dav.example.com:x/dav/drive/user/anna/new", 400),
        ("/dav/drive/user/anna/new?x", 400),
        ("/dav/drive/user/anna/new#x", 400),
        ("/dav/drive/user/anna/%ff", 400),
        ("/dav/drive/user/anna/../bert/new", 400),
        ("/dav/drive/user/anna/%2e%2e/bert/new", 400),
        ("new", 502),
        ("", 400),
    ],
)
def test_destinations(full, destination, status):
    answer = full.request("COPY", "top", destination=destination)
    assert answer.status == status
    assert full.text("new") == (b"0" if status == 201 else None)


@pytest.mark.parametrize("host", ["[x", "x:y", ""])
def test_a_host_that_is_none_is_not_this_server(full, host):
    answer = full.copy("top", "new", host=host)
    assert answer.status == 502


def test_a_destination_is_needed(full):
    assert full.request("COPY", "top").status == 400
    assert full.request("MOVE", "top").status == 400


def test_destinations_lie_below_the_path_of_a_proxy(full):
    full.client.root = "/base"
    answer = full.request("COPY", "top", destination="/base" + full.url("new"))
    assert (answer.status, answer.headers["location"]) == (201, "/base" + full.url("new"))
    assert full.request("COPY", "top", destination=full.url("new2")).status == 502


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_conditions_are_about_the_source(full, method):
    tag = full.get("top").headers["etag"]
    assert full.transfer(method, "top", "new", if_match='"x"').status == 412
    assert full.transfer(method, "top", "new", if_match=tag).status == 201


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("source", ["top", "a/"])
def test_dead_properties_come_along(full, method, source):
    url = full.url(source)
    full.client.proppatch(url, NOTE.format("source"))
    full.client.proppatch(full.url("a/sub/two"), NOTE.format("deep"))
    full.put("target", b"")
    full.client.proppatch(full.url("target"), NOTE.format("target"))
    full.client.proppatch(full.url("target"), "<D:set><D:prop><X:old>1</X:old></D:prop></D:set>")
    assert full.transfer(method, source, "target").status == 204
    new = full.url("target") + ("/" if source == "a/" else "")
    assert full.client.get(new, "X:note") == "source"
    assert full.client.propfind(new, "X:old").one.status_of("X:old") == 404
    if source == "a/":
        assert full.client.get(new + "sub/two", "X:note") == "deep"


def test_deleting_a_folder_deletes_all_below(full):
    assert full.request("DELETE", "a/", depth="0").status == 400
    assert full.request("DELETE", "a/").status == 204
    assert full.names() == ["top"]
    assert full.text("a/sub/two") is None
    full.folder("a/")
    assert full.names("a/") == []


def test_properties_do_not_outlive_a_file(full):
    full.client.proppatch(full.url("top"), NOTE.format("x"))
    full.request("DELETE", "top")
    full.put("top", b"0")
    assert full.client.propfind(full.url("top"), "X:note").one.status_of("X:note") == 404


def test_a_drive_stays(full):
    for method in ("DELETE", "MOVE"):
        assert full.request(method, "", destination=full.url("x/")).status == 405
    assert full.names() == ["a/", "top"]


def test_a_calendar_object_becomes_a_file_of_its_octets(full):
    octets = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:c1\r\nFN:Carl\r\nEND:VCARD\r\n"
    card = f"{full.client.books}Default/carl.vcf"
    assert full.request("PUT", card, octets, content_type="text/vcard").status == 201
    assert full.copy(card, "carl.vcf").status == 201
    assert full.text("carl.vcf") == octets
    assert full.get("carl.vcf").headers["content-type"].startswith("text/vcard")


@pytest.mark.parametrize("method", ["PUT", "MKCOL"])
@pytest.mark.parametrize(
    "name",
    [
        "ü",
        "日本語.txt",
        "a b",
        "50%",
        "%41",
        "a+b",
        "?x#y",
        "a/b",
        "&<>\"'",
        "~;:@,=$!*()",
        "A",
        "é",
    ],
)
def test_names_of_any_characters(drive, method, name):
    path = quote(name, safe="")
    assert drive.request(method, path).status == 201
    slash = "/" if method == "MKCOL" else ""
    assert drive.names() == [quote(name, safe="@") + slash]
    assert drive.move(path + slash, "x").status == 201
    assert drive.names() == ["x" + slash]


def test_names_differ_by_case_and_by_normalization(drive):
    for name in ("a", "A", "%C3%A9", "e%CC%81"):
        assert drive.put(name, name.encode()).status == 201
    for name in ("a", "A", "%C3%A9", "e%CC%81"):
        assert drive.text(name) == name.encode()


def test_mkcol_makes_plain_folders(drive):
    drive.folder("a/")
    again = drive.request("MKCOL", "a/")
    assert again.status == 405
    assert drive.request("MKCOL", "x/y/").status == 409
    assert drive.request("MKCOL", "b/", b"<x/>", content_type="text/xml").status == 415
    assert drive.request("MKCOL", "b/", b"hello", content_type="text/plain").status == 415
    body = tree(
        "D:mkcol",
        "<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        "</D:prop></D:set>",
    )
    answer = drive.request("MKCOL", "c/", body, content_type="text/xml")
    assert (answer.status, answer.condition) == (403, clark("D:valid-resourcetype"))


def test_folders_can_be_so_deep_and_no_deeper(drive):
    path = ""
    for _ in range(64):
        path += "d/"
        drive.folder(path)
    assert drive.request("MKCOL", path + "d/").status == 403
    assert drive.put(path + "d").status == 403
