"""Which hosts the server may be made to contact by a URL of a client's (RFC 8620 §8.6).

A URL that a client gives must not make the server talk to itself, to its neighbours, or to what
listens there for something else. Its host is resolved once, every address is judged, and the
connection goes to an address that was judged: a second answer of the DNS changes nothing.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cyrpy.errors import Forbidden, Unavailable

IpAddress = IPv4Address | IPv6Address
MAX_URL: Final = 2000  # characters
RESOLVE_SECONDS: Final = 10.0
PORTS: Final = {"https": 443, "http": 80}
_VISIBLE: Final = re.compile(r"[!-\[\]-~]+", re.ASCII)  # no space, no control, no backslash
_NAME: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?"
)
# Beside what is not global: ways into other networks, and what Python's tables may not know yet.
NEVER: Final = tuple(
    ip_network(text)
    for text in (
        "192.88.99.0/24",  # relays of 6to4
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "64:ff9b:1::/48",  # local NAT64 (RFC 8215)
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local of old
    )
)
NAT64: Final = ip_network("64:ff9b::/96")


class Target(NamedTuple):
    """Where a URL leads."""

    scheme: str
    host: str  # lower case; an IPv6 address without brackets
    port: int
    path: str  # with the query

    @property
    def origin(self) -> str:
        """Scheme, host and port, the last only if it is not the usual one (RFC 6454 §6.2)."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def is_public(address: IpAddress) -> bool:
    """Whether anybody on the Internet may be there."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    if any(address in network for network in NEVER if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_usual_port(port: int) -> bool:
    """HTTPS's port, or one that needs no privilege: not those of mail, SSH and their like."""
    return port == PORTS["https"] or port >= 1024


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be contacted; tests have one of their own, servers this one."""

    schemes: frozenset[str] = frozenset({"https"})
    may_connect: Callable[[IpAddress], bool] = is_public
    may_use_port: Callable[[int], bool] = is_usual_port

    def target(self, url: str) -> Target:
        """Where a URL leads, if it may be used at all; nothing is resolved.

        Raises:
            Forbidden: it may not; the text does not repeat the URL.
        """
        if len(url) > MAX_URL or not _VISIBLE.fullmatch(url):
            raise Forbidden(f"a URL has at most {MAX_URL} characters, all visible ASCII")
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as exc:
            raise Forbidden("the URL's host or port is malformed") from exc
        if parts.scheme not in self.schemes:
            raise Forbidden(f"the URL must begin with {' or '.join(sorted(self.schemes))}://")
        if parts.username is not None or parts.password is not None:
            raise Forbidden("the URL may not hold a user name or password")
        self._check_host(host)
        number = PORTS[parts.scheme] if port is None else port
        if port is not None and not self.may_use_port(number):
            raise Forbidden(f"port {number} may not be used: 443, or one from 1024 on")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, host, number, path)

    def _check_host(self, host: str) -> None:
        try:
            literal = ip_address(host)
        except ValueError:
            if not _NAME.fullmatch(host):
                raise Forbidden("the URL's host is no host name") from None
            return
        self.check(literal)

    def check(self, address: IpAddress) -> None:
        """Make sure of one address.

        Raises:
            Forbidden: it is not a public one.
        """
        if not self.may_connect(address):
            raise Forbidden("the URL's host is not on the public Internet")

    async def resolve(self, target: Target) -> str:
        """An address of the target, all of whose addresses are good.

        Raises:
            Forbidden: one of them is not a public one.
            Unavailable: the name does not resolve now.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError) as exc:
            raise Unavailable(f"{target.host} does not resolve") from exc
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        for address in addresses:
            self.check(_parsed(address))
        if not addresses:
            raise Unavailable(f"{target.host} has no address")
        return addresses[0]


def _parsed(text: str) -> IpAddress:
    """An address of the resolver's.

    Raises:
        Forbidden: it has a zone (`fe80::1%eth0`), so it is of a link of this machine.
    """
    try:
        address = ip_address(text)
    except ValueError as exc:
        raise Forbidden("the URL's host is not on the public Internet") from exc
    if getattr(address, "scope_id", None) is not None:
        raise Forbidden("the URL's host is not on the public Internet")
    return address


PUBLIC: Final = Policy()
