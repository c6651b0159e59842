"""Download (RFC 8620 §6.2): blobs by HTTP, with ranges (RFC 9110 §14), never run by a browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from starlette.types import Receive, Scope, Send

from cyrpy.auth.challenge import Challenges
from cyrpy.auth.identity import SCOPE_KEY, Identity
from cyrpy.data.blobs import Blob
from cyrpy.data.threads import Lane
from cyrpy_jmap.api import Api
from cyrpy_jmap.blob_source import Found
from cyrpy_jmap.body import PATH, header
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.responses import NO_STORE, problem, send_body
from cyrpy_jmap.signing import Signer, sign_download, signed_identity
from cyrpy_jmap.upload import media_type
from cyrpy_jmap.viewer import Viewer

PIECE: Final = 1 << 20  # octets
MAX_NAME: Final = 255  # characters
SAFE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cache-control", b"private, immutable, max-age=31536000"),
    (b"accept-ranges", b"bytes"),
    (b"vary", b"authorization"),
)
_RANGE: Final = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.I)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9 !#$&'()+,.=@^_`{}~-]+", re.ASCII)


class Span(NamedTuple):
    """The octets to send: `start` to `stop` of `size`."""

    start: int
    stop: int
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether that is everything."""
        return self.stop - self.start == self.size


class Download:
    """GET /jmap/download/{accountId}/{blobId}/{name}?accept={type}.

    With a signer also the classic drafts' way for those who cannot send an Authorization header:
    a POST gives a token, with which (`?access_token=`) the file can be had for a while.
    """

    def __init__(self, api: Api, signer: Signer | None = None) -> None:
        self._api = api
        self._signer = signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one blob, or the part of it that was asked for."""
        del receive
        path: list[str] = scope[PATH]
        if len(path) < 3:
            raise problem(404, "the path must be download/{accountId}/{blobId}/{name}")
        signs = scope["method"] == "POST" and self._signer is not None
        if scope["method"] not in {"GET", "HEAD"} and not signs:
            raise problem(405, "files are downloaded by GET", allow="GET, HEAD, OPTIONS")
        identity = await self._identity(scope, path[0], path[1])
        found = await self._find(await self._api.viewer_of(identity), path[0], path[1])
        if signs and self._signer is not None:
            token = sign_download(self._signer, identity, path[0], path[1])
            await send_body(send, 200, token.encode(), b"text/plain", [NO_STORE])
            return
        etag = f'"{path[1]}"'
        if etag in (header(scope, b"if-none-match") or ""):
            await _start(send, 304, [(b"etag", etag.encode()), *SAFE])
            await send({"type": "http.response.body", "body": b""})
            return
        span = span_of(scope, found.size, etag)
        head = [*_describe(scope, "/".join(path[2:]), span), (b"etag", etag.encode()), *SAFE]
        await _start(send, 200 if span.is_whole else 206, head)
        if scope["method"] == "GET":
            async for piece in self._pieces(found, span):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _identity(self, scope: Scope, account_id: str, blob_id: str) -> Identity:
        """Who signed in, or as whom the URL is signed.

        Raises:
            RequestError: 401 if it is nobody.
        """
        signed_in: Identity | None = scope.get(SCOPE_KEY)
        if signed_in is not None:
            return signed_in
        token = _query(scope, "access_token")
        if token is not None and self._signer is not None and scope["method"] != "POST":
            signed = signed_identity(self._signer, token, account_id, blob_id)
            holds: Identity | None = None
            if signed is not None:
                holds = await self._api.services.core.sign_in.refresh(signed)
            if holds is not None:
                return holds
        error = problem(401, "sign in with an Authorization header, or use a URL that is signed")
        error.headers = (Challenges(self._api.services.core.settings.servername).header,)
        raise error

    async def _find(self, viewer: Viewer, account_id: str, blob_id: str) -> Found:
        database = self._api.services.core.database
        found = await database.run(Lane.QUICK, self._lookup, viewer, account_id, blob_id)
        if found is None:
            raise problem(404, "there is no such blob in this account")
        return found

    def _lookup(self, viewer: Viewer, account_id: str, blob_id: str) -> Found | None:
        """What the user may read by that id (on a database thread)."""
        account = viewer.find(account_id)
        if account is None:
            return None
        services = self._api.services
        with services.core.database.read() as unit:
            return services.find_blob(unit, viewer, account, blob_id)

    async def _pieces(self, found: Found, span: Span) -> AsyncIterator[bytes]:
        if found.blob is None:
            yield found.octets[span.start : span.stop]
            return
        database = self._api.services.core.database
        for start in range(span.start, span.stop, PIECE):
            stop = min(start + PIECE, span.stop)
            if found.blob.in_file:  # a disk may be slow: not on a database thread
                yield await asyncio.to_thread(self._from_file, found.blob, start, stop)
            else:
                yield await database.run(Lane.QUICK, self._from_row, found.blob, start, stop)

    def _from_row(self, blob: Blob, start: int, stop: int) -> bytes:
        with self._api.services.core.database.read() as unit:
            return self._api.services.blobs.part(unit, blob, start, stop)

    def _from_file(self, blob: Blob, start: int, stop: int) -> bytes:
        with self._api.services.blobs.path(blob.digest).open("rb") as file:
            file.seek(start)
            return file.read(stop - start)


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


def span_of(scope: Scope, size: int, etag: str) -> Span:
    """What the Range header asks for; all, where there is none, or one not understood.

    Raises:
        RequestError: 416 if it begins after the end.
    """
    whole = Span(0, size, size)
    match = _RANGE.fullmatch(header(scope, b"range") or "")
    condition = header(scope, b"if-range")
    if match is None or match.groups() == ("", "") or condition not in {None, etag}:
        return whole
    first, last = match.groups()
    if not first:
        span = Span(max(0, size - int(last)), size, size)
    elif last and int(last) < int(first):
        return whole
    else:
        span = Span(int(first), min(int(last) + 1, size) if last else size, size)
    if span.start >= size:
        raise _no_such_range(size)
    return span


def _no_such_range(size: int) -> RequestError:
    error = problem(416, f"the file has {size} octets")
    error.headers = ((b"content-range", b"bytes */%d" % size),)
    return error


def _describe(scope: Scope, name: str, span: Span) -> list[tuple[bytes, bytes]]:
    """Type, length, range and name."""
    type = media_type(_query(scope, "accept"))
    headers = [
        (b"content-type", type.encode("latin-1")),
        (b"content-length", b"%d" % (span.stop - span.start)),
        (b"content-disposition", disposition(name).encode("ascii")),
    ]
    if not span.is_whole:
        text = f"bytes {span.start}-{span.stop - 1}/{span.size}"
        headers.append((b"content-range", text.encode()))
    return headers


def _query(scope: Scope, name: str) -> str | None:
    """One variable of the query, in which + is no space: it is part of image/svg+xml (RFC 6570)."""
    for pair in scope.get("query_string", b"").decode("latin-1").split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return unquote(value)
    return None


def disposition(name: str) -> str:
    """Content-Disposition for a file of that name (RFC 6266 §4.3, RFC 8187)."""
    name = "".join(c for c in name if c.isprintable())[-MAX_NAME:]
    if not name:
        return "attachment"
    if _PLAIN_NAME.fullmatch(name):
        return f'attachment; filename="{name}"'
    plain = "".join(c if _PLAIN_NAME.fullmatch(c) else "_" for c in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="!#$&+-.^_`|~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
