"""Requests, invocations and responses in RFC 8620's names, whatever dialect they came in (§3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cyrpy_jmap.errors import MethodError

if TYPE_CHECKING:
    from cyrpy_jmap.dialects.base import Dialect

Json = dict[str, Any]  # a JSON object
Arguments = dict[str, Any]  # the arguments of a method call or of a response


@dataclass(slots=True)
class Invocation:
    """One method call."""

    name: str  # Calendar/get
    arguments: Arguments
    call_id: str
    failure: MethodError | None = None  # decoding found it wrong: answered with this, not run
    origin: Any = None  # the dialect's own memo


@dataclass(slots=True)
class Response:
    """One response; `invocation` is the call that it answers."""

    name: str
    arguments: Arguments
    call_id: str
    invocation: Invocation


@dataclass(slots=True)
class Request:
    """All that one HTTP request asks for."""

    using: frozenset[str] | None  # capabilities; None: everything that is offered
    invocations: list[Invocation]
    created_ids: dict[str, str] | None  # creation id -> id; None: the client did not send any
    dialect: Dialect


def error_response(invocation: Invocation, error: MethodError) -> Response:
    """The `error` response to a call (RFC 8620 §3.6.2)."""
    return Response("error", error.arguments(), invocation.call_id, invocation)
