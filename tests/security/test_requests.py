"""Paths, Host headers and origins that are made up (RFC 8620 §8; RFC 9110 §17)."""

from __future__ import annotations

import pytest

from tests.security.test_other_accounts import uploaded

ANYWHERE = "https://evil.example"


@pytest.mark.parametrize(
    "path",
    [
        "{account}/../../../etc/passwd",
        "{account}/..%2f..%2fetc%2fpasswd/x",
        "{account}/%2e%2e/%2e%2e/x",
        "../{account}/{blob}/x",
        "{account}/{blob}/../../../../etc/passwd",
        "{account}/G../../../../etc/passwd/x",
        "{account}/G" + "0" * 64 + "/x",
        "{account}//x",
        "{account}/{blob}",
        "",
    ],
)
def test_no_path_leads_out_of_the_blobs(anna, path):
    client = anna.client
    filled = path.format(account=client.account, blob=uploaded(client))
    answer = client.get(f"/jmap/download/{filled}")
    assert answer.status in {200, 400, 404}
    assert answer.body == b"secret" if answer.status == 200 else b"root:" not in answer.body


@pytest.mark.parametrize("name", ["../../x", "..%2f..%2fx", "a\r\nX-Evil: 1", 'a"b', "%0d%0aX: 1"])
def test_the_name_of_a_download_is_only_a_name(anna, name):
    client = anna.client
    answer = client.get(f"/jmap/download/{client.account}/{uploaded(client)}/{name}")
    disposition = answer.headers.get("content-disposition", "attachment")
    assert disposition.startswith("attachment")
    assert not set("\r\n/").intersection(disposition)
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "type", ["text/html", "image/svg+xml", "application/xhtml+xml", "x\r\nA: b"]
)
def test_no_browser_runs_a_download(anna, type):
    client = anna.client
    blob = uploaded(client, b"<script>alert(1)</script>")
    answer = client.get(f"/jmap/download/{client.account}/{blob}/x?accept={type}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost:99999", "a b", 'x"y', "x/../y", "x\\y", "[::1", "", "x" * 999],
)
def test_a_made_up_host_reaches_nothing_else(anna, host):
    answer = anna.client.server.request(
        "GET", "/jmap/", headers={"host": host, **anna.client.sign_in}
    )
    assert answer.status in {200, 400}
    if answer.status == 200:
        assert answer.json["username"] == anna.client.name
        assert answer.headers.get("cache-control", "").startswith("no-cache, no-store")


@pytest.mark.parametrize(
    "header", ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "forwarded"]
)
def test_who_is_no_proxy_is_not_believed(anna, header):
    headers = {header: "evil.example", **anna.client.sign_in}
    answer = anna.client.server.request("GET", "/jmap/", headers=headers)
    assert answer.json["apiUrl"] == "http://localhost/jmap/"


def test_a_preflight_needs_no_sign_in(anna):
    headers = {
        "origin": ANYWHERE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    answer = anna.client.server.request("OPTIONS", "/jmap/", headers=headers)
    assert answer.status in {200, 204}
    assert "access-control-allow-origin" in answer.headers
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()


def test_no_origin_may_send_credentials_that_a_browser_adds(anna):
    headers = {"origin": ANYWHERE, **anna.client.sign_in}
    answer = anna.client.server.request("GET", "/jmap/", headers=headers)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_form_of_another_site_is_no_request(anna, type):
    headers = dict(anna.client.sign_in) | ({"content-type": type} if type else {})
    body = b'[["setCalendars", {"create": {"k": {"name": "x"}}}, "c"]]'
    answer = anna.client.server.request("POST", "/jmap/", body, headers)
    assert answer.status == 415
    assert list(anna.all()) == ["Default"]


@pytest.mark.parametrize("path", ["/jmap/", "/jmap", "/jmap/upload/x/", "/jmap/download/x/y/z"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_nothing_is_served_without_sign_in(anna, method, path):
    answer = anna.client.server.request(method, path, b"[]")
    assert answer.status in {401, 405}
    assert ("www-authenticate" in answer.headers) is (answer.status == 401)


def test_a_password_over_an_open_line_is_refused_unread(anna):
    answer = anna.client.server.request(
        "GET", "/jmap/", headers=anna.client.sign_in, client=("192.0.2.7", 4711)
    )
    assert answer.status in {401, 403}
    assert anna.client.name.encode() not in answer.body
