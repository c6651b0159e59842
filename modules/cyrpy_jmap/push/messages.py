"""The messages of JMAP over WebSocket (RFC 8887 §4.3), from and to text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from cyrpy_jmap.body import parse_json
from cyrpy_jmap.dialects.rfc8620 import not_request
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.push.announce import (
    Announcement,
    Position,
    read_position,
    state_change,
    write_position,
)

MAX_TYPES: Final = 100


@dataclass(frozen=True, slots=True)
class WsRequest:
    """A Request with the id that its Response is to carry (§4.3.2)."""

    id: str | None
    value: Any  # the Request object as it is; its own members are checked by the dialect


@dataclass(frozen=True, slots=True)
class PushEnable:
    """Push of these types from now on (None: of all), missed changes first (§4.3.5.2)."""

    types: frozenset[str] | None
    since: Position | None


@dataclass(frozen=True, slots=True)
class PushDisable:
    """No push any more (§4.3.5.3)."""


Incoming = WsRequest | PushEnable | PushDisable


class BadMessage(RequestError):
    """What the client sent cannot be used; `request_id` is its id, if it could be read."""

    def __init__(self, error: RequestError, request_id: str | None) -> None:
        super().__init__(error.type, error.status, error.detail, **error.extra)
        self.request_id = request_id


def read(octets: bytes) -> Incoming:
    """The message in a text frame.

    Raises:
        BadMessage: it is not JSON, or none of the three.
    """
    request_id: str | None = None
    try:
        value = parse_json(octets)
        if type(value) is not dict:
            raise not_request("a message must be an object with @type")
        request_id = _optional(value, "id")
        return _message(value, request_id)
    except RequestError as exc:
        raise BadMessage(exc, request_id) from exc


def _message(value: dict[str, Any], request_id: str | None) -> Incoming:
    kind = value.get("@type")
    if kind == "Request":
        return WsRequest(request_id, value)
    if kind == "WebSocketPushEnable":
        return _push_enable(value)
    if kind == "WebSocketPushDisable":
        return PushDisable()
    raise not_request("@type must be Request, WebSocketPushEnable or WebSocketPushDisable")


def _push_enable(value: dict[str, Any]) -> PushEnable:
    types = value.get("dataTypes")
    if types is not None and not (
        type(types) is list and len(types) <= MAX_TYPES and all(type(t) is str for t in types)
    ):
        raise not_request(f"dataTypes must be null or an array of at most {MAX_TYPES} strings")
    since = read_position(_optional(value, "pushState") or "")
    return PushEnable(None if types is None else frozenset(types), since)


def _optional(value: dict[str, Any], name: str) -> str | None:
    """A member that is a string, if it is there."""
    found = value.get(name)
    if found is not None and type(found) is not str:
        raise not_request(f"{name} must be a string")
    return found


def response(request_id: str | None, answer: bytes) -> bytes:
    """A Response object, already written, as a message (§4.3.3)."""
    if request_id is None:
        return b'{"@type":"Response",' + answer[1:]
    return b'{"@type":"Response","requestId":%b,%b' % (orjson.dumps(request_id), answer[1:])


def request_error(error: RequestError, request_id: str | None) -> bytes:
    """A RequestError object (§4.3.4)."""
    return orjson.dumps({"@type": "RequestError", "requestId": request_id, **error.document()})


def announced(announcement: Announcement) -> bytes:
    """A StateChange object with the token to go on from (§4.3.5.1)."""
    token = write_position(announcement.position)
    return orjson.dumps(state_change(announcement.changed, pushState=token))
