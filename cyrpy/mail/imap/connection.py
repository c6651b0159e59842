"""A connection to an IMAP server, over imapclient; what goes wrong becomes an error of ours."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from imapclient import IMAPClient, SocketTimeout  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
    ProtocolError,
)

from cyrpy.errors import ConfigError
from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.errors import Refused, ServerError, SignInRefused

CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 90.0


class Connection:
    """A connection that is signed in."""

    def __init__(self, server: Server, password: str, verify: ssl.SSLContext) -> None:
        """Connect.

        Raises:
            ServerError: that is not possible.
        """
        logging.getLogger("imapclient").setLevel(logging.WARNING)  # it would log all mail
        self.server = server
        with self.translated("connecting"):
            timeout = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
            context = verify if server.has_tls else None
            self._imap: Any = IMAPClient(
                server.host, server.port, ssl=server.has_tls, ssl_context=context, timeout=timeout
            )
        self._imap.normalise_times = False
        try:
            self._sign_in(password, verify)
        except BaseException:
            self.abort()
            raise

    @contextmanager
    def translated(self, what: str) -> Iterator[None]:
        """Errors of the connection and of single commands as ours."""
        where = f"{self.server.host}:{self.server.port}"
        try:
            yield
        except LoginError as exc:
            raise SignInRefused(f"{where} refuses the sign-in: {_told(exc)}") from exc
        except (IMAPClientAbortError, ProtocolError, OSError) as exc:
            raise ServerError(f"{where}: {what}: {_told(exc)}") from exc
        except IMAPClientError as exc:
            raise Refused(f"{what}: {_told(exc)}") from exc
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as exc:
            # What imapclient makes of an answer that no IMAP server gives.
            raise ServerError(f"{where}: {what}: the answer makes no sense") from exc

    def _sign_in(self, password: str, verify: ssl.SSLContext) -> None:
        with self.translated("signing in"):
            if not self.server.has_tls:
                self._protect(verify)
            if (self.server.user + password).isascii() or not self.has("AUTH=PLAIN"):
                self._imap.login(self.server.user, password)
            else:
                self._imap.plain_login(self.server.user, password)
        with self.translated("asking what the server can do"):
            self.has_condstore = self.has("CONDSTORE") or self.has("QRESYNC")
            self.has_qresync = self.has("QRESYNC") and self.has("ENABLE")
            self.has_uidplus = self.has("UIDPLUS")
            self.has_move = self.has("MOVE")
            self.has_idle = self.has("IDLE")
            if self.has_qresync:
                self._imap.enable("QRESYNC")
            elif self.has_condstore and self.has("ENABLE"):
                self._imap.enable("CONDSTORE")

    def _protect(self, verify: ssl.SSLContext) -> None:
        """Begin TLS; what stays on this very host may do without."""
        if self.server.is_here and not self.has("LOGINDISABLED"):
            return
        if not self.has("STARTTLS"):
            raise IMAPClientAbortError("it has no STARTTLS, and others could read the password")
        self._imap.starttls(verify)

    def has(self, capability: str) -> bool:
        """Whether the server can do that."""
        return bool(self._imap.has_capability(capability))

    def abort(self) -> None:
        """End the connection without a word, from any thread."""
        with suppress(OSError, AttributeError):
            self._imap.socket().shutdown(socket.SHUT_RDWR)
        with suppress(OSError, AttributeError, IMAPClientError):
            self._imap.shutdown()

    def close(self) -> None:
        """Take leave."""
        try:
            self._imap.logout()
        except (OSError, IMAPClientError, ValueError, AttributeError):
            self.abort()


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """By what certificates are verified; `ca_file` holds further authorities.

    Raises:
        ConfigError: it cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as exc:
            raise ConfigError(f"the certificates in {ca_file} cannot be used: {exc}") from exc
    return context


def text_of(value: object) -> str:
    """Text of what imapclient gives as octets or as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _told(exc: BaseException) -> str:
    """What went wrong, in one line that is not too long."""
    text = exc.args[0] if exc.args and not isinstance(exc, OSError) else str(exc)
    line = " ".join(text_of(text).split())
    return line[:300] or type(exc).__name__
