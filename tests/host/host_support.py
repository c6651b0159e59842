"""Driving ASGI applications without a server, and over real sockets with one."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cyrpy.host.listen import Listen, bind
from cyrpy.host.protocol import ConnectionLimits
from cyrpy.host.server import HostServer, ServerOptions
from cyrpy.host.tls import LiveContext
from cyrpy.http.body import read_body
from cyrpy.http.responses import send_bytes
from cyrpy.http.scope import BODY_LIMITS, BodyLimits

DEADLINE = 20.0  # seconds that anything may take before a test fails
LOOPBACK = Listen(port=0)


@dataclass
class Answer:
    status: int = 0
    headers: list = field(default_factory=list)
    pieces: list = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def header(self, name: bytes) -> bytes | None:
        values = [value for key, value in self.headers if key == name]
        return b", ".join(values) if values else None


def http_scope(method="GET", path="/", headers=(), **more) -> dict:
    pairs = [(b"host", b"example.org"), *headers]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "server": ("127.0.0.1", 80),
        "client": ("192.0.2.9", 4711),
        "headers": pairs,
    } | more


def receiver(*pieces: bytes):
    """A `receive` that gives these pieces of a body, then the disconnect."""
    messages = [
        {"type": "http.request", "body": piece, "more_body": i + 1 < len(pieces)}
        for i, piece in enumerate(pieces)
    ]

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


def call(app, scope: dict, *pieces: bytes) -> Answer:
    """The application's answer to a request with this body."""
    answer = Answer()

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif message.get("body"):
            answer.pieces.append(message["body"])

    asyncio.run(_await(app, scope, receiver(*(pieces or (b"",))), send))
    return answer


async def _await(app, *arguments):
    await app(*arguments)


def answering(body: bytes, headers=((b"content-type", b"application/json"),), status=200):
    """An application that always answers this, in one piece, with its length."""

    async def app(scope, receive, send):
        pairs = [*headers, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})

    return app


class EchoApp:
    """Answers bodies of up to 1,000 octets with themselves; some paths do other things."""

    def __init__(self, app=None) -> None:
        self.app = app or self.echo
        self.reloads = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": message["type"] + ".complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await self.app(scope, receive, send)

    @staticmethod
    async def echo(scope, receive, send):
        if scope["path"] == "/big":
            await send_bytes(send, 200, bytes(8 << 20), b"application/octet-stream")
            return
        if scope["path"] == "/ignore":
            await send_bytes(send, 200, b"ignored", b"text/plain")
            return
        patience = 0.2 if scope["path"] == "/impatient" else 30.0
        scope[BODY_LIMITS] = BodyLimits(1000, patience)
        body = await read_body(scope, receive)
        await send_bytes(send, 200, scope["path"].encode() + b":" + body, b"text/plain")

    async def reload(self):
        self.reloads += 1


@dataclass
class Running:
    server: HostServer
    port: int

    def connect(self) -> Client:
        return Client(self.port)


@contextmanager
def running(
    app,
    limits: ConnectionLimits | None = None,
    tls: LiveContext | None = None,
    listen: Listen = LOOPBACK,
) -> Iterator[Running]:
    """The application, served by a thread, on a loopback port if nothing else is said."""
    [bound] = bind([listen])
    port = bound.getsockname()[1]
    ready = threading.Event()
    options = ServerOptions(limits=limits or ConnectionLimits(), shutdown_timeout=5)
    server = HostServer(app, options, tls, lambda _server: ready.set())
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    try:
        assert ready.wait(DEADLINE)
        yield Running(server, port)
    finally:
        server.should_exit = True
        thread.join(DEADLINE)
        assert not thread.is_alive()


class Client:
    """A raw connection that can say anything and reads whole answers."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.buffer = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def say(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def ask(self, octets: bytes) -> Answer:
        self.say(octets)
        return self.answer()

    def answer(self, head=False) -> Answer:
        """The next answer, by its content-length."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        raw, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status, *lines = raw.split(b"\r\n")
        answer = Answer(int(status.split(b" ")[1]))
        for line in lines:
            name, _, value = line.partition(b": ")
            answer.headers.append((name.lower(), value))
        length = 0 if head or answer.status < 200 else int(answer.header(b"content-length") or 0)
        while len(self.buffer) < length:
            self._more()
        answer.pieces.append(self.buffer[:length])
        self.buffer = self.buffer[length:]
        return answer

    def is_closed(self) -> bool:
        """Wait for the server to close; False if it says something instead."""
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def _more(self) -> None:
        octets = self.socket.recv(65536)
        if not octets:
            raise EOFError(self.buffer)
        self.buffer += octets


def wait_for(claim: Callable[[], object]):
    """The first true value of `claim`, which is asked until the deadline."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = claim()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")
