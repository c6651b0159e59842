"""Compressed responses: zstd or gzip, streamed where the answer is, never for small ones.

What is left as it is, and why:

- An answer with a strong ETag. A compressed variant must not share it (RFC 9110 §8.8.3.3), but
  DAV clients send the ETag of a GET back in If-Match, which needs the very one that PUT and
  PROPFIND tell. Weakening or suffixing it would make every such write fail; objects with an ETag
  are small, and what is big (multistatus, JMAP) has none.
- Parts (206), answers that are encoded already, `no-transform`, and HEAD, whose GET would have
  been compressed only once its length was known.
- Event streams: their few octets must be seen at once by proxies and clients in between.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import Protocol

from cyrpy.host.acceptencoding import preferred
from cyrpy.http.scope import App, HeaderList, Message, Receive, Scope, Send, headers_of

MINIMUM = 1024  # octets; less would not fit into fewer packets
LARGE = 256 << 10  # octets: about 1 ms of gzip, 0.3 of zstd; from here on a thread does it
GZIP_LEVEL = 3  # 68 kB of JSON: 0.26 ms; level 6 takes 0.51 and saves another 12 %
ZSTD_LEVEL = 3  # 68 kB of JSON: 0.08 ms, and 30 % smaller than gzip
FLUSHES = {  # at the end, and before
    "gzip": (zlib.Z_FINISH, zlib.Z_SYNC_FLUSH),
    "zstd": (0, 1),  # zstandard.COMPRESSOBJ_FLUSH_FINISH, COMPRESSOBJ_FLUSH_BLOCK
}
COMPRESSIBLE = frozenset(
    b"application/json application/xml application/javascript application/manifest+json "
    b"application/xhtml+xml image/svg+xml application/wasm message/rfc822".split()
)


class Stream(Protocol):
    """A compressor whose output can be asked for at any time."""

    def compress(self, data: bytes) -> bytes:
        """What `data` adds, as far as it is ready."""

    def flush(self, mode: int) -> bytes:
        """The rest of what was given so far; `mode` says whether it was the end."""


class Compression:
    """ASGI layer that compresses the answers of `app` for clients that ask for it."""

    def __init__(self, app: App, *, minimum: int = MINIMUM) -> None:
        self._app = app
        self._minimum = minimum

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass on; a function, not a coroutine, so that it costs nothing where it does nothing.

        (`vary` is missing from answers to clients that accept no coding: these answers are fit for
        everyone, so no cache can do harm with them.)
        """
        if scope["type"] == "http" and scope["method"] != "HEAD":
            header = headers_of(scope).get(b"accept-encoding")
            coding = preferred(header) if header is not None else None
            if coding is not None:
                send = _Answer(coding, self._minimum, send).send
        return self._app(scope, receive, send)


class _Answer:
    """One answer: holds its start back until the first piece of the body decides."""

    __slots__ = ("_coding", "_minimum", "_passing", "_send", "_start", "_stream")

    def __init__(self, coding: str, minimum: int, send: Send) -> None:
        self._coding = coding
        self._minimum = minimum
        self._send = send
        self._start: Message | None = None
        self._passing = False
        self._stream: Stream | None = None

    def send(self, message: Message) -> Awaitable[None]:
        """Send on, compressed or not."""
        if self._passing:
            return self._send(message)
        if message["type"] == "http.response.start":
            if not _is_eligible(message, self._minimum):
                self._passing = True
                return self._send(message)
            self._start = message
            return _nothing()
        return self._body(message)

    async def _body(self, message: Message) -> None:
        """A piece of the body: the whole, the first, or one more."""
        body: bytes = message.get("body", b"")
        more: bool = message.get("more_body", False)
        start, self._start = self._start, None
        if start is not None and not more:
            await self._whole(start, body)
            return
        if self._stream is None:
            self._stream = _stream(self._coding)
        if start is not None:
            await self._send({**start, "headers": _encoded(start, self._coding, None)})
        piece = await _aside(len(body), partial(_step, self._stream, self._coding, body, more))
        if piece or not more:
            await self._send({"type": "http.response.body", "body": piece, "more_body": more})

    async def _whole(self, start: Message, body: bytes) -> None:
        """An answer in one piece, whose length is known."""
        if len(body) >= self._minimum:
            small = await _aside(len(body), partial(_compress, self._coding, body))
            start = {**start, "headers": _encoded(start, self._coding, len(small))}
            body = small
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


async def _nothing() -> None:
    """What sending a held-back message does."""


async def _aside(octets: int, work: Callable[[], bytes]) -> bytes:
    """Do the work here, or in a thread if it is long (zlib and zstd release the GIL)."""
    if octets < LARGE:
        return work()
    return await asyncio.get_running_loop().run_in_executor(None, work)


def _is_eligible(start: Message, minimum: int) -> bool:
    """Whether the answer may be compressed, as far as its headers tell."""
    if start["status"] in {204, 206, 304}:
        return False
    compressible = False
    for name, value in start.get("headers", ()):
        if name == b"content-type":
            compressible = _is_compressible(value)
        elif name in _CONDITIONS and not _CONDITIONS[name](value, minimum):
            return False
    return compressible


_CONDITIONS: dict[bytes, Callable[[bytes, int], bool]] = {
    b"content-length": lambda value, minimum: int(value) >= minimum,
    b"content-encoding": lambda _value, _minimum: False,
    b"content-range": lambda _value, _minimum: False,
    b"etag": lambda value, _minimum: value.startswith(b"W/"),
    b"cache-control": lambda value, _minimum: b"no-transform" not in value.lower(),
}


@lru_cache(maxsize=256)
def _is_compressible(content_type: bytes) -> bool:
    kind = content_type.partition(b";")[0].strip().lower()
    if kind.startswith(b"text/"):
        return kind != b"text/event-stream"
    return kind in COMPRESSIBLE or kind.endswith((b"+json", b"+xml"))


def _encoded(start: Message, coding: str, length: int | None) -> HeaderList:
    """The headers of the compressed answer; without a length it will be chunked."""
    headers = []
    vary = b"accept-encoding"
    for name, value in start.get("headers", ()):
        if name == b"vary":
            vary = b"%s, %s" % (value, vary)
        elif name not in {b"content-length", b"accept-ranges"}:
            headers.append((name, value))
    headers += [(b"content-encoding", coding.encode()), (b"vary", vary)]
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    return headers


def _compress(coding: str, body: bytes) -> bytes:
    """A whole body; a new zstd context would cost 40 µs, so all but large bodies share one."""
    if coding == "gzip":
        return zlib.compress(body, GZIP_LEVEL, 31)
    if len(body) < LARGE:
        return _shared()(body)
    import zstandard  # noqa: PLC0415 loaded only when a client wants it

    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)


@lru_cache(maxsize=1)
def _shared() -> Callable[[bytes], bytes]:
    """The zstd context of the event loop's thread, which no other thread may use."""
    import zstandard  # noqa: PLC0415 loaded only when a client wants it

    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress


def _stream(coding: str) -> Stream:
    if coding == "gzip":
        return zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 31)
    import zstandard  # noqa: PLC0415 loaded only when a client wants it

    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()


def _step(stream: Stream, coding: str, body: bytes, more: bool) -> bytes:
    """What `body` adds to the stream, all of it: whoever sent it wants it to arrive now."""
    end, so_far = FLUSHES[coding]
    return stream.compress(body) + stream.flush(so_far if more else end)
