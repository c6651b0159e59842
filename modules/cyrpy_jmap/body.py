"""Request bodies, bounded, whole or as they come; JSON within bounds (RFC 8620 §3.6.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope

from cyrpy.http import body
from cyrpy.http.problem import HttpError
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.references import MAX_DEPTH

MAX_BRACKETS: Final = 1_000_000  # arrays and objects cost 56 octets of memory for two of text
DEPTH: Final = MAX_DEPTH + 4  # methodCalls, the call, its arguments
PATH: Final = "cyrpy.jmap.path"  # in the scope: what follows the endpoint's name, split at /


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
        RequestError: `limit` if it has more than `limit` octets, which `name` advertises; 400,
            408 or 415 if it cannot be inflated or comes too slowly.
        ClientDisconnected: it ended early (of `cyrpy.http.body`).
    """
    try:
        async for piece in body.body_stream(scope, receive, limit):
            yield piece
    except HttpError as exc:
        raise _refusal(exc, limit, name) from exc


async def read_body(scope: Scope, receive: Receive, limit: int, name: str) -> bytes:
    """The whole body; raises what `body_stream` raises."""
    try:
        return await body.read_body(scope, receive, limit)
    except HttpError as exc:
        raise _refusal(exc, limit, name) from exc


def _refusal(exc: HttpError, limit: int, name: str) -> RequestError:
    """What JMAP answers to a body that cannot be read."""
    if isinstance(exc, body.BodyTooLarge):
        return _too_large(limit, name)
    error = RequestError("about:blank", exc.status, exc.detail or "")
    error.headers = tuple(exc.headers)
    return error


def _too_large(limit: int, name: str) -> RequestError:
    return RequestError(
        "limit",
        413,
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


def parse_json(text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value of an I-JSON text (RFC 7493) of bounded depth and breadth (RFC 8259 §9).

    Raises:
        RequestError: `notJSON`.
    """
    try:
        brackets = text.count(b"[") + text.count(b"{")
        if brackets > MAX_BRACKETS:
            raise RequestError("notJSON", 400, f"more than {MAX_BRACKETS} arrays and objects")
        value = orjson.loads(text)
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
