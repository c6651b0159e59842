"""The relay: the SMTP server that takes all mail that is sent (RFC 5321), over aiosmtplib."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NamedTuple, cast

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from cyrpy.config import CoreSettings
from cyrpy.config.values import Address
from cyrpy.data.submission_queue import Claimed
from cyrpy.data.submissions import (
    HANDING,
    NO,
    NOTICE,
    QUEUED,
    UNKNOWN,
    RecipientRow,
    parameters_of,
)
from cyrpy.errors import ConfigError, Unavailable
from cyrpy.mail import envelope
from cyrpy.mail.envelope import BAD_ADDRESS, NEEDS_UTF8, Reply, Terms

PIECE: Final = 256 * 1024  # octets that are written at once
LOOK_AFTER: Final = 0.05  # seconds, at most, between looks whether they are written
MAX_RECIPIENTS: Final = 100  # of one transaction; every server takes so many (RFC 5321 §4.5.3.1.8)
LAST_WAITS: Final = 2  # the answer to the end of a message may take so many times as long
BROKEN: Final = Reply(421, "4.4.2 the connection to the relay broke")
SENSELESS: Final = Reply(451, "4.5.0 the relay's answer makes no sense")
UNANSWERED: Final = Reply(451, "4.4.2 the connection to the relay broke before its answer")

BeforeEnd = Callable[[Claimed], Awaitable[bool]]
_FAILURES: Final = (SMTPException, OSError)  # timeouts are among them


class NotHeld(Exception):
    """The submission is another process's meanwhile: it was not sent from here."""


class Stale(Exception):
    """The connection was of no use any more before anything was said of the message."""


class Relay(NamedTuple):
    """Where mail goes, and how to get there."""

    address: Address
    tls: str  # none, starttls, tls
    name: str  # ours
    timeout: float  # seconds
    ca_file: Path | None = None
    user: str | None = None
    password_file: Path | None = None
    password: Callable[[], str] | None = None  # where it is in no file

    @classmethod
    def of(cls, settings: CoreSettings) -> Relay | None:
        """The one that the options name.

        Raises:
            ConfigError: they contradict each other.
        """
        if settings.submission_relay is None:
            return None
        address = Address.read(settings.submission_relay)
        tls = settings.submission_tls or ("none" if address.is_here else "starttls")
        if settings.submission_user is not None:
            if settings.submission_password_file is None:
                raise ConfigError("submission_user is set: submission_password_file must be, too")
            if tls == "none" and not address.is_here:
                raise ConfigError("submission_tls is none: others could read the password")
        return cls(
            address,
            tls,
            settings.servername,
            settings.submission_timeout,
            settings.submission_tls_ca_file,
            settings.submission_user,
            settings.submission_password_file,
        )

    async def connect(self) -> Connection:
        """A connection over which mail can be sent.

        Raises:
            Unavailable: the relay cannot be reached, or will not have us.
        """
        try:
            client = await self._client()
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await _greet(client)
        except (SMTPException, OSError, ValueError, ConfigError) as exc:
            raise Unavailable(f"the relay {self} cannot be used: {_told(exc)}") from exc
        return Connection(client, self.timeout)

    async def _client(self) -> SMTP:
        password = None
        if self.password_file is not None and self.user is not None:
            text = await asyncio.to_thread(self.password_file.read_text, "utf-8")
            password = text.partition("\n")[0].rstrip("\r")
        elif self.password is not None:
            password = await asyncio.to_thread(self.password)
        context = None
        if self.tls != "none":
            context = await asyncio.to_thread(_context, self.ca_file)
        return SMTP(
            hostname=self.address.host or None,
            port=self.address.port or None,
            socket_path=self.address.path or None,
            local_hostname=self.name,
            timeout=self.timeout,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            tls_context=context,
            username=self.user,
            password=password,
        )

    def __str__(self) -> str:
        return self.address.path or f"{self.address.host}:{self.address.port}"


