"""What is measured: one request each, and what must come back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, repeat

AUTHORIZATION = "Basic dGVzdDp0ZXN0"  # test:test
CORE = '"urn:ietf:params:jmap:core"'
CALENDARS = f'{CORE},"urn:ietf:params:jmap:calendars"'


@dataclass(frozen=True)
class Workload:
    """A request."""

    name: str
    method: str
    path: str
    body: str = ""
    status: int = 200
    expected: bytes = b""  # is in the answer
    signed_in: bool = True
    headers: str = ""
    media_type: str = "application/json"

    def requests(self) -> Iterator[bytes]:
        """What is sent again and again; where path and body have {n}, with another number."""
        if "{n}" not in self.path:
            return repeat(self.request())
        return (self._numbered(n).request() for n in count(time.time_ns() // 1000))

    def _numbered(self, n: int) -> Workload:
        path, body = (text.replace("{n}", str(n)) for text in (self.path, self.body))
        return replace(self, path=path, body=body)

    def request(self) -> bytes:
        """The octets that are sent."""
        body = self.body.encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost"]
        if self.signed_in:
            lines.append(f"Authorization: {AUTHORIZATION}")
        if body:
            lines += [f"Content-Type: {self.media_type}", f"Content-Length: {len(body)}"]
        if self.headers:
            lines.append(self.headers)
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def jmap(using: str, method: str, arguments: str) -> str:
    """A request with one call."""
    return f'{{"using":[{using}],"methodCalls":[["{method}",{arguments},"c0"]]}}'


WORKLOADS = (
    Workload("hello", "GET", "/healthz", expected=b"ok", signed_in=False),
    Workload(
        "echo",
        "POST",
        "/jmap/",
        jmap(CORE, "Core/echo", '{"hello":true}'),
        expected=b'["Core/echo",{"hello":true},"c0"]',
    ),
    Workload(
        "getCalendars",
        "POST",
        "/jmap",
        '[["getCalendars",{},"#1"]]',
        expected=b"/dav/calendars/user/test@localhost/Default",
    ),
    Workload(
        "Calendar/get",
        "POST",
        "/jmap/",
        jmap(CALENDARS, "Calendar/get", '{"accountId":"test_40localhost","ids":null}'),
        expected=b'"id":"Default"',
    ),
    Workload("session", "GET", "/jmap/", expected=b'"username":"test@localhost"'),
    Workload("401", "POST", "/jmap/", "{}", status=401, signed_in=False),
    Workload(
        "tzdist 304",
        "GET",
        "/tzdist/zones/Europe%2FVienna",
        status=304,
        signed_in=False,
    ),
)
