"""Garbage on the line: each connection gets an answer or an end, and the server goes on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat

import pytest

from tests.support.jmap import CORE, Jmap
from tests.support.process import DEADLINE, Process, token

NEXT = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
MEGABYTE = b"[" * (1 << 20)


@pytest.fixture(scope="module")
def sign_in(process: Process) -> dict[str, str]:
    """The headers of a user."""
    (issued,) = process.add("anna")
    return token(issued)


@pytest.fixture
def jmap(process: Process, sign_in: dict[str, str]) -> Iterator[Jmap]:
    """A client on a connection that is kept."""
    with process.connect() as connection:
        yield Jmap(connection, "anna", sign_in)


def answer_to(process: Process, octets: bytes, until: bytes = b"\n") -> bytes:
    """What the server sends to one who sends that, up to `until` or to its hanging up."""
    with socket.create_connection(("127.0.0.1", process.port), DEADLINE) as line:
        line.sendall(octets)
        answer = b""
        while until not in answer and (piece := line.recv(65536)):
            answer += piece
    return answer


def is_alive(process: Process) -> bool:
    return answer_to(process, NEXT).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "octets",
    [
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /jmap/\r\n\r\n",
        b"GET /jmap/ HTTP/9.9\r\n\r\n",
        b"GET jmap HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /jmap/ HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /jmap/ HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"GET /jmap/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /jmap/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /jmap/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /jmap/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /jmap/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /jmap/ HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(process, octets):
    answer = answer_to(process, octets)
    status = answer.partition(b" ")[2][:3]
    assert answer.startswith(b"HTTP/1.1 ")
    assert b"400" <= status < b"500" or status in {b"501", b"505"}, answer
    assert is_alive(process)


@pytest.mark.parametrize(
    "octets", [b"", b"GET", b"GET /jmap/ HTTP/1.1\r\nHost: x", b"POST / HTTP/1.1\r\nHost: x\r\n"]
)
def test_who_hangs_up_in_the_middle_holds_nothing_up(process, octets):
    with socket.create_connection(("127.0.0.1", process.port), DEADLINE) as line:
        line.sendall(octets)
    assert is_alive(process)


@pytest.mark.parametrize("size", [70_000, 2_000_000])
def test_a_head_without_end_is_cut_off(process, size):
    head = b"GET /jmap/ HTTP/1.1\r\nHost: x\r\nX-Long: "
    try:
        answer = answer_to(process, head + b"x" * size + b"\r\n\r\n")
    except ConnectionError:  # it was closed while we were sending
        answer = b""
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    assert is_alive(process)


@pytest.mark.parametrize(
    "body",
    [b"[", b"\xff", b"{}", b"[1]", b"[" * 5000, b'{"using":[],"methodCalls":[[["a"],{},"c"]]}'],
)
def test_the_connection_is_good_for_the_next_request(jmap, body):
    assert jmap.post(body).status == 400
    assert jmap.post({"using": [CORE], "methodCalls": []}).status == 200


def test_a_body_that_is_too_large_by_its_length_is_refused_before_it_comes(process, sign_in):
    head = "POST /jmap/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {sign_in['authorization']}\r\nContent-Length: 11000000\r\n\r\n"
    assert b'"limit":"maxSizeRequest"' in answer_to(process, head.encode(), b"}")
    assert is_alive(process)


def test_a_hundred_megabytes_in_chunks_are_cut_off(process, sign_in):
    headers = {"content-type": "application/json", "transfer-encoding": "chunked", **sign_in}
    with process.connect() as connection, suppress(ConnectionError):  # closed while we send
        answer = connection.request(
            "POST", "/jmap/", repeat(MEGABYTE, 100), headers, encode_chunked=True
        )
        assert answer.json["limit"] == "maxSizeRequest"
    assert is_alive(process)


@pytest.mark.parametrize(
    "path",
    [
        "/jmap/%00",
        "/jmap/%ff%fe",
        "/jmap/download/%00/%00/%00",
        "/jmap/upload/%00/",
        "/jmap/../etc/passwd",
        "//jmap//",
        "/" + "x" * 8000,
        "/jmap/eventsource/?types=%00&closeafter=x&ping=-1",
        "/%",
        "/jmap?%00=%00",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PROPFIND", "BREW"])
def test_odd_urls_and_methods_are_the_clients_fault(process, sign_in, method, path):
    with process.connect() as connection:
        status = connection.request(method, path, headers=sign_in).status
    assert status < 500 or status == 501


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic \xff",
        "Basic AAAA",
        "Basic YTpi\0",
        "Basic AGE6AGI=",
        "Basic " + "A" * 5000,
        "Bearer",
        "Bearer \x7f",
        "Bearer " + "x" * 5000,
        "Digest username=x",
        "X y z",
    ],
)
def test_an_odd_authorization_is_refused(process, authorization):
    head = f"GET /jmap/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {authorization}"
    answer = answer_to(process, head.encode("latin-1") + b"\r\n\r\n")
    assert answer[9:12] in {b"400", b"401", b"403", b"429"}
