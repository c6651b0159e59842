"""Problem documents: what went wrong, in a form for programs (RFC 9457, RFC 7808 §4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import orjson

URN = "urn:ietf:params:tzdist:error:"


class Problem(Exception):
    """The request has no good answer.

    Attributes:
        status: Of the HTTP answer.
        kind: Of the error, as RFC 7808 registers it; None: the status says it all.
        headers: That the answer has besides.
    """

    def __init__(
        self,
        status: int,
        kind: str | None,
        detail: str,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.headers = tuple(headers)

    @classmethod
    def invalid_action(cls, detail: str) -> Problem:
        """The URL is none of an action."""
        return cls(400, "invalid-action", detail)

    def document(self) -> bytes:
        """The body of the answer."""
        kind = "about:blank" if self.kind is None else URN + self.kind
        title = HTTPStatus(self.status).phrase
        return orjson.dumps(
            {"type": kind, "title": title, "status": self.status, "detail": str(self)}
        )
