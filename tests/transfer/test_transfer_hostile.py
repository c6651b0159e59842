"""Servers that are broken, slow or hostile."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from cyrpy.transfer.dav import client as client_module
from cyrpy.transfer.dav import xml
from cyrpy.transfer.dav.client import TRIES, Client, Login
from cyrpy.transfer.dav.copy import chosen
from cyrpy.transfer.dav.discovery import Remote, find
from cyrpy.transfer.dav.errors import RemoteError
from cyrpy.transfer.dav.fetch import Fetcher
from cyrpy.transfer.dav.listing import look

URL = "https://dav.example.com/"
LOGIN = Login("anna", "secret")
REMOTE = Remote(URL + "cal/", "calendar", "Cal", can_sync=True)

Serve = Callable[[httpx.Request], httpx.Response]


def client(serve: Serve, url: str = URL) -> tuple[Client, list[float]]:
    slept: list[float] = []
    transport = httpx.MockTransport(serve)
    return Client(url, LOGIN, sleep=slept.append, transport=transport), slept


def multistatus(inside: str) -> httpx.Response:
    return httpx.Response(207, content=xml.document("D:multistatus", inside))


def response(href: str, props: str = "", status: str = "200 OK") -> str:
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{props}</D:prop>"
        f"<D:status>HTTP/1.1 {status}</D:status></D:propstat></D:response>"
    )


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<D:multistatus xmlns:D="DAV:"><D:response><D:href>&b;</D:href></D:response></D:multistatus>'
)
FILE = (
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    '<D:multistatus xmlns:D="DAV:"><D:response><D:href>&f;</D:href></D:response></D:multistatus>'
)


@pytest.mark.parametrize("body", [BOMB, FILE, "<a", "", "\x00", "<html/>"])
def test_security_xml_that_nobody_needs_is_refused(body):
    one, _ = client(lambda _: httpx.Response(207, text=body))
    with pytest.raises(RemoteError):
        find(one)


def test_security_an_answer_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(client_module, "MAX_ANSWER", 1 << 16)
    one, _ = client(lambda _: httpx.Response(200, content=(b"x" * 1024 for _ in range(1 << 20))))
    with pytest.raises(RemoteError, match="more than 65536 octets"):
        one.request("GET", URL)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.net/",
        "http://dav.example.com/",
        "https://dav.example.com.evil.net/",
        "file:///etc/passwd",
        "https://anna:x@dav.example.com/",
    ],
)
def test_security_credentials_go_to_no_other_server(target):
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": target})

    one, _ = client(serve)
    with pytest.raises(RemoteError):
        one.request("GET", URL)
    assert asked == [URL]


def test_redirects_on_the_same_service_are_followed_with_their_method():
    asked: list[tuple[str, str]] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, str(request.url)))
        if request.url.host == "dav.example.com":
            return httpx.Response(301, headers={"location": "https://p12.dav.example.com/x/"})
        return httpx.Response(200)

    one, _ = client(serve)
    assert one.request("PROPFIND", URL).url == "https://p12.dav.example.com/x/"
    assert [method for method, _ in asked] == ["PROPFIND", "PROPFIND"]


def test_a_circle_of_redirects_ends():
    one, _ = client(lambda _: httpx.Response(302, headers={"location": URL}))
    with pytest.raises(RemoteError, match="redirects"):
        one.request("GET", URL)


def test_what_may_pass_is_tried_again_and_only_so_often():
    answers = [httpx.Response(503, headers={"retry-after": "7"}), httpx.Response(502)]
    one, slept = client(lambda _: answers.pop(0) if answers else httpx.Response(200))
    assert one.request("GET", URL).status == 200
    assert slept == [7.0, 2.0]
    one, slept = client(lambda _: httpx.Response(503, headers={"retry-after": "99999"}))
    assert one.request("GET", URL).status == 503
    assert slept == [60.0] * (TRIES - 1)


def test_a_server_that_is_not_there_is_said_after_some_tries():
    def serve(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    one, slept = client(serve)
    with pytest.raises(RemoteError, match="refused"):
        one.request("GET", URL)
    assert slept == [1.0, 2.0, 4.0, 8.0]


def test_digest_is_spoken_where_basic_is_not():
    challenge = 'Digest realm="x", nonce="n", qop="auth", algorithm=MD5'

    def serve(request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization", "").startswith("Digest "):
            return httpx.Response(200)
        return httpx.Response(401, headers={"www-authenticate": challenge})

    one, _ = client(serve)
    assert one.request("GET", URL).status == 200


@pytest.mark.parametrize(
    "url", ["ftp://x/", "dav.example.com", "https://u:p@x/", "https://", "https://x:99999999/"]
)
def test_a_url_that_is_none_is_said(url):
    with pytest.raises(RemoteError):
        Client(url, LOGIN)


def test_a_sync_that_never_comes_to_an_end_is_left():
    cut = "<D:response><D:href>/cal/</D:href><D:status>HTTP/1.1 507 x</D:status></D:response>"

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "REPORT":
            return multistatus(cut + "<D:sync-token>same</D:sync-token>")
        return multistatus(response("/cal/a.ics", "<D:getetag>1</D:getetag>"))

    one, _ = client(serve)
    assert look(one, REMOTE, "same", {}).members == {URL + "cal/a.ics": "1"}


def test_a_truncated_sync_is_followed_to_its_end():
    cut = "<D:response><D:href>/cal/</D:href><D:status>HTTP/1.1 507 x</D:status></D:response>"
    pages = [
        multistatus(response("/cal/a.ics") + cut + "<D:sync-token>1</D:sync-token>"),
        multistatus(response("/cal/b.ics") + "<D:sync-token>2</D:sync-token>"),
    ]
    one, _ = client(lambda _: pages.pop(0))
    found = look(one, REMOTE, None, {})
    assert ([url[-5:] for url in found.members], found.sync_token) == (["a.ics", "b.ics"], "2")


def test_a_token_that_is_too_old_means_all_anew():
    def serve(request: httpx.Request) -> httpx.Response:
        if b"old" in request.content:
            return httpx.Response(403)
        return multistatus(response("/cal/a.ics") + "<D:sync-token>new</D:sync-token>")

    one, _ = client(serve)
    found = look(one, REMOTE, "old", {URL + "cal/gone.ics": "x"})
    assert (found.sync_token, found.gone) == ("new", {URL + "cal/gone.ics"})


def test_without_multiget_members_are_got_one_by_one():
    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "REPORT":
            return httpx.Response(501)
        if request.url.path.endswith("gone.ics"):
            return httpx.Response(404)
        if request.url.path.endswith("bad.ics"):
            return httpx.Response(403)
        return httpx.Response(200, content=b"octets", headers={"etag": '"1"'})

    one, _ = client(serve)
    urls = [URL + f"cal/{name}.ics" for name in ("a", "gone", "bad")]
    (batch,) = Fetcher(one, REMOTE).batches(urls)
    assert [(f.octets, f.reason) for f in batch] == [
        (b"octets", ""),
        (None, "the server answered 403"),
    ]


def test_security_members_on_other_servers_are_not_asked_for():
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(501)

    one, _ = client(serve)
    (batch,) = Fetcher(one, REMOTE).batches(["https://evil.example.net/a.ics"])
    assert batch[0].octets is None
    assert set(asked) == {"dav.example.com"}


def test_what_others_share_is_copied_only_when_named():
    own, shared = REMOTE, Remote(URL + "team/", "calendar", "Team", is_shared=True)
    assert chosen([own, shared], []) == [own]
    assert chosen([own, shared], ["Team"]) == [shared]
