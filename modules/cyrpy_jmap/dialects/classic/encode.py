"""Responses of the engine as classic ones: renamed, reshaped, and some of them not sent at all."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy_jmap.dialects.classic.errors import method_error
from cyrpy_jmap.dialects.classic.exchange import Role, part_of
from cyrpy_jmap.invocation import Response

ERROR = "error"


def answers(responses: Iterable[Response]) -> list[Response]:
    """What is sent, in order."""
    sent: list[Response] = []
    for response in responses:
        part = part_of(response.invocation)
        if part.role is Role.ANSWER:
            sent.append(answer(response))
        elif part.role is Role.SUPPLEMENT and response.name != ERROR:
            part.asked.call.verb.supplement(part.asked, sent[-1].arguments, response.arguments)
    return sent


def answer(response: Response) -> Response:
    """One response in this dialect's names."""
    asked = part_of(response.invocation).asked
    if response.name == ERROR:
        return _like(response, ERROR, method_error(asked, response.arguments))
    arguments = asked.call.verb.encode(asked, response.arguments)
    return _like(response, asked.call.response, arguments)


def _like(response: Response, name: str, arguments: dict[str, object]) -> Response:
    return Response(name, arguments, response.call_id, response.invocation)
