"""Answers of raw ASGI endpoints: JSON, and problem documents (RFC 8620 §3.6.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.types import Send

from cyrpy_jmap.errors import RequestError

Headers = Iterable[tuple[bytes, bytes]]
NO_STORE: Final = (b"cache-control", b"no-cache, no-store, must-revalidate")


async def send_body(
    send: Send, status: int, body: bytes, media_type: bytes, headers: Headers = ()
) -> None:
    """Answer with `body`, whole; the host drops it where the method was HEAD."""
    fields = [
        (b"content-type", media_type),
        (b"content-length", b"%d" % len(body)),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, body: bytes, headers: Headers = ()) -> None:
    """Answer with JSON that is written already."""
    await send_body(send, status, body, b"application/json", headers)


async def send_problem(send: Send, error: RequestError) -> None:
    """Answer with the problem document of `error`."""
    await send_body(
        send,
        error.status,
        error.body(),
        b"application/problem+json",
        [NO_STORE, *error.headers],
    )


def problem(status: int, detail: str, *, allow: str | None = None) -> RequestError:
    """A problem that has no type of its own (RFC 9457 §4.2.1); `allow` are the methods of a 405."""
    error = RequestError("about:blank", status, detail)
    if allow is not None:
        error.headers = ((b"allow", allow.encode("ascii")),)
    return error
