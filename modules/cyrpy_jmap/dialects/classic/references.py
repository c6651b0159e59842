"""References to earlier responses (profile C): `"#ids": {"resultOf": "t0", "path": "/changed"}`.

The path leads through the response as this dialect spells it, so references are resolved here and
not by the engine: a call that has some stands in the request as one that fails, and is completed
once the responses that it waits for are there. What they bring in is weighed
against `maxSizeRequest`, as the engine weighs its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Invocation, Response
from cyrpy_jmap.references import Budget, resolve

ERROR: Final = "error"
# Makes the canonical calls of a call whose arguments are all there; the last one is the call.
Decode = Callable[[Arguments], list[Invocation]]


@dataclass(slots=True)
class Waiting:
    """A call that cannot be decoded before other calls are answered."""

    invocation: Invocation  # its place in the request
    arguments: Arguments  # as sent
    missing: set[str | None]  # call ids
    decode: Decode


@dataclass(slots=True)
class References:
    """The references of one request."""

    budget: Budget
    waiting: list[Waiting] = field(default_factory=list)
    answers: dict[str, Response] = field(default_factory=dict)  # the first to each call id

    def add(self, invocation: Invocation, arguments: Arguments, decode: Decode) -> None:
        """Wait with a call until what it refers to is there."""
        missing = {_result_of(value) for name, value in arguments.items() if name[:1] == "#"}
        self.waiting.append(Waiting(invocation, arguments, missing, decode))

    def answered(self, answer: Response) -> list[Invocation]:
        """Complete the calls that waited for `answer`; what must run before they do."""
        self.waiting = [call for call in self.waiting if call.invocation is not answer.invocation]
        first: list[Invocation] = []
        if answer.call_id in self.answers:
            return first
        self.answers[answer.call_id] = answer
        if answer.name == ERROR:
            return first
        for call in self.waiting:
            if answer.call_id in call.missing:
                call.missing.discard(answer.call_id)
                if not call.missing:
                    first += self._complete(call)
        return first

    def _complete(self, call: Waiting) -> list[Invocation]:
        try:
            arguments = resolve(
                _named(call.arguments, self.answers), [*self.answers.values()], self.budget
            )
            *before, made = call.decode(arguments)
        except MethodError as exc:
            call.invocation.failure = exc
            return []
        call.invocation.arguments = made.arguments
        call.invocation.failure = made.failure
        call.invocation.origin = made.origin
        for look in before:
            look.origin.completes = call.invocation
        return before


def unresolved(arguments: Arguments) -> MethodError | None:
    """The error of a call with references, for as long as they lead nowhere; None without any."""
    names = [name for name in arguments if name[:1] == "#"]
    if not names:
        return None
    return MethodError(
        "invalidResultReference",
        f"{', '.join(names)[:200]}: resultOf must be the client id of an earlier call that "
        "succeeded",
    )


def _result_of(reference: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """The call that a reference waits for; None, which never comes, for one of the wrong shape."""
    value = reference.get("resultOf") if isinstance(reference, dict) else None
    return value if isinstance(value, str) else None


def _named(arguments: Arguments, answers: dict[str, Response]) -> Arguments:
    """The arguments with references as RFC 8620 has them, which also name the response."""
    return {
        name: {**value, "name": answers[value["resultOf"]].name} if name[:1] == "#" else value
        for name, value in arguments.items()
    }
