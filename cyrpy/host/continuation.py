"""Parsing on after an upgrade that was not made.

llhttp takes whatever follows `Connection: Upgrade` for another protocol, the request's body too.
Clients that offer HTTP/2 with every request (Java's HttpClient sends `Upgrade: h2c` with its
POSTs) would lose it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import httptools

FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class ParserEvents(Protocol):
    """What a parser tells its connection."""

    def on_message_begin(self) -> None:
        """A message begins."""

    def on_url(self, url: bytes) -> None:
        """A part of the request target."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""

    def on_headers_complete(self) -> None:
        """The head's end."""

    def on_body(self, body: bytes) -> None:
        """A part of the content."""

    def on_message_complete(self) -> None:
        """The message's end."""


def continued(
    events: ParserEvents, headers: Iterable[tuple[bytes, bytes]] | None
) -> httptools.HttpRequestParser:
    """A parser that goes on with the body of a request with these headers (None: has no body)."""
    muted = _Muted(events)
    parser = httptools.HttpRequestParser(muted)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
    if headers is not None:
        framing = (name + b": " + value for name, value in headers if name in FRAMING)
        parser.feed_data(b"\r\n".join((b"POST / HTTP/1.1", *framing)) + b"\r\n\r\n")
    muted.live = True
    return parser


class _Muted:
    """Passes events on once `live`: those of the head were passed on by the parser before."""

    def __init__(self, events: ParserEvents) -> None:
        self._events = events
        self.live = False

    def on_message_begin(self) -> None:
        if self.live:
            self._events.on_message_begin()

    def on_url(self, url: bytes) -> None:
        if self.live:
            self._events.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.live:
            self._events.on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.live:
            self._events.on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._events.on_body(body)

    def on_message_complete(self) -> None:
        self._events.on_message_complete()
