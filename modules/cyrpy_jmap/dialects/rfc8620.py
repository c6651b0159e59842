"""The dialect of RFC 8620: objects with `using` and `methodCalls` (§3.3, §3.4).

The envelope is checked by hand: a model of it costs twice as much as all of Core/echo.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Sequence
from typing import Any, Final

import orjson
from starlette.types import Scope

from cyrpy_jmap.errors import MethodError, RequestError
from cyrpy_jmap.invocation import Invocation, Request, Response, error_response
from cyrpy_jmap.viewer import Viewer

NOTHING: Final[Sequence[Invocation]] = ()
log = logging.getLogger("cyrpy.jmap")


class Rfc8620:
    """Decodes and encodes; keeps nothing between requests."""

    wants_values = False
    media_type = b"application/json"

    def __init__(self, capabilities: Container[str], max_calls: int) -> None:
        self._capabilities = capabilities
        self._max_calls = max_calls

    def check_headers(self, scope: Scope) -> None:
        """Nothing depends on them."""

    def decode(self, body: Any, viewer: Viewer) -> Request:  # noqa: ANN401 - parsed JSON
        """The request of a parsed body.

        Raises:
            RequestError: `notRequest`, `unknownCapability` or `limit` (§3.6.1).
        """
        del viewer
        if type(body) is not dict:
            raise not_request("the body must be an object with using and methodCalls")
        using = self._using(body.get("using"))
        calls = body.get("methodCalls")
        if type(calls) is not list:
            raise not_request("methodCalls must be an array of [name, arguments, call id]")
        if len(calls) > self._max_calls:
            raise RequestError(
                "limit",
                400,
                f"{len(calls)} method calls; at most {self._max_calls} in one request",
                limit="maxCallsInRequest",
            )
        invocations = [_invocation(call, n) for n, call in enumerate(calls)]
        return Request(using, invocations, _created_ids(body.get("createdIds")), self)

    def _using(self, using: Any) -> frozenset[str]:  # noqa: ANN401 - any JSON value
        if type(using) is not list or not all(type(urn) is str for urn in using):
            raise not_request("using must be an array of capabilities, each a string")
        for urn in using:
            if urn not in self._capabilities:
                raise RequestError(
                    "unknownCapability",
                    400,
                    f"using names {urn[:255]!r}; the Session object lists what there is",
                )
        return frozenset(using)

    def follow_ups(self, response: Response) -> Sequence[Invocation]:
        """None: methods say themselves what they imply."""
        del response
        return NOTHING

    def encode(self, request: Request, responses: Sequence[Response], session_state: str) -> bytes:
        """The Response object (§3.4)."""
        answer: dict[str, Any] = {
            "methodResponses": [(r.name, r.arguments, r.call_id) for r in responses],
            "sessionState": session_state,
        }
        if request.created_ids is not None:
            answer["createdIds"] = request.created_ids
        try:
            return orjson.dumps(answer)
        except TypeError:
            answer["methodResponses"] = [_sound(response) for response in responses]
            return orjson.dumps(answer)


def not_request(detail: str) -> RequestError:
    """The problem of JSON that is no Request object."""
    return RequestError("notRequest", 400, detail)


def _invocation(call: Any, number: int) -> Invocation:  # noqa: ANN401 - any JSON value
    if (
        type(call) is list
        and len(call) == 3
        and type(call[0]) is str
        and type(call[1]) is dict
        and type(call[2]) is str
    ):
        return Invocation(call[0], call[1], call[2])
    raise not_request(
        f"methodCalls/{number} must be an array of three: the method's name (a string), "
        "its arguments (an object), and a call id (a string)"
    )


def _created_ids(value: Any) -> dict[str, str] | None:  # noqa: ANN401 - any JSON value
    if value is None:
        return None
    if type(value) is not dict or not all(type(id) is str for id in value.values()):
        raise not_request("createdIds must map creation ids to ids, each a string")
    return value


def _sound(response: Response) -> tuple[str, dict[str, Any], str]:
    """A response that can be written; one that cannot is the server's failure, in that call."""
    try:
        orjson.dumps(response.arguments)
    except TypeError:
        log.exception("the response of %s is no JSON", response.name)
        error = MethodError("serverFail", "the server made a response that is no JSON")
        response = error_response(response.invocation, error)
    return response.name, response.arguments, response.call_id
