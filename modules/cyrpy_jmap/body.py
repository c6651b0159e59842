"""Request bodies, bounded, whole or as they come; JSON within bounds (RFC 8620 §3.6.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Generator
from typing import Any, Final

import orjson
from starlette.types import Message, Receive, Scope

from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.references import MAX_DEPTH

PATIENCE: Final = 60  # seconds without a piece of the body
MAX_BRACKETS: Final = 1_000_000  # arrays and objects cost 56 octets of memory for two of text
DEPTH: Final = MAX_DEPTH + 4  # methodCalls, the call, its arguments


PATH: Final = "cyrpy.jmap.path"  # in the scope: what follows the endpoint's name, split at /


class ClientDisconnected(Exception):
    """The client went away before its request was complete."""


def header(scope: Scope, name: bytes) -> str | None:
    """The first line of a header of the request, by its lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


async def body_stream(
    scope: Scope, receive: Receive, limit: int, name: str
) -> AsyncIterator[bytes]:
    """The pieces of the body.

    Raises:
        RequestError: `limit` if it has more than `limit` octets, which `name` advertises; 408 if
            it comes too slowly, 415 if it has a Content-Encoding.
        ClientDisconnected: it ended early.
    """
    _admit(scope, limit, name)
    size = 0
    more = True
    while more:
        piece, more = await _next(receive)
        size += len(piece)
        if size > limit:
            raise _too_large(limit, name)
        if piece:
            yield piece


async def read_body(scope: Scope, receive: Receive, limit: int, name: str) -> bytes:
    """The whole body; raises what `body_stream` raises."""
    _admit(scope, limit, name)
    pieces = bytearray()
    more = True
    while more:
        piece, more = await _next(receive)
        if len(pieces) + len(piece) > limit:
            raise _too_large(limit, name)
        if not more and not pieces:
            return piece  # nearly always
        pieces += piece
    return bytes(pieces)


def _admit(scope: Scope, limit: int, name: str) -> None:
    """Refuse what the headers tell already."""
    for key, value in scope["headers"]:
        if key == b"content-length" and value.isdigit() and int(value[:20]) > limit:
            raise _too_large(limit, name)
        if key == b"content-encoding" and value.lower() != b"identity":
            raise RequestError("about:blank", 415, "send the body without a Content-Encoding")


async def _next(receive: Receive) -> tuple[bytes, bool]:
    """The next piece of the body, and whether another one follows.

    A timer is set only for what has not come yet: it costs half as much as all of Core/echo.
    """
    steps = receive().__await__()
    try:
        waited_for = next(steps)
    except StopIteration as done:
        message: Message = done.value
    else:
        message = await _in_time(_Rest(steps, waited_for))
    if message["type"] == "http.disconnect":
        raise ClientDisconnected
    return message.get("body", b""), message.get("more_body", False)


async def _in_time(coming: Awaitable[Message]) -> Message:
    try:
        async with asyncio.timeout(PATIENCE):
            return await coming
    except TimeoutError as exc:
        error = RequestError("about:blank", 408, f"no piece of the body came within {PATIENCE} s")
        error.headers = ((b"connection", b"close"),)
        raise error from exc


class _Rest(Awaitable[Message]):
    """What is left of a coroutine that was stepped until it waited for something."""

    def __init__(self, steps: Generator[Any, None, Message], waited_for: object) -> None:
        self._steps = steps
        self._waited_for = waited_for

    def __await__(self) -> Generator[Any, None, Message]:
        try:
            yield self._waited_for
        except BaseException as exc:  # noqa: BLE001 - a cancellation is for what is waited for
            self._steps.throw(exc)
        return (yield from self._steps)


def _too_large(limit: int, name: str) -> RequestError:
    return RequestError(
        "limit",
        413 if name == "maxSizeUpload" else 400,
        f"the request body may have at most {limit} octets ({name})",
        limit=name,
    )


def check_json_type(scope: Scope) -> None:
    """Refuse what is not declared to be JSON in UTF-8.

    A request without a type is refused too: a browser sends such for a page of another site
    without asking first, and with the user's Basic credentials.

    Raises:
        RequestError: `notJSON`.
    """
    value = header(scope, b"content-type") or ""
    if value == "application/json":
        return
    media_type, *parameters = (part.strip().lower() for part in value.split(";"))
    charset = next((p for p in parameters if p.startswith("charset=")), "charset=utf-8")
    if media_type != "application/json" or charset.replace('"', "") != "charset=utf-8":
        raise RequestError(
            "notJSON",
            415,
            f"Content-Type is {value[:100]!r}; it must be application/json, and the text UTF-8",
        )


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value of an I-JSON text (RFC 7493) of bounded depth and breadth (RFC 8259 §9).

    Raises:
        RequestError: `notJSON`.
    """
    try:
        brackets = body.count(b"[") + body.count(b"{")
        if brackets > MAX_BRACKETS:
            raise RequestError("notJSON", 400, f"more than {MAX_BRACKETS} arrays and objects")
        value = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise RequestError("notJSON", 400, f"the body is not I-JSON: {exc}") from exc
    if brackets > DEPTH and _is_deeper(value, DEPTH):
        raise RequestError("notJSON", 400, f"nested more than {DEPTH} deep")
    return value


def _is_deeper(value: Any, depth: int) -> bool:  # noqa: ANN401 - any JSON value
    """Whether arrays and objects are nested deeper than `depth`; a level at a time."""
    level = [value]
    for _ in range(depth):
        below: list[Any] = []
        for item in level:
            if type(item) is list:
                below += [v for v in item if type(v) is list or type(v) is dict]
            elif type(item) is dict:
                below += [v for v in item.values() if type(v) is list or type(v) is dict]
        if not below:
            return False
        level = below
    return True
