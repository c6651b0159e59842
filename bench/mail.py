"""Mail for benchmarks: the requests of a JMAP client, and deliveries by LMTP."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Final

from bench.load import Result, Wrong

USING: Final = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
SHOWN: Final = [
    "id",
    "threadId",
    "mailboxIds",
    "keywords",
    "size",
    "receivedAt",
    "hasAttachment",
    "from",
    "to",
    "subject",
    "preview",
]
WORDS: Final = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india")


class Box:
    """One user's mail, as its client asks for it."""

    def __init__(self, user: str, mailbox: str) -> None:
        self.user = user
        self.mailbox = mailbox
        self.account = f"{user}_40localhost"
        self._sign_in = base64.b64encode(f"{user}:{user}".encode()).decode()

    def request(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> bytes:
        """The octets of a request with these calls."""
        made = [
            [name, {"accountId": self.account, **args}, str(n)]
            for n, (name, args) in enumerate(calls)
        ]
        body = json.dumps({"using": USING, "methodCalls": made}).encode()
        head = (
            f"POST /jmap/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {self._sign_in}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def newest(self, number: int = 50) -> bytes:
        """The first page of the mailbox, with what a list shows."""
        return self.listed({"inMailbox": self.mailbox}, number)

    def listed(
        self, filter: dict[str, Any], number: int = 50, sort: dict[str, Any] | None = None
    ) -> bytes:
        """A page of what is found."""
        by = sort or {"property": "receivedAt", "isAscending": False}
        ids = {"resultOf": "0", "name": "Email/query", "path": "/ids"}
        return self.request(
            [
                ("Email/query", {"filter": filter, "sort": [by], "limit": number}),
                ("Email/get", {"#ids": ids, "properties": SHOWN}),
            ]
        )

    def found(self, text: str) -> bytes:
        """A search of the mailbox, without what is found."""
        wanted = {"inMailbox": self.mailbox, "text": text}
        by = [{"property": "receivedAt", "isAscending": False}]
        return self.request([("Email/query", {"filter": wanted, "sort": by, "limit": 50})])

    def flags(self, ids: Sequence[str]) -> Iterator[bytes]:
        """Changes of a keyword, of one email after the other."""
        for n in count():
            patch = {"keywords/$flagged": True if n // len(ids) % 2 == 0 else None}
            yield self.request([("Email/set", {"update": {ids[n % len(ids)]: patch}})])

    def boxes(self) -> bytes:
        """All mailboxes with their counts."""
        return self.request([("Mailbox/get", {"ids": None})])


def letter(number: int) -> bytes:
    """A message of some 2,000 octets."""
    lines = [
        " ".join(WORDS[(number * 7 + line * 5 + word * word) % len(WORDS)] for word in range(12))
        for line in range(24)
    ]
    return (
        f"From: Sender {number % 50} <sender{number % 50}@example.org>\r\n"
        "To: Bench <bench@localhost>\r\n"
        f"Subject: Message {number} about {WORDS[number % len(WORDS)]}\r\n"
        f"Date: Mon, 01 Jun 2026 10:00:00 +0000\r\nMessage-ID: <bench-{number}@example.org>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "\r\n".join(lines)
        + "\r\n"
    ).encode()


NUMBERS: Final = count(time.time_ns() // 1000)


def deliveries(port: int, recipient: str, connections: int, seconds: float) -> Result:
    """Deliver message after message for so long.

    Raises:
        Wrong: one was not taken.
    """
    return asyncio.run(_deliveries(port, recipient, connections, seconds))


async def _deliveries(port: int, recipient: str, connections: int, seconds: float) -> Result:
    result = Result()
    started = time.perf_counter()
    until = started + seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_deliver(port, recipient, until, result))
    result.seconds = time.perf_counter() - started
    return result


async def _connected(port: int, until: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, once somebody listens."""
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            if time.perf_counter() > until:
                raise
            await asyncio.sleep(0.1)


async def _deliver(port: int, recipient: str, until: float, result: Result) -> None:
    reader, writer = await _connected(port, until)

    async def say(octets: bytes, expected: bytes) -> None:
        writer.write(octets)
        line = await reader.readline()
        while line[3:4] == b"-":
            line = await reader.readline()
        if not line.startswith(expected):
            raise Wrong(f"{line!r} for {octets[:60]!r}")

    await say(b"", b"220")
    await say(b"LHLO localhost\r\n", b"250")
    while time.perf_counter() < until:
        sent = time.perf_counter()
        await say(b"MAIL FROM:<ada@example.com>\r\n", b"250")
        await say(f"RCPT TO:<{recipient}>\r\n".encode(), b"250")
        await say(b"DATA\r\n", b"354")
        await say(letter(next(NUMBERS)) + b".\r\n", b"250")
        result.latencies.append(time.perf_counter() - sent)
        result.requests += 1
    writer.close()
