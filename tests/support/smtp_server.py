"""An SMTP server that takes what is sent to it, or answers what a test wants."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import threading
from collections import defaultdict, deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)
PATIENCE = 30  # seconds


class Received(NamedTuple):
    """One message, with its envelope as it came."""

    sender: str
    recipients: list[str]
    octets: bytes
    mail: str  # parameters of MAIL
    rcpt: list[str]  # parameters of each RCPT

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.octets, policy=policy.default)


class _Protocol(SMTP):
    """aiosmtpd's, but for the parameters of DSN, which it does not know."""

    def connection_made(self, transport: Any) -> None:
        server = self.event_handler
        server.open += 1
        if server.open > server.limit:
            transport.write(b"421 4.7.0 too many connections\r\n")
            transport.close()
        else:
            super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open -= 1
        if self.session is not None:
            super().connection_lost(error)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        match = re.fullmatch(r"<(.*)>\s*(.*)", arg.strip())
        if match is None:
            return None, None
        self.event_handler.parameters[match[1]] = match[2]
        kept = [word for word in match[2].split() if word.startswith(("SIZE", "BODY", "SMTPUTF8"))]
        return match[1] or "<>", " ".join(kept)


class SmtpServer:
    """Listens in a thread of its own; `say` has what it answers in place of what it would."""

    def __init__(self, *, extensions: tuple[str, ...] = (), path: Path | None = None, **more: Any):
        self.received: list[Received] = []
        self.connections = self.open = 0
        self.limit = 100
        self.logins: list[tuple[str, str]] = []
        # "MAIL", "RCPT <address>", "DATA" -> answers, each given once.
        self.say: dict[str, deque[str]] = defaultdict(deque)
        self.always: dict[str, str] = {}
        self.held = threading.Event()  # a message has come whole, and waits for its answer
        self.release = threading.Event()
        self.release.set()
        self.parameters: dict[str, str] = {}
        self._extensions = extensions
        if more.get("auth_required"):
            more["authenticator"] = self._authenticate
        self._options = {"enable_SMTPUTF8": True, "decode_data": False, **more}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._path = path
        self._server = self._await(self._start())

    def _await(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _start(self) -> asyncio.Server:
        if self._path is not None:
            return await self._loop.create_unix_server(self._connect, str(self._path))
        tls: ssl.SSLContext | None = self._options.pop("from_start", None)
        return await self._loop.create_server(self._connect, "127.0.0.1", 0, ssl=tls)

    def _connect(self) -> _Protocol:
        self.connections += 1
        return _Protocol(self, hostname="relay.test", loop=self._loop, **self._options)

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    @property
    def address(self) -> str:
        return f"unix:{self._path}" if self._path else f"127.0.0.1:{self.port}"

    def close(self) -> None:
        self.release.set()

        async def stop() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)

        self._await(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> SmtpServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, what: str) -> str | None:
        if self.say[what]:
            return self.say[what].popleft()
        return self.always.get(what)

    # What aiosmtpd calls.

    async def handle_EHLO(
        self, server: Any, session: Session, envelope: Envelope, name: str, said: list[str]
    ) -> list[str]:
        session.host_name = name
        return [*said[:-1], *(f"250-{one}" for one in self._extensions), said[-1]]

    async def handle_MAIL(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL") or "250 2.1.0 ok"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(f"RCPT {address}") or "250 2.1.5 ok"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA") or "250 2.0.0 taken"
        if answer.startswith("250"):
            sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
            recipients = list(envelope.rcpt_tos)
            self.received.append(
                Received(
                    sender,
                    recipients,
                    envelope.original_content or b"",
                    self.parameters.get(sender, ""),
                    [self.parameters[one] for one in recipients],
                )
            )
        self.held.set()
        while not self.release.is_set():
            await asyncio.sleep(0.005)
        if answer == "drop":
            server.transport.abort()
        return answer

    def _authenticate(
        self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1][1] == "secret", handled=False)
