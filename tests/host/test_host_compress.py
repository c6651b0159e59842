"""Compressed responses: for whom, which, and what stays as it is."""

from __future__ import annotations

import gzip
import os
import zlib

import pytest
import zstandard
from host_support import answering, call, http_scope
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.host.acceptencoding import parse_accept_encoding, preferred
from cyrpy.host.compress import LARGE, MINIMUM, Compression

TEXT = b'{"a": "some text that can be compressed"}' * 100
JSON = (b"content-type", b"application/json")


def get(app, accept: bytes | None = b"gzip, zstd", method="GET"):
    headers = [] if accept is None else [(b"accept-encoding", accept)]
    return call(Compression(app), http_scope(method, headers=headers))


def inflate(answer) -> bytes:
    coding = answer.header(b"content-encoding")
    if coding == b"gzip":
        return gzip.decompress(answer.body)
    if coding == b"zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(answer.body)
    return answer.body


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (b"gzip, deflate, br, zstd", "zstd"),
        (b"gzip, deflate", "gzip"),
        (b"x-gzip", "gzip"),
        (b"*", "zstd"),
        (b"*;q=0.5, gzip", "gzip"),
        (b"zstd;q=0.5, gzip;q=0.8", "gzip"),
        (b"zstd;q=0, *", "gzip"),
        (b"identity", None),
        (b"identity, gzip;q=0.5", None),
        (b"identity;q=0, gzip;q=0.1", "gzip"),
        (b"br", None),
        (b"", None),
        (b"gzip;q=0", None),
        (b"gzip;q=x", None),
        (b"GZIP ; Q=1.0", "gzip"),
        (b"gzip," * 100, None),
    ],
)
def test_the_client_chooses_and_we_prefer_zstd(header, coding):
    assert preferred(header) == coding


@given(st.binary(max_size=300))
def test_any_header_is_understood_somehow(header):
    assert preferred(header) in {"zstd", "gzip", None}
    assert all(0 <= weight <= 1 for weight in parse_accept_encoding(header).values())


@given(st.dictionaries(st.sampled_from(["gzip", "zstd", "br", "*"]), st.integers(0, 1000)))
def test_weights_come_back(weights):
    header = ", ".join(f"{coding};q={q / 1000:.3f}" for coding, q in weights.items())
    expected = {coding: q / 1000 for coding, q in weights.items()}
    assert parse_accept_encoding(header.encode()) == expected


@pytest.mark.parametrize("accept", [b"gzip", b"zstd"])
@pytest.mark.parametrize("body", [TEXT, os.urandom(LARGE) + TEXT])
def test_compresses_a_whole_answer(accept, body):
    answer = get(answering(body), accept)
    assert answer.header(b"content-encoding") == accept
    assert answer.header(b"content-length") == b"%d" % len(answer.body)
    assert answer.header(b"vary") == b"accept-encoding"
    assert inflate(answer) == body


def test_adds_to_vary():
    answer = get(answering(TEXT, headers=[JSON, (b"vary", b"origin")]))
    assert answer.header(b"vary") == b"origin, accept-encoding"


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-type", b"image/png")],
        [],
        [JSON, (b"content-encoding", b"br")],
        [JSON, (b"content-range", b"bytes 0-1/2")],
        [JSON, (b"cache-control", b"private, No-Transform")],
        [JSON, (b"etag", b'"strong"')],
        [(b"content-type", b"text/event-stream; charset=utf-8")],
    ],
)
def test_leaves_alone_what_must_not_change(headers):
    answer = get(answering(TEXT, headers=headers))
    assert answer.body == TEXT
    assert dict(answer.headers) == {**dict(headers), b"content-length": b"%d" % len(TEXT)}


@pytest.mark.parametrize("status", [206, 304])
def test_leaves_partial_and_unmodified_answers_alone(status):
    assert get(answering(TEXT, status=status)).body == TEXT


@pytest.mark.parametrize("body", [b"", TEXT[: MINIMUM - 1]])
def test_leaves_small_answers_alone(body):
    answer = get(answering(body))
    assert (answer.body, answer.header(b"vary")) == (body, None)


def test_leaves_head_alone():
    assert get(answering(TEXT), method="HEAD").header(b"content-encoding") is None


@pytest.mark.parametrize("accept", [None, b"br"])
def test_leaves_clients_alone_that_do_not_ask(accept):
    assert get(answering(TEXT), accept).body == TEXT


def test_a_weak_etag_does_not_hinder():
    answer = get(answering(TEXT, headers=[JSON, (b"etag", b'W/"weak"')]))
    assert answer.header(b"content-encoding") == b"zstd"


@pytest.mark.parametrize("accept", [b"gzip", b"zstd"])
def test_a_stream_arrives_piece_by_piece(accept):
    pieces = [b"one" * 400, b"", b"two", os.urandom(LARGE), b"three"]

    async def app(scope, receive, send):
        length = (b"content-length", b"%d" % sum(map(len, pieces)))
        await send({"type": "http.response.start", "status": 200, "headers": [JSON, length]})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    answer = get(app, accept)
    assert answer.header(b"content-length") is None
    assert inflate(answer) == b"".join(pieces)
    decoder = (
        zstandard.ZstdDecompressor().decompressobj()
        if accept == b"zstd"
        else zlib.decompressobj(31)
    )
    assert decoder.decompress(answer.pieces[0]) == pieces[0]


def test_a_small_answer_of_unknown_length_stays_as_it_is():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [JSON]})
        await send({"type": "http.response.body", "body": b"{}"})

    assert get(app).body == b"{}"
