"""Answers to those who are not let in: problem documents that say how to get in (RFC 9457).

A 401 has one challenge, for clients choke on a wall of them: Basic, which every client knows; who
came with a token that is not good is told so in the terms of Bearer (RFC 6750 §3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson


class Reason(Enum):
    """Why a request was refused."""

    MISSING = "missing"
    MALFORMED = "malformed"
    WRONG = "wrong"
    PLAINTEXT = "plaintext"
    TOO_MANY = "too many"
    SCOPE = "scope"


class Refusal(NamedTuple):
    """An answer, ready to be sent."""

    reason: Reason
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def is_missing(self) -> bool:
        """Whether there were no credentials: a module may serve the request all the same."""
        return self.reason is Reason.MISSING


class Challenges:
    """Makes the refusals of one server."""

    def __init__(self, realm: str) -> None:
        quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
        self._basic = f'Basic realm="{quoted}", charset="UTF-8"'
        self._bearer = f'Bearer realm="{quoted}"'

    @property
    def header(self) -> tuple[bytes, bytes]:
        """The challenge, for an answer that says the rest by itself."""
        return b"www-authenticate", self._basic.encode()

    def missing(self) -> Refusal:
        """No Authorization header came."""
        return _refusal(
            Reason.MISSING,
            401,
            "Sign in with an Authorization header: Basic with the name of a user and its password "
            "or an app password, or Bearer with a token.",
            ("www-authenticate", self._basic),
        )

    def malformed(self, detail: str) -> Refusal:
        """The header cannot be understood."""
        text = f"Sign-in failed: {detail}."
        return _refusal(Reason.MALFORMED, 401, text, ("www-authenticate", self._basic))

    def wrong_password(self) -> Refusal:
        """Name or password is wrong; which, is not told."""
        return _refusal(
            Reason.WRONG,
            401,
            "Sign-in failed: the name or the password is wrong.",
            ("www-authenticate", self._basic),
        )

    def wrong_token(self) -> Refusal:
        """The token is unknown, revoked or expired; which, is not told (RFC 6750 §3.1)."""
        text = "The token is unknown, was revoked or has expired."
        challenge = f'{self._bearer}, error="invalid_token", error_description="{text}"'
        return _refusal(Reason.WRONG, 401, text, ("www-authenticate", challenge))

    def plaintext(self, *, came: bool) -> Refusal:
        """The connection shows credentials to whoever listens, so none are asked for.

        `came`: some were sent all the same, and must now be taken for known to others.
        """
        text = (
            "Signing in over an unencrypted connection is refused. Use https; behind a proxy that "
            "does, name it in http_trusted_proxies; or set allowplaintext: yes where the network "
            "can be trusted."
        )
        if not came:
            return _refusal(Reason.MISSING, 403, text)
        return _refusal(Reason.PLAINTEXT, 403, f"{text} Change the password that was sent.")

    def too_many(self, seconds: int) -> Refusal:
        """There were too many failures (RFC 6585 §4)."""
        return _refusal(
            Reason.TOO_MANY,
            429,
            f"Too many attempts to sign in failed; try again in {seconds} seconds.",
            ("retry-after", str(seconds)),
        )

    def out_of_scope(self, good_for: frozenset[str]) -> Refusal:
        """The app password or token is not good for this part of the server."""
        names = ", ".join(sorted(good_for)) or "none"
        text = f"This app password or token is good for other modules only: {names}."
        return _refusal(Reason.SCOPE, 403, text)


async def refuse(
    refusal: Refusal, send: Callable[[MutableMapping[str, Any]], Awaitable[None]]
) -> None:
    """Send the answer."""
    start = {"type": "http.response.start", "status": refusal.status, "headers": refusal.headers}
    await send(start)
    await send({"type": "http.response.body", "body": refusal.body})


def _refusal(reason: Reason, status: int, detail: str, *headers: tuple[str, str]) -> Refusal:
    members = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    body = orjson.dumps(members)
    lines = (
        ("content-type", "application/problem+json"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        *headers,
    )
    return Refusal(
        reason, status, tuple((name.encode(), value.encode()) for name, value in lines), body
    )
