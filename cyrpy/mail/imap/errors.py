"""What goes wrong with an IMAP server."""

from __future__ import annotations

from cyrpy.errors import CyrpyError, Unavailable


class ServerError(Unavailable):
    """The server cannot be reached, or the connection broke; another try may help."""


class SignInRefused(ServerError):
    """The server does not take name and password."""


class Refused(CyrpyError):
    """The server answered NO or BAD to one command (RFC 3501 §7.1)."""


class NotHeld(Exception):
    """The account is another process's meanwhile, or gone: nothing more is to be done here."""
