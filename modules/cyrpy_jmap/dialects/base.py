"""Dialect: what stands between the wire and the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from starlette.types import Scope

from cyrpy_jmap.invocation import Invocation, Request, Response
from cyrpy_jmap.viewer import Viewer


class Dialect(Protocol):
    """Translates requests and responses; handlers and engine never ask which one it is."""

    @property
    def media_type(self) -> bytes:
        """Of its answers."""

    def check_headers(self, scope: Scope) -> None:
        """Look at the headers of a request before its body is decoded.

        Raises:
            RequestError: it cannot be served as they ask.
        """

    @property
    def wants_values(self) -> bool:
        """Whether it reshapes records; if not, stored JSON octets may stand in lists."""

    def decode(self, body: Any, viewer: Viewer) -> Request:  # noqa: ANN401 - parsed JSON
        """The calls in a parsed body; one that is wrong by itself carries its failure.

        Raises:
            RequestError: the whole request cannot be run.
        """

    def follow_ups(self, response: Response) -> Sequence[Invocation]:
        """Calls that the client's call implies once it has this response; run right after it."""

    def encode(self, request: Request, responses: Sequence[Response], session_state: str) -> bytes:
        """The body of the answer."""
