"""Bounded request bodies: sizes before and after inflating, encodings, time."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib

import pytest
import zstandard
from host_support import http_scope, receiver
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.http.body import (
    BodyTimeout,
    BodyTooLarge,
    BodyUnreadable,
    ClientDisconnected,
    UnsupportedEncoding,
    body_stream,
    read_body,
)
from cyrpy.http.scope import BODY_LIMITS, BodyLimits

ENCODERS = {
    b"gzip": gzip.compress,
    b"x-gzip": gzip.compress,
    b"deflate": zlib.compress,
    b"zstd": zstandard.ZstdCompressor().compress,
    b"Identity": lambda data: data,
}


def impatient(seconds: float):
    """A request whose body may take no longer between two pieces."""
    return http_scope("POST") | {BODY_LIMITS: BodyLimits(patience=seconds)}


def read(*pieces: bytes, limit=1000, encoding: bytes | None = None, length: bytes | None = None):
    headers = [] if encoding is None else [(b"content-encoding", encoding)]
    if length is not None:
        headers.append((b"content-length", length))
    return asyncio.run(read_body(http_scope("POST", headers=headers), receiver(*pieces), limit))


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    ends = [*places, len(data)]
    return [data[a:b] for a, b in zip([0, *places], ends, strict=True)]


def test_reads_a_body_in_one_message():
    assert read(b"hello") == b"hello"


def test_joins_pieces():
    assert read(b"he", b"", b"llo") == b"hello"


def test_refuses_by_content_length_before_reading():
    async def never():
        raise AssertionError("the body was read")

    scope = http_scope("POST", headers=[(b"content-length", b"1001")])
    with pytest.raises(BodyTooLarge) as caught:
        asyncio.run(read_body(scope, never, 1000))
    assert caught.value.limit == 1000
    assert "1000" in str(caught.value)


@pytest.mark.parametrize("length", [b"x", b"-1", b"1_0", b""])
def test_refuses_a_content_length_that_is_no_number(length):
    with pytest.raises(BodyUnreadable):
        read(b"", length=length)


def test_refuses_a_content_length_of_thousands_of_digits():
    with pytest.raises(BodyTooLarge):
        read(b"", length=b"9" * 5000)


@pytest.mark.parametrize("pieces", [(bytes(1001),), (bytes(600), bytes(401))])
def test_counts_bodies_without_a_length(pieces):
    with pytest.raises(BodyTooLarge):
        read(*pieces)


@given(
    data=st.binary(max_size=900),
    cuts=st.lists(st.integers(0, 2000), max_size=5),
    encoding=st.sampled_from(sorted(ENCODERS)),
)
def test_inflates_what_was_compressed_however_it_is_cut(data, cuts, encoding):
    assert read(*split(ENCODERS[encoding](data), cuts), encoding=encoding) == data


@pytest.mark.parametrize("encoding", [b"gzip", b"zstd"])
def test_inflates_several_members_in_a_row(encoding):
    encode = ENCODERS[encoding]
    assert read(encode(b"one") + encode(b"two"), encoding=encoding) == b"onetwo"


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"zstd"])
def test_a_bomb_is_refused_early(encoding):
    bomb = ENCODERS[encoding](bytes(200 << 20))
    seen = 0

    async def consume():
        nonlocal seen
        scope = http_scope("POST", headers=[(b"content-encoding", encoding)])
        async for piece in body_stream(scope, receiver(bomb), 1 << 20):
            seen += len(piece)

    with pytest.raises(BodyTooLarge):
        asyncio.run(consume())
    assert seen <= 1 << 20


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"zstd"])
def test_data_cut_short_is_unreadable(encoding):
    with pytest.raises(BodyUnreadable):
        read(ENCODERS[encoding](b"x" * 500)[:-5], encoding=encoding)


@given(data=st.binary(min_size=1, max_size=200), encoding=st.sampled_from([b"gzip", b"zstd"]))
def test_garbage_is_unreadable_or_data_never_another_error(data, encoding):
    with contextlib.suppress(BodyUnreadable, BodyTooLarge):
        read(data, encoding=encoding)


@pytest.mark.parametrize("encoding", [b"br", b"gzip, gzip", b"\xff", b"compress"])
def test_an_unknown_encoding_is_refused_with_the_known_ones(encoding):
    with pytest.raises(UnsupportedEncoding, match="zstd, gzip, deflate, identity"):
        read(b"x", encoding=encoding)


def test_streams_pieces_as_they_come():
    async def pieces():
        return [p async for p in body_stream(http_scope("PUT"), receiver(b"a", b"b", b"c"), 10)]

    assert asyncio.run(pieces()) == [b"a", b"b", b"c"]


def test_a_body_that_does_not_come_times_out():
    async def never():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(BodyTimeout) as caught:
        asyncio.run(read_body(impatient(0.01), never, 10))
    assert caught.value.status == 408
    assert (b"connection", b"close") in caught.value.headers


def test_a_body_that_drips_times_out():
    async def drip():
        await asyncio.sleep(0.004)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(BodyTimeout):
        asyncio.run(read_body(impatient(0.02), drip, 1000))


def test_a_message_that_has_to_be_waited_for_is_read():
    async def later():
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return {"type": "http.request", "body": b"late"}

    assert asyncio.run(read_body(http_scope("POST"), later, 10)) == b"late"


def test_a_cancellation_reaches_what_is_waited_for():
    ended = []

    async def never():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    async def main():
        task = asyncio.create_task(read_body(http_scope("POST"), never, 10))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended


def test_a_client_that_goes_away_ends_the_reading():
    async def gone():
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnected):
        asyncio.run(read_body(http_scope("POST"), gone, 10))
