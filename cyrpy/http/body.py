"""Bounded request bodies: at most so many octets, before and after inflating, in bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Generator, Iterator
from typing import Any

from cyrpy.http.inflate import INFLATERS, InflateError, Inflater
from cyrpy.http.problem import HttpError
from cyrpy.http.scope import BODY_LIMITS, BodyLimits, Message, Receive, Scope, headers_of

SLOWEST = 1000  # octets a second, on average, once the first patience is over
DEFAULTS = BodyLimits()
ENCODINGS = "zstd, gzip, deflate, identity"
ACCEPTED = ((b"accept-encoding", ENCODINGS.encode()),)  # of requests (RFC 9110 §12.5.3)
CLOSE = ((b"connection", b"close"),)


class ClientDisconnected(Exception):
    """The client went away before its request was complete."""


class BodyTooLarge(HttpError):
    """The body has, or would inflate to, more than `limit` octets."""

    def __init__(self, limit: int) -> None:
        detail = f"the request body may have at most {limit} octets (also when inflated)"
        super().__init__(413, detail=detail, extra={"limit": limit})
        self.limit = limit


class UnsupportedEncoding(HttpError):
    """The body has a Content-Encoding that is not known here."""

    def __init__(self, encoding: str) -> None:
        detail = f"content-encoding {encoding[:40]!r} is not accepted; these are: {ENCODINGS}"
        super().__init__(415, detail=detail, headers=ACCEPTED)


class BodyUnreadable(HttpError):
    """The body is not what its Content-Encoding or Content-Length says."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, detail=detail)


class BodyTimeout(HttpError):
    """The rest of the body did not come in time."""

    def __init__(self, seconds: float) -> None:
        detail = (
            f"the request body came too slowly: no piece within {seconds:g} s, "
            f"or less than {SLOWEST} octets a second"
        )
        super().__init__(408, detail=detail, headers=CLOSE)


async def read_body(scope: Scope, receive: Receive, limit: int | None = None) -> bytes:
    """The whole body, inflated; `limit` octets in place of what the server's options say.

    Raises:
        BodyTooLarge: it has more than `limit` octets; known from Content-Length before reading.
        UnsupportedEncoding, BodyUnreadable: it cannot be inflated.
        BodyTimeout: a piece took longer than the options allow.
        ClientDisconnected: the client did not wait for the answer.
    """
    size, patience = scope.get(BODY_LIMITS, DEFAULTS)
    limit = size if limit is None else limit
    inflater = _admit(scope, limit)
    if inflater is None:
        message = await _within(receive, patience)
        if message["type"] == "http.request" and not message.get("more_body", False):
            body: bytes = message.get("body", b"")
            if len(body) > limit:
                raise BodyTooLarge(limit)
            return body
    else:
        message = None
    return b"".join(
        [p async for p in _pieces(_Source(receive, patience, message), limit, inflater)]
    )


def body_stream(scope: Scope, receive: Receive, limit: int | None = None) -> AsyncIterator[bytes]:
    """The body in pieces, inflated; raises what `read_body` raises, at once or while iterating."""
    size, patience = scope.get(BODY_LIMITS, DEFAULTS)
    limit = size if limit is None else limit
    return _pieces(_Source(receive, patience, None), limit, _admit(scope, limit))


def _admit(scope: Scope, limit: int) -> Inflater | None:
    """Refuse what the headers already tell to be too much; else what inflates the body."""
    headers = headers_of(scope)
    length = headers.get(b"content-length")
    if length is not None:
        if not length.isdigit():
            raise BodyUnreadable("content-length is not a number")
        if len(length) > 18 or int(length) > limit:
            raise BodyTooLarge(limit)
    encoding = headers.get(b"content-encoding")
    if encoding is None:
        return None
    encoding = encoding.strip().lower()
    if encoding in {b"identity", b""}:
        return None
    make = INFLATERS.get(encoding)
    if make is None:
        raise UnsupportedEncoding(encoding.decode("latin-1"))
    return make()


async def _pieces(source: _Source, limit: int, inflater: Inflater | None) -> AsyncIterator[bytes]:
    """The pieces of the body; the octets that come and those that they inflate to are counted."""
    coming = plain = 0
    async for data in source:
        coming += len(data)
        if coming > limit:
            raise BodyTooLarge(limit)
        if inflater is None:
            yield data
            continue
        for piece in _inflated(inflater, data):
            plain += len(piece)
            if plain > limit:
                raise BodyTooLarge(limit)
            yield piece
    if inflater is not None:
        try:
            inflater.finish()
        except InflateError as exc:
            raise BodyUnreadable(f"the compressed request body is corrupt: {exc}") from exc


def _inflated(inflater: Inflater, data: bytes) -> Iterator[bytes]:
    """What `data` inflates to, in pieces."""
    try:
        yield from inflater.feed(data)
    except InflateError as exc:
        raise BodyUnreadable(f"the compressed request body is corrupt: {exc}") from exc


class _Source:
    """The body's pieces as they come, each in time; `first` may have been received already."""

    def __init__(self, receive: Receive, patience: float, first: Message | None) -> None:
        self._receive = receive
        self._patience = patience
        self._message = first

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._patience
        while True:
            message = self._message or await _within(
                self._receive, max(0.0, min(self._patience, latest - loop.time()))
            )
            self._message = None
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            data: bytes = message.get("body", b"")
            latest += len(data) / SLOWEST
            if data:
                yield data
            if not message.get("more_body", False):
                return


async def _within(receive: Receive, seconds: float) -> Message:
    """The next message; a timer is set only if it has not come yet.

    (A timer costs 2 µs, more than the rest of reading a small body, which is nearly always here.)

    Raises:
        BodyTimeout: it did not come within `seconds`.
    """
    steps = receive().__await__()
    try:
        waited_for = next(steps)
    except StopIteration as done:
        message: Message = done.value
        return message
    try:
        async with asyncio.timeout(seconds):
            return await _Rest(steps, waited_for)
    except TimeoutError as exc:
        raise BodyTimeout(seconds) from exc


class _Rest(Awaitable[Message]):
    """What is left of an awaitable whose first step was taken and waits for a future."""

    def __init__(self, steps: Generator[Any, None, Message], waited_for: object) -> None:
        self._steps = steps
        self._waited_for = waited_for

    def __await__(self) -> Generator[Any, None, Message]:
        try:
            yield self._waited_for
        except BaseException as exc:  # noqa: BLE001 a cancellation belongs to what is waited for
            try:
                waited_for = self._steps.throw(exc)
            except StopIteration as done:
                message: Message = done.value
                return message
            return (yield from _Rest(self._steps, waited_for).__await__())
        return (yield from self._steps)
