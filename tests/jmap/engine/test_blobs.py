"""Upload and download (RFC 8620 §6)."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from cyrpy.data.blobs import KEEP_SECONDS

SMALL = bytes(range(256)) * 8
LARGE = bytes(range(256)) * 4 * 2048  # 2 MB: a file


def upload(client, octets: bytes, type: str = "image/png"):
    pieces = [octets[n : n + 65536] for n in range(0, len(octets), 65536)] or [b""]
    return client.request("POST", f"/upload/{client.account}/", pieces, {"content-type": type})


def download(client, blob_id: str, name: str = "a.png", query: str = "", **headers: str):
    return client.request(
        "GET", f"/download/{client.account}/{blob_id}/{name}{query}", b"", headers
    )


@pytest.mark.parametrize("octets", [b"", SMALL, LARGE])
def test_what_goes_in_comes_out(anna, octets):
    answer = upload(anna, octets)
    assert answer.status == 201
    digest = hashlib.sha256(octets).hexdigest()
    assert answer.json == {
        "accountId": "anna",
        "blobId": f"G{digest}",
        "type": "image/png",
        "size": len(octets),
    }
    found = download(anna, answer.json["blobId"], query="?accept=image/png")
    assert (found.status, found.body) == (200, octets)
    assert found.headers["content-type"] == "image/png"
    assert found.headers["content-length"] == str(len(octets))


def test_the_same_octets_have_the_same_id_and_are_stored_once(anna, bert, core):
    first, second = upload(anna, LARGE).json, upload(bert, LARGE).json
    assert first["blobId"] == second["blobId"]
    assert len(list((core.blobs.folder).glob("??/??/*"))) == 1
    assert list((core.blobs.folder / "incoming").iterdir()) == []


def test_a_download_cannot_run_in_a_browser_and_may_be_kept(anna):
    headers = download(anna, upload(anna, SMALL).json["blobId"], query="?accept=text/html").headers
    assert headers["content-disposition"] == 'attachment; filename="a.png"'
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cache-control"] == "private, immutable, max-age=31536000"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a"b;c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%3Bc.txt"),
        ("ünïcode", "attachment; filename=\"_n_code\"; filename*=UTF-8''%C3%BCn%C3%AFcode"),
        (
            "a\r\nSet-Cookie: x",
            "attachment; filename=\"aSet-Cookie_ x\"; filename*=UTF-8''aSet-Cookie%3A%20x",
        ),
        ("a/b", "attachment; filename=\"a_b\"; filename*=UTF-8''a%2Fb"),
        ("../../etc", "attachment; filename=\".._.._etc\"; filename*=UTF-8''..%2F..%2Fetc"),
        ("\x00", "attachment"),
    ],
)
def test_odd_names_stay_one_header(anna, name, expected):
    blob_id = upload(anna, SMALL).json["blobId"]
    assert download(anna, blob_id, name).headers["content-disposition"] == expected


@pytest.mark.parametrize("type", ["", "x", "text/html%0d%0aSet-Cookie:%20a", "a/b/c", "%ff/x"])
def test_a_type_that_is_none_becomes_octet_stream(anna, type):
    blob_id = upload(anna, SMALL).json["blobId"]
    answer = download(anna, blob_id, query=f"?accept={type}")
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "query", ["?accept=image/svg+xml", "?" + "a=b&" * 1000 + "accept=image%2Fsvg%2Bxml"]
)
def test_the_type_is_the_one_asked_for(anna, query):
    answer = download(anna, upload(anna, SMALL).json["blobId"], query=query)
    assert answer.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("octets", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None), ("bytes=5-5", 5, 6)],
)
def test_a_range_is_a_part(anna, octets, text, start, stop):
    answer = download(anna, upload(anna, octets).json["blobId"], range=text)
    assert (answer.status, answer.body) == (206, octets[start:stop])
    first = start % len(octets)
    last = first + len(answer.body) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(octets)}"


@pytest.mark.parametrize(
    "text", ["bytes=9-1", "bytes=-", "items=0-1", "bytes=0-1,3-4", "bytes=x-1"]
)
def test_a_range_not_understood_is_ignored(anna, text):
    assert download(anna, upload(anna, SMALL).json["blobId"], range=text).status == 200


@pytest.mark.parametrize("text", ["bytes=2048-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(anna, text):
    answer = download(anna, upload(anna, SMALL).json["blobId"], range=text)
    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */2048")


def test_what_the_client_has_is_not_sent_again(anna):
    blob_id = upload(anna, SMALL).json["blobId"]
    headers = {"if-none-match": f'"{blob_id}"'}
    answer = anna.request("GET", f"/download/anna/{blob_id}/x", b"", headers)
    assert (answer.status, answer.body) == (304, b"")
    stale = {"if-range": '"old"', "range": "bytes=0-1"}
    assert anna.request("GET", f"/download/anna/{blob_id}/x", b"", stale).status == 200


def test_a_blob_of_somebody_else_is_not_found(anna, bert):
    blob_id = upload(anna, SMALL).json["blobId"]
    assert download(bert, blob_id).status == 404
    assert bert.request("GET", f"/download/anna/{blob_id}/x").status == 404
    assert bert.request("POST", "/upload/anna/", b"x").status == 404


def test_an_upload_into_a_shared_account_is_the_uploaders_alone(anna, shared):
    blob_id = shared.request("POST", "/upload/anna/", b"mine").json["blobId"]
    assert shared.request("GET", f"/download/anna/{blob_id}/x").body == b"mine"
    assert download(anna, blob_id).status == 404


@pytest.mark.parametrize("path", ["/download/anna", "/download/anna/Gxx", "/download/anna/G1/x"])
def test_a_path_that_names_no_blob_is_not_found(anna, path):
    assert anna.request("GET", path).status == 404


@pytest.mark.parametrize("blob_id", ["G../../etc/passwd", "G" + "0" * 64, "G" + "0" * 63, "x"])
def test_an_id_that_is_none_is_not_found(anna, blob_id):
    assert anna.request("GET", f"/download/anna/{blob_id}/x").status == 404


def test_too_large_a_file_is_refused_and_leaves_nothing(anna, core):
    headers = {"content-length": str(4 << 20)}
    answers = [upload(anna, LARGE * 2), anna.request("POST", "/upload/anna/", b"", headers)]
    for answer in answers:
        assert (answer.status, answer.json["limit"]) == (413, "maxSizeUpload")
    assert list((core.blobs.folder / "incoming").iterdir()) == []


def test_uploads_above_the_limit_wait_for_their_turn(anna):
    async def two():
        uploads = (anna.arequest("POST", "/upload/anna/", b"x" * n) for n in (1, 2))
        return await asyncio.gather(*uploads)

    assert [answer.status for answer in asyncio.run(two())] == [201, 201]


def test_beyond_the_quota_the_oldest_uploads_go(anna, clock):
    first = upload(anna, LARGE).json["blobId"]
    clock.advance(10)
    second = upload(anna, LARGE[1:]).json["blobId"]
    clock.advance(10)
    third = upload(anna, LARGE[2:]).json["blobId"]
    found = [download(anna, blob_id).status for blob_id in (first, second, third)]
    assert found == [404, 200, 200]


def test_an_upload_again_lasts_longer(anna, clock, core):
    blob_id = upload(anna, SMALL).json["blobId"]
    clock.advance(KEEP_SECONDS - 10)
    upload(anna, SMALL)
    clock.advance(20)
    core.database.write(core.blobs.expire)
    assert download(anna, blob_id).status == 200


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/upload/anna/"), ("POST", "/download/a/b/c")]
)
def test_other_methods_are_refused(anna, method, path):
    answer = anna.request(method, path)
    assert answer.status == 405
    assert answer.headers["allow"]


def test_head_tells_of_a_blob_without_it(anna):
    blob_id = upload(anna, SMALL).json["blobId"]
    answer = anna.request("HEAD", f"/download/anna/{blob_id}/x")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(SMALL))
