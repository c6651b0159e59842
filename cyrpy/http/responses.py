"""Small senders for raw ASGI leaves: an answer in one call.

They send a body for HEAD too: the outer layer drops it and keeps its content-length.
"""

from __future__ import annotations

import orjson

from cyrpy.http.scope import HeaderList, Send

JSON = b"application/json"


async def send_bytes(
    send: Send, status: int, body: bytes, content_type: bytes, headers: HeaderList = ()
) -> None:
    """Answer with `body`, whole."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", content_type),
                (b"content-length", b"%d" % len(body)),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, value: object, headers: HeaderList = ()) -> None:
    """Answer with `value` as JSON."""
    await send_bytes(send, status, orjson.dumps(value), JSON, headers)


async def send_empty(send: Send, status: int, headers: HeaderList = ()) -> None:
    """Answer without a body; 204 and 304 have no content-length either (RFC 9110 §8.6)."""
    length = () if status in {204, 304} else ((b"content-length", b"0"),)
    await send({"type": "http.response.start", "status": status, "headers": [*length, *headers]})
    await send({"type": "http.response.body", "body": b""})


async def send_redirect(send: Send, status: int, location: str) -> None:
    """Answer with a redirection to `location`, an absolute URL or path in ASCII."""
    await send_empty(send, status, ((b"location", location.encode("ascii")),))
