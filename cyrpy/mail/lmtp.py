"""LMTP (RFC 2033): an MTA hands over a message, and is answered for each recipient."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session, syntax

from cyrpy.data.threads import Lane
from cyrpy.errors import CyrpyError
from cyrpy.mail.delivery import (
    LATER,
    TOO_LARGE,
    UNKNOWN,
    Answer,
    Letter,
    Services,
    deliver,
    find,
)
from cyrpy.mail.recipients import Recipient

MAX_RECIPIENTS: Final = 1000
MAX_CONNECTIONS: Final = 200
TIMEOUT: Final = 300  # seconds without anything (RFC 5321 §4.5.3.2)
PIECE: Final = 256 * 1024  # octets that are read at once
END: Final = b"\r\n.\r\n"
TOO_MANY: Final = Answer(452, "4.5.3", f"at most {MAX_RECIPIENTS} recipients in one transaction")
_EXTENSIONS: Final = ("250-PIPELINING", "250-ENHANCEDSTATUSCODES")
_PATH: Final = re.compile(r'<(?:@[^:<>]*:)?((?:"(?:[^"\\]|\\.)*"|[^<>"\s])*)>\s*(.*)')
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.:\[\]_-]+")
log = logging.getLogger("cyrpy.mail")


class LmtpProtocol(LMTP):
    """One connection: aiosmtpd's, but for DATA, which answers for each recipient."""

    line_length_limit = PIECE
    command_size_limit = 2048

    def __init__(self, room: Mailroom, on_end: Callable[[LmtpProtocol], None]) -> None:
        super().__init__(
            room,
            data_size_limit=room.settings.maxmessagesize or None,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=room.settings.servername,
            ident="LMTP",
            timeout=TIMEOUT,
            loop=asyncio.get_running_loop(),
        )
        self._room = room
        self._on_end = on_end
        self._is_busy = self._is_leaving = self._was_made = False
        self.gone = asyncio.Event()

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as asyncio's
        """Serve, unless so many are served already."""
        if self._room.connections >= MAX_CONNECTIONS:
            transport.write(b"421 4.7.0 too many connections; try again later\r\n")
            transport.close()
            return
        self._room.connections += 1
        self._was_made = True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """It is over."""
        if self._was_made:
            self._room.connections -= 1
            super().connection_lost(error)
        self.gone.set()
        self._on_end(self)

    def leave(self) -> None:
        """End after the transaction under way."""
        self._is_leaving = True
        if not self._is_busy and self.transport is not None:
            self.transport.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """An address with its parameters; also one without a domain (RFC 5321 §4.5.1)."""
        match = _PATH.fullmatch(arg.strip())
        if match is None:
            return None, None
        return match[1] or "<>", match[2]

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take a message and answer for each of its recipients (RFC 2033 §4.2)."""
        if await self.check_helo_needed():
            return
        session, envelope = self.session, self.envelope
        if session is None or envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 no recipient was accepted")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes nothing")
            return
        await self.push("354 end with a line that has only a dot")
        octets = await self._content()
        self._is_busy = True
        if octets is None:
            answers: Sequence[Answer] = [TOO_LARGE] * len(envelope.rcpt_tos)
        else:
            answers = await self._room.data(session, envelope, octets)
        self._is_busy = False
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push("\r\n".join(map(str, answers)))
        if self._is_leaving and self.transport is not None:
            self.transport.close()

    async def _content(self) -> bytes | None:
        """What comes up to the dot, without the dots that were added; None if it is too large."""
        # The line break before a dot may be that of the command itself.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
        pieces: list[bytes] = []
        size, is_complete = 0, False
        while not is_complete:
            self._reset_timeout()
            try:
                piece = await self._reader.readuntil(END)
                is_complete = True
            except asyncio.LimitOverrunError as exc:
                piece = await self._reader.readexactly(exc.consumed)
            size += len(piece)
            if self.data_size_limit and size > self.data_size_limit + len(END) + 2:
                pieces.clear()
            else:
                pieces.append(piece)
        if self.data_size_limit and size > self.data_size_limit + len(END) + 2:
            return None
        text = b"".join(pieces)[: 2 - len(END)]
        return text.replace(b"\r\n.", b"\r\n")[2:]


class Mailroom:
    """Handles the commands of all connections."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.settings = services.settings
        self.connections = 0

    async def handle_exception(self, error: Exception) -> str:
        """What nobody expected is logged, and the client comes again."""
        log.error("a command of LMTP failed", exc_info=error)
        return str(LATER)

    async def handle_EHLO(
        self,
        server: LmtpProtocol,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Greet, and say what else is understood."""
        del server, envelope
        session.host_name = hostname
        return [*responses[:-1], *_EXTENSIONS, responses[-1]]

    async def handle_MAIL(
        self,
        server: LmtpProtocol,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """A new message; notifications have no sender (RFC 5321 §4.5.5)."""
        del server, session
        envelope.mail_from = address or "<>"
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(
        self,
        server: LmtpProtocol,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Say at once whether there is such a user."""
        del server, session, options
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return str(TOO_MANY)
        try:
            found = await self._find(address)
        except CyrpyError as exc:
            log.warning("a recipient could not be looked up: %s", exc)
            return str(LATER)
        if found is None:
            return str(UNKNOWN)
        recipients: list[Any] = envelope.rcpt_tos  # aiosmtpd's own are texts
        recipients.append(found)
        return "250 2.1.5 ok"

    async def _find(self, address: str) -> Recipient | None:
        database = self._services.database
        return await database.run(Lane.QUICK, find, self._services, address)

    async def data(self, session: Session, envelope: Envelope, octets: bytes) -> Sequence[Answer]:
        """Deliver; an answer for each recipient."""
        recipients: list[Any] = list(envelope.rcpt_tos)
        sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
        letter = Letter(octets, sender, self._origin(session))
        work = (deliver, self._services, letter, recipients)
        try:
            return await self._services.database.run(Lane.WORK, *work)
        except Exception:
            log.exception("a message could not be delivered")
            return [LATER] * len(recipients)

    def _origin(self, session: Session) -> str:
        host = _UNSAFE.sub("", session.host_name or "")[:255] or "unknown"
        peer = session.peer[0] if isinstance(session.peer, tuple) else "unix socket"
        by = self._services.settings.servername
        return f"from {host} ({peer})\r\n by {by} with LMTP id {secrets.token_hex(8)}"
