"""Push callbacks: calls whose arguments and answers are the same in the engine."""

from __future__ import annotations

from cyrpy_jmap.dialects.classic.exchange import Asked, Part
from cyrpy_jmap.dialects.classic.verbs import Verb
from cyrpy_jmap.invocation import Arguments, Invocation


class Plain(Verb):
    """Passed on as it is, but for what is null, which is the same as missing."""

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The canonical call."""
        return [Invocation(asked.call.method, asked.arguments, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """The answer."""
        del asked
        return arguments
