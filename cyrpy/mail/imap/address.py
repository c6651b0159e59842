"""URLs of mail servers: imaps://, imap:// (RFC 5092), smtps:// and smtp://."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from cyrpy.config.values import MAX_PORT, Address
from cyrpy.errors import FormatError

_PORTS: Final = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}
_VISIBLE: Final = frozenset(map(chr, range(0x21, 0x7F))) - {"\\"}


class Server(NamedTuple):
    """A server, who signs in there, and a folder, if the URL names one."""

    scheme: str  # imaps and smtps: TLS from the start; imap and smtp: by STARTTLS
    host: str
    port: int
    user: str  # "": it was not named
    folder: str = ""

    @classmethod
    def read(cls, url: str, *schemes: str) -> Server:
        """What a URL says; it may not hold a password, which others could see.

        Raises:
            FormatError: it is none of these, or holds a password.
        """
        example = f"{schemes[0]}://user@mail.example.com/"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as exc:
            raise FormatError(f"the URL's host or port is malformed; it is as {example}") from exc
        if parts.scheme not in schemes or not parts.hostname or not set(url) <= _VISIBLE:
            raise FormatError(f"the URL of the server is as {example}")
        if parts.password is not None:
            raise FormatError("a password does not belong in the URL, where others can see it")
        if parts.query or parts.fragment:
            raise FormatError(f"there is nothing behind the folder in a URL as {example}")
        number = _PORTS[parts.scheme] if port is None else port
        if not 0 < number <= MAX_PORT:
            raise FormatError(f"ports are from 1 to {MAX_PORT}")
        user = unquote(parts.username or "")
        return cls(parts.scheme, parts.hostname, number, user, unquote(parts.path.strip("/")))

    @property
    def has_tls(self) -> bool:
        """Whether TLS begins with the connection."""
        return self.scheme in {"imaps", "smtps"}

    @property
    def is_here(self) -> bool:
        """Whether what is sent there does not leave this host."""
        return Address(self.host, self.port).is_here

    def __str__(self) -> str:
        """The URL, with the port unless it is the usual one, and without a folder."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        return f"{self.scheme}://{user}{host}{port}"
