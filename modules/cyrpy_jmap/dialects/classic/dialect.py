"""The classic dialect of JMAP: a request is an array of calls, and so is its answer.

A call that is wrong by itself fails by itself, provided that it can be told which it is: it has
three items, of which the last is a string. Anything else is a request of the wrong shape, which
the drafts answer with HTTP 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import orjson
from starlette.types import Scope

from cyrpy_jmap.capability import Capability
from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic import encode, names
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.exchange import Asked, Exchange, Role, failed, part_of
from cyrpy_jmap.dialects.classic.headers import check_headers
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.references import References, unresolved
from cyrpy_jmap.errors import MethodError, RequestError
from cyrpy_jmap.invocation import Arguments, Invocation, Request, Response
from cyrpy_jmap.limits import Limits
from cyrpy_jmap.references import Budget
from cyrpy_jmap.viewer import Viewer

INDENT: Final = 4  # as in Cyrus's own examples


class Classic:
    """Decodes and encodes as one profile has it; keeps nothing between requests."""

    wants_values = True
    media_type = b"application/json; charset=utf-8"

    def __init__(
        self,
        profile: Profile,
        limits: Limits,
        capabilities: Mapping[str, Capability],
        *,
        pretty: bool = False,
        delays_send: bool = False,
    ) -> None:
        self.profile: Final = profile
        self._limits = limits
        self._capabilities = capabilities
        self._pretty = pretty
        self._delays_send = delays_send

    def check_headers(self, scope: Scope) -> None:
        """What versions and extensions the client wants spoken.

        Raises:
            RequestError: 412, they are not.
        """
        error = check_headers(scope, self.profile)
        if error is not None:
            raise error

    def decode(self, body: Any, viewer: Viewer) -> Request:  # noqa: ANN401 - parsed JSON
        """The calls in a parsed body.

        Raises:
            RequestError: `notRequest` for another shape, `limit` for too many calls.
        """
        if not isinstance(body, list):
            raise _not_request("the body must be an array of calls")
        most = self._limits.max_calls_in_request
        if len(body) > most:
            detail = f"{len(body)} calls; at most {most} in one request"
            raise RequestError("limit", 413, detail, limit="maxCallsInRequest")
        exchange = Exchange(
            self.profile,
            viewer,
            self._limits,
            self._capabilities,
            CreationNames(),
            References(Budget(self._limits.max_size_request)),
            self._delays_send,
        )
        invocations: list[Invocation] = []
        for number, call in enumerate(body):
            invocations += _invocations(exchange, call, number)
        return Request(None, invocations, None, self)

    def follow_ups(self, response: Response) -> Sequence[Invocation]:
        """What the call implies, such as `fetchRecords`, and what waits for its response."""
        part = part_of(response.invocation)
        if part.role is Role.SUPPLEMENT:
            return ()
        exchange = part.asked.exchange
        implied = [*part.asked.call.verb.follow_ups(part.asked, response)]
        if exchange.references.waiting and part.role is Role.ANSWER:
            implied += exchange.references.answered(encode.answer(response))
        return implied

    def encode(self, request: Request, responses: Sequence[Response], session_state: str) -> bytes:
        """The array of responses, members in alphabetical order."""
        del request, session_state
        answers = [(a.name, a.arguments, a.call_id) for a in encode.answers(responses)]
        if self._pretty:
            text = json.dumps(answers, indent=INDENT, sort_keys=True, ensure_ascii=False)
            return text.encode() + b"\n"
        return orjson.dumps(answers, option=orjson.OPT_SORT_KEYS)


def _invocations(exchange: Exchange, call: Any, number: int) -> list[Invocation]:  # noqa: ANN401
    """The canonical calls for one item of the body.

    Raises:
        RequestError: `notRequest` if it cannot be told what to answer.
    """
    if not isinstance(call, list) or len(call) != 3 or not isinstance(call[2], str):
        raise _not_request(
            f"call {number} must be an array of three: a name, an object of arguments, and a "
            "client id, which is a string"
        )
    name, sent, call_id = call
    if not isinstance(name, str) or not isinstance(sent, dict):
        error = MethodError(
            "invalidArguments",
            "a call must have a name, which is a string, and an object of arguments",
            arguments=[],
        )
        return [failed(Asked(names.unknown(str(name)), exchange), call_id, error)]
    return _decode(exchange, name, sent, call_id)


def _decode(exchange: Exchange, name: str, sent: Arguments, call_id: str) -> list[Invocation]:
    row = names.calls_of(exchange.profile).get(name)
    if row is None or name in exchange.profile.withdrawn:
        error = MethodError("unknownMethod", f"there is no method {name[:255]!r} here")
        return [failed(Asked(names.unknown(name), exchange), call_id, error)]
    asked = Asked(row, exchange)
    waits = unresolved(sent) if exchange.profile.has_references else None
    if waits is None:
        return _checked(asked, call_id, sent)
    invocation = failed(asked, call_id, waits)
    exchange.references.add(invocation, sent, partial(_resolved, asked, call_id, sent))
    return [invocation]


def _resolved(
    asked: Asked, call_id: str, sent: Arguments, arguments: Arguments
) -> list[Invocation]:
    """As `_checked`, for arguments of which some were references in `sent`.

    Where an array is expected, one item that a reference led to stands for an array of it.
    """
    known = asked.call.verb.known(asked.call, asked.exchange.profile)
    for name, argument in known.items():
        if f"#{name}" in sent and argument.is_array and isinstance(arguments[name], str):
            arguments[name] = [arguments[name]]
    return _checked(asked, call_id, arguments)


def _checked(asked: Asked, call_id: str, sent: Arguments) -> list[Invocation]:
    """The canonical calls for a call whose arguments are all there."""
    row, exchange = asked.call, asked.exchange
    try:
        asked.arguments = types.check(row.verb.known(row, exchange.profile), sent)
        asked.account_id = exchange.account_id(asked.arguments.get("accountId"))
        return row.verb.decode(asked, call_id)
    except MethodError as exc:
        return [failed(asked, call_id, exc)]


def _not_request(detail: str) -> RequestError:
    return RequestError("notRequest", 400, detail)
