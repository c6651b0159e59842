"""Types of the core's own options: addresses, networks, folders, files, database URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyrpy.config.syntax import Syntax
from cyrpy.config.types import read_words

_MODULE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110 §5.6.2
_HOST = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_URL_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?", re.ASCII)
_SQLITE_PATH = re.compile(r"//[^/]")  # one slash ends the empty host, one begins the path
_DATABASES = ("postgresql", "postgresql+psycopg", "sqlite")
MAX_PORT = 65535
MAX_SOCKET_PATH = 107  # octets, sun_path of Linux without its NUL


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens: `host` and `port`, or the `path` of a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def is_here(self) -> bool:
        """Whether what is sent there does not leave this host."""
        return bool(self.path) or self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @classmethod
    def read(cls, text: str) -> Address:
        """An address as http_listen has it.

        Raises:
            ValueError: it is none.
        """
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            if not path.startswith("/"):
                raise ValueError(f'"{text}": the path of a socket begins with /')
            if len(path.encode()) > MAX_SOCKET_PATH:
                raise ValueError(f'"{text}": longer than {MAX_SOCKET_PATH} octets')
            return cls(path=path)
        host, _, port = text.rpartition(":")
        if not _PORT.fullmatch(port):
            raise ValueError(f'"{text}" has no port')
        if int(port) > MAX_PORT:
            raise ValueError(f'"{text}": ports end at {MAX_PORT}')
        return cls(host=_host(host), port=int(port))


def _host(host: str) -> str:
    if host.startswith("[") and host.endswith("]"):
        from ipaddress import IPv6Address  # noqa: PLC0415 - most configurations name none

        return str(IPv6Address(host[1:-1]))
    return read_host(host)


def read_host(text: str) -> str:
    """The name of a host or a domain, or an IPv4 address.

    Raises:
        ValueError: it is none.
    """
    if not _HOST.fullmatch(text):
        raise ValueError(f'"{text}" is no name of a host')
    return text


def read_addresses(text: str) -> tuple[str, ...]:
    """Addresses to listen on, checked.

    Raises:
        ValueError: one of them is not an address.
    """
    words = read_words(text)
    for word in words:
        Address.read(word)
    return words


def read_relay(text: str) -> str:
    """One address to connect to, checked.

    Raises:
        ValueError: it is none.
    """
    address = Address.read(text)
    if not address.path and not (address.host and address.port):
        raise ValueError(f'"{text}" names no host and port to connect to')
    return text


def read_module_names(text: str) -> tuple[str, ...]:
    """Names of modules; whether there are such modules is for the host to say.

    Raises:
        ValueError: one cannot be a name.
    """
    words = read_words(text)
    for word in words:
        if not _MODULE.fullmatch(word):
            raise ValueError(f'"{word}" cannot be the name of a module')
    return words


def read_networks(text: str) -> tuple[str, ...]:
    """IP addresses, networks and the word `unix`, checked.

    Raises:
        ValueError: one of them is something else.
    """
    from ipaddress import ip_network  # noqa: PLC0415 - few configurations name a proxy

    words = read_words(text)
    for word in words:
        if word != "unix":
            ip_network(word)
    return words


def read_directory(text: str) -> Path:
    """An absolute path below the root.

    Raises:
        ValueError: it is relative or the root.
    """
    path = Path(text)
    if not path.is_absolute() or path == Path("/"):
        raise ValueError
    return path


def read_files(text: str) -> tuple[Path, ...]:
    """Paths between commas; `disabled` stands for none, as in Cyrus."""
    if text.lower() == "disabled":
        return ()
    return tuple(Path(part.strip()) for part in text.split(",") if part.strip())


def write_files(paths: tuple[Path, ...]) -> str:
    """Paths joined by commas."""
    return ",".join(map(str, paths))


def read_url_path(text: str) -> str:
    """A path without a slash at its end; `/` is the same as none.

    Raises:
        ValueError: it is no such path.
    """
    if text != "/" and not _URL_PATH.fullmatch(text):
        raise ValueError
    return text.rstrip("/")


def read_header_names(text: str) -> tuple[str, ...]:
    """Names of header fields in lower case.

    Raises:
        ValueError: one is not a token.
    """
    words = read_words(text.lower())
    for word in words:
        if not _TOKEN.fullmatch(word):
            raise ValueError(f'"{word}" cannot be the name of a header field')
    return words


def read_database_url(text: str) -> str:
    """A URL of a database that is supported.

    Raises:
        ValueError: it is another; the text does not repeat the URL, which may hold a password.
    """
    parts = urlsplit(text)
    if parts.scheme not in _DATABASES or "://" not in text:
        raise ValueError(f"its scheme must be one of {', '.join(_DATABASES)}")
    if parts.scheme == "sqlite" and (parts.netloc or not _SQLITE_PATH.match(parts.path)):
        raise ValueError("the file must be absolute, as in sqlite:////path/of/file")
    return text


Addresses = Annotated[
    tuple[str, ...],
    Syntax(
        "host:port, [IPv6]:port or unix:/path, several separated by spaces",
        read_addresses,
        " ".join,
    ),
]
Relay = Annotated[str, Syntax("host:port, [IPv6]:port or unix:/path", read_relay)]
Networks = Annotated[
    tuple[str, ...],
    Syntax(
        "IP addresses, networks (10.0.0.0/8) and the word unix, separated by spaces",
        read_networks,
        " ".join,
    ),
]
ModuleNames = Annotated[
    tuple[str, ...], Syntax("names separated by spaces", read_module_names, " ".join)
]
HostName = Annotated[str, Syntax("the name of a host", read_host)]
Domain = Annotated[str, Syntax("a domain", read_host)]
Directory = Annotated[Path, Syntax("an absolute path other than /", read_directory)]
CertificateFiles = Annotated[
    tuple[Path, ...], Syntax("a path, or two separated by a comma", read_files, write_files)
]
UrlPath = Annotated[str, Syntax("a path such as /groupware", read_url_path)]
HeaderNames = Annotated[
    tuple[str, ...], Syntax("names separated by spaces", read_header_names, " ".join)
]
DatabaseUrl = Annotated[str, Syntax("a postgresql:// or sqlite:// URL", read_database_url)]
