"""What the host's layers keep in an ASGI scope, and the types of ASGI itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
HeaderList = Iterable[tuple[bytes, bytes]]

HEADERS = "cyrpy.headers"  # request headers as a dict, made once by `headers_of`
REQUEST_ID = "cyrpy.request_id"  # str
RESPONSE_HEADERS = "cyrpy.response_headers"  # list: the outer layer adds these to every answer
BODY_LIMITS = "cyrpy.body_limits"  # BodyLimits; the outer layer sets what the options say
USER = "cyrpy.user"  # str, set in place by whoever authenticates; for the access log


class BodyLimits(NamedTuple):
    """What holds for request bodies where an application says nothing else."""

    size: int = 50 << 20  # octets
    patience: float = 30.0  # seconds without a piece of the body


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by lower-case name; lines of one name are joined (RFC 9110 §5.3)."""
    headers: dict[bytes, bytes] | None = scope.get(HEADERS)
    if headers is None:
        raw = scope["headers"]
        headers = dict(raw)
        if len(headers) != len(raw):
            headers = _joined(raw)
        scope[HEADERS] = headers
    return headers


def _joined(raw: HeaderList) -> dict[bytes, bytes]:
    """As `dict(raw)`, without losing the earlier of two lines of the same name."""
    lines: dict[bytes, list[bytes]] = {}
    for name, value in raw:
        lines.setdefault(name, []).append(value)
    return {
        name: (b"; " if name == b"cookie" else b", ").join(values) for name, values in lines.items()
    }