def _context(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _told(exc: Exception) -> str:
    """What went wrong, for the log."""
    if isinstance(exc, SMTPResponseException):
        return str(Reply.read(exc.code, exc.message))
    return str(exc) or type(exc).__name__


class Connection:
    """One connection to the relay, over which one message goes after the other."""

    def __init__(self, client: SMTP, timeout: float) -> None:
        self._client = client
        self._timeout = timeout
        self.sent = 0  # messages that were tried over it

    @property
    def is_open(self) -> bool:
        """Whether it can be used for a further message."""
        return self._client.is_connected

    @property
    def has_dsn(self) -> bool:
        """Whether the relay tells senders of deliveries, if they ask for it (RFC 3461)."""
        return "dsn" in self._client.esmtp_extensions

    def abort(self) -> None:
        """End it without a word."""
        self._client.close()

    async def close(self) -> None:
        """Take leave, if it is open."""
        try:
            if self._client.is_connected:
                await self._client.quit(timeout=1)
        except (SMTPException, OSError):
            pass
        finally:
            self._client.close()

    async def send(self, claimed: Claimed, octets: bytes, before_end: BeforeEnd) -> Claimed:
        """Send a prepared message to all who are queued; how it then stands for each.

        `before_end` is called before the relay is given the end of the message, with what it said
        of the recipients; if that says no, the message is not sent.

        Raises:
            NotHeld: `before_end` said so.
            Stale: the connection broke before anything was said, and may be tried anew.
        """
        self.sent += 1
        extensions = self._client.esmtp_extensions
        row = claimed.row
        addresses = [row.sender, *(one.address for one in claimed.only(QUEUED))]
        agreed = envelope.terms(octets, addresses, extensions)
        refused = envelope.refusal(row.sender, agreed)
        if refused is not None:
            return _all(claimed, QUEUED, refused)
        if not agreed.is_8bit and not octets.isascii():
            octets = await asyncio.to_thread(envelope.seven_bit, octets)
            agreed = agreed._replace(size=len(octets))
        given = {"ENVID": row.wire_id} if row.purpose != NOTICE else {}  # RFC 8621 §7
        mail = envelope.mail_command(row.sender, {**given, **parameters_of(row)}, agreed)
        try:
            reply = await self._command(*mail)
        except _FAILURES as exc:
            raise Stale from exc
        if reply.code == 421:
            raise Stale
        if not reply.is_good:
            return _all(claimed, QUEUED, reply)
        return await self._transaction(claimed, octets, agreed, before_end)

    async def _transaction(
        self, claimed: Claimed, octets: bytes, agreed: Terms, before_end: BeforeEnd
    ) -> Claimed:
        """From the first recipient to the end of the message."""
        try:
            claimed = await self._recipients(claimed, agreed)
            if not claimed.only(HANDING):
                return await self._over(claimed)
            reply = await self._command(b"DATA")
            if reply.code != 354:
                refusal = SENSELESS if reply.is_good else reply
                return await self._over(_all(claimed, HANDING, refusal))
            await self._write(envelope.dotted(octets))
        except _FAILURES:
            self._client.close()
            return _all(_all(claimed, HANDING, BROKEN), QUEUED, BROKEN)
        if not await before_end(claimed):
            self._client.close()
            raise NotHeld
        try:
            return _all(claimed, HANDING, await self._command(b".", waits=LAST_WAITS))
        except _FAILURES:
            self._client.close()
            return _all(claimed, HANDING, UNANSWERED)

    async def _over(self, claimed: Claimed) -> Claimed:
        """Begin anew with the next message."""
        try:
            await self._command(b"RSET")
        except _FAILURES:
            self._client.close()
        return claimed

    async def _recipients(self, claimed: Claimed, agreed: Terms) -> Claimed:
        """Name them to the relay; those that it takes are in state HANDING then."""
        told: list[RecipientRow] = []
        for one in claimed.only(QUEUED)[:MAX_RECIPIENTS]:
            reply = await self._recipient(one, agreed)
            state = HANDING if reply.is_good else NO if reply.is_final else QUEUED
            told.append(one._replace(delivered=state, reply=str(reply)))
        return claimed.replaced(told)

    async def _recipient(self, one: RecipientRow, agreed: Terms) -> Reply:
        if not envelope.is_address(one.address):
            return BAD_ADDRESS
        if not one.address.isascii() and not agreed.is_utf8:
            return NEEDS_UTF8
        return await self._command(*envelope.rcpt_command(one.address, parameters_of(one), agreed))

    async def _command(self, *words: bytes, waits: int = 1) -> Reply:
        answer = await self._client.execute_command(*words, timeout=self._timeout * waits)
        return Reply.read(answer.code, answer.message)

    async def _write(self, octets: bytes) -> None:
        """Write the message, so that all but its end is on its way to the relay."""
        transport = cast("asyncio.WriteTransport", self._client.transport)
        if transport is None:
            raise ConnectionError("it is closed")
        async with asyncio.timeout(self._timeout * (1 + len(octets) // (1 << 20))):
            for start in range(0, len(octets), PIECE):
                transport.write(octets[start : start + PIECE])
                pause = 0.001
                while transport.get_write_buffer_size() > 0:
                    if transport.is_closing():
                        raise ConnectionError("it broke")
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LOOK_AFTER)


def _all(claimed: Claimed, state: str, reply: Reply) -> Claimed:
    """With an answer that is about all recipients that are in a state."""
    then = UNKNOWN if reply.is_good else NO if reply.is_final else QUEUED
    changed = [r._replace(delivered=then, reply=str(reply)) for r in claimed.only(state)]
    return claimed.replaced(changed)
