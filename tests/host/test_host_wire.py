"""What clients may do on a connection: garbage, pipelining, slowness, too much of anything."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest
from host_support import EchoApp, running, wait_for

from cyrpy.host.outer import OuterLayer
from cyrpy.host.protocol import ConnectionLimits

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
QUICK = ConnectionLimits(
    connections=20, head=4096, head_timeout=0.5, idle_timeout=0.9, write_timeout=0.9
)


def post(body: bytes, *headers: bytes, path=b"/p") -> bytes:
    lines = [b"POST %s HTTP/1.1" % path, b"Host: x", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks: bytes, end=b"0\r\n\r\n") -> bytes:
    head = b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + end


@pytest.fixture(scope="module")
def server():
    with running(OuterLayer(EchoApp())) as server:
        yield server


@pytest.fixture(scope="module")
def strict():
    with running(OuterLayer(EchoApp()), QUICK) as server:
        yield server


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"FOO / HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"DELETE /folder/#part HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_garbage_is_answered_400_and_closed_and_the_server_lives(server, garbage):
    with server.connect() as client:
        answer = client.ask(garbage)
        assert answer.status == 400
        assert answer.header(b"content-type") == b"application/problem+json"
        assert client.is_closed()
    with server.connect() as client:
        assert client.ask(GET).status == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        post(b"x", b"Content-Encoding: gzip"),
        post(b"x", b"Content-Encoding: br"),
        post(bytes(2000)),
        chunked(bytes(2000)),
        b"GET /%00%ff%zz?%%%=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_a_bad_request_is_never_a_500(server, request_):
    with server.connect() as client:
        assert client.ask(request_).status < 500


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (post(bytes(2000)), 413),
        (post(bytes(99_000)), 413),
        (post(b"x", b"Content-Encoding: br"), 415),
        (post(b"x", b"Content-Encoding: zstd"), 400),
    ],
)
def test_the_next_request_on_the_connection_works(server, bad, status):
    with server.connect() as client:
        assert client.ask(bad).status == status
        assert client.ask(GET).body == b"/a:"


def test_a_413_names_the_limit(server):
    with server.connect() as client:
        assert b'"limit":1000' in client.ask(post(bytes(2000))).body


def test_an_unread_large_body_ends_the_connection_after_the_answer(server):
    with server.connect() as client:
        client.say(b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
        client.say(bytes(500_000))
        answer = client.answer()
        assert answer.status == 413
        assert answer.header(b"connection") == b"close"
        client.say(bytes(600_000))  # beyond what is drained
        assert client.is_closed()


def test_an_unread_chunked_body_ends_the_connection_after_the_answer(server):
    with server.connect() as client:
        client.say(chunked(bytes(2000), end=b""))
        answer = client.answer()
        assert (answer.status, answer.header(b"connection")) == (413, b"close")
        client.say(b"0\r\n\r\n")
        assert client.is_closed()


@pytest.mark.parametrize("framing", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_come_is_answered_408_and_closed(server, framing):
    with server.connect() as client:
        answer = client.ask(b"POST /impatient HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n")
        assert (answer.status, answer.header(b"connection")) == (408, b"close")
        assert client.is_closed()


def test_a_transfer_coding_that_is_not_understood_is_refused(server):
    with server.connect() as client:
        head = b"POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        assert client.ask(head + b"0\r\n\r\n").status == 501


def test_expect_is_answered_before_the_body_is_read(server):
    with server.connect() as client:
        request = post(b"hello", b"Expect: 100-continue")
        head, _, body = request.partition(b"\r\n\r\n")
        assert client.ask(head + b"\r\n\r\n").status == 100
        assert client.ask(body).body == b"/p:hello"
        assert client.ask(GET).status == 200


def test_an_expectation_that_is_refused_closes(server):
    with server.connect() as client:
        head = b"POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        answer = client.ask(head + b"Content-Length: 2000\r\n\r\n")
        assert (answer.status, answer.header(b"connection")) == (413, b"close")
        assert client.is_closed()


def test_pipelined_requests_are_answered_in_order(server):
    paths = [b"/%d" % i for i in range(50)]
    with server.connect() as client:
        client.say(b"".join(post(b"x", path=path) for path in paths))
        assert [client.answer().body for _ in paths] == [path + b":x" for path in paths]


def test_garbage_after_good_requests_waits_for_their_answers(server):
    with server.connect() as client:
        client.say(GET + GET + b"garbage\r\n\r\n")
        assert [client.answer().status for _ in range(3)] == [200, 200, 400]
        assert client.is_closed()


def test_a_bad_body_behind_a_good_request_does_not_disturb_its_answer(server):
    with server.connect() as client:
        client.say(GET + chunked(b"abc", end=b"zz\r\n"))
        assert [client.answer().status for _ in range(2)] == [200, 400]


def test_too_many_requests_ahead_are_refused(server):
    with server.connect() as client:
        client.say(GET * 300)
        statuses = [client.answer().status for _ in range(102)]
        assert statuses[:101] == [200] * 101
        assert statuses[101] == 429


def test_a_request_may_come_octet_by_octet(server):
    with server.connect() as client:
        for i in range(len(request := post(b"hi"))):
            client.say(request[i : i + 1])
        assert client.answer().body == b"/p:hi"


def test_head_has_the_length_and_no_body(server):
    with server.connect() as client:
        client.say(b"HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.answer(head=True).header(b"content-length") == b"3"
        assert client.ask(GET).body == b"/a:"


@pytest.mark.parametrize("pieces", [1, 2])
def test_an_upgrade_to_http_2_is_ignored_and_the_body_read(server, pieces):
    upgrade = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAM")
    request = post(b"hello", *upgrade)
    with server.connect() as client:
        if pieces == 1:
            client.say(request + GET)
        else:
            client.say(request[:-3])
            client.say(request[-3:] + GET)
        assert [client.answer().body for _ in range(2)] == [b"/p:hello", b"/a:"]


def test_an_upgrade_without_body_is_ignored(server):
    upgrade = b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with server.connect() as client:
        client.say(upgrade * 3 + GET)
        assert [client.answer().body for _ in range(4)] == [b"/a:"] * 4


def test_http_1_0_closes(server):
    with server.connect() as client:
        answer = client.ask(b"GET /a HTTP/1.0\r\n\r\n")
        assert (answer.body, answer.header(b"connection")) == (b"/a:", b"close")
        assert client.is_closed()


@pytest.mark.parametrize("step", [1 << 20, 1000])
@pytest.mark.parametrize(
    ("flood", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9000, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"GET /" + b"a" * 9000, 414),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (chunked(b"x", end=b"0\r\nT: " + b"t" * 9000), 400),
        (chunked(b"x", end=b"1;" + b"e" * 9000), 400),
    ],
)
def test_floods_of_anything_but_content_are_refused(strict, flood, status, step):
    with strict.connect() as client:
        with contextlib.suppress(ConnectionError):  # it may be refused before it is all said
            for i in range(0, len(flood), step):
                client.say(flood[i : i + step])
        assert client.answer().status == status
        assert client.is_closed()


def test_ordinary_chunks_are_no_flood(strict):
    with strict.connect() as client:
        assert len(client.ask(chunked(*[b"ab"] * 400)).body) == 803


def test_a_head_that_drips_is_answered_408(strict):
    with strict.connect() as client:
        client.say(b"GET / HTTP/1.1\r\nHost: x\r\n")
        answer = client.answer()
        assert answer.status == 408
        assert client.is_closed()


@pytest.mark.parametrize("said", [b"", GET])
def test_silent_connections_are_closed(strict, said):
    with strict.connect() as client:
        if said:
            assert client.ask(said).status == 200
        assert client.is_closed()


def test_the_rest_of_an_ignored_body_must_come_in_time(strict):
    with strict.connect() as client:
        client.say(b"POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
        assert client.answer().body == b"ignored"
        assert client.is_closed()


def test_a_client_that_does_not_read_is_dropped(strict):
    with strict.connect() as client:
        client.say(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        connections = strict.server.server_state.connections
        wait_for(lambda: connections)
        wait_for(lambda: not connections)


def test_connections_over_the_limit_hear_503(strict):
    held = [strict.connect() for _ in range(QUICK.connections)]
    try:
        wait_for(lambda: len(strict.server.server_state.connections) >= QUICK.connections)
        with strict.connect() as client:
            answer = client.ask(GET)
            assert answer.status == 503
            assert answer.header(b"retry-after") == b"5"
            assert client.is_closed()
    finally:
        for client in held:
            client.socket.close()


def test_a_graceful_end_finishes_running_requests():
    running_now, go_on = threading.Event(), threading.Event()

    async def slow(scope, receive, send):
        running_now.set()
        await asyncio.to_thread(go_on.wait, 10)
        await EchoApp.echo(scope, receive, send)

    with running(OuterLayer(EchoApp(slow))) as server, server.connect() as client:
        client.say(GET)
        assert running_now.wait(10)
        server.server.should_exit = True
        wait_for(lambda: not server.server.servers[0].is_serving())
        go_on.set()
        answer = client.answer()
        assert (answer.body, answer.header(b"connection")) == (b"/a:", b"close")
