"""Behind a reverse proxy: who the client is, how it reached us, and by which URL.

Only what trusted proxies say is believed: from the right, each address must be a trusted proxy's
for the one before it to count. The first that is not is the client.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from cyrpy.errors import ConfigError
from cyrpy.host.forwarded import HOST, Hop, parse_forwarded, parse_x_forwarded
from cyrpy.http.problem import HttpError
from cyrpy.http.scope import HEADERS, Scope, headers_of

UNIX = "unix"  # the word for peers on a Unix socket, who have no address
ANYONE = "*"


class TrustedProxies:
    """The proxies whose word counts, by address, by network (`10.0.0.0/8`), as `unix` or `*`.

    Raises:
        ConfigError: a word is none of these.
    """

    def __init__(self, words: Iterable[str]) -> None:
        names = set(words)
        self._anyone = ANYONE in names
        self._unix = UNIX in names or self._anyone
        self._networks = [_network(word) for word in names - {ANYONE, UNIX}]
        self._known = lru_cache(maxsize=1024)(self._is_listed)

    def __bool__(self) -> bool:
        return self._unix or bool(self._networks)

    def trusts(self, address: str | None) -> bool:
        """Whether the peer at `address` (None: on a Unix socket) is a trusted proxy."""
        return self._unix if address is None else self._known(address)

    def _is_listed(self, address: str) -> bool:
        if self._anyone:
            return True
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(parsed in network for network in self._networks)

    def apply(self, scope: Scope) -> None:
        """Put what the trusted proxy in front of us says into `scope`: client, scheme, Host.

        Raises:
            HttpError: 400 if it sends both Forwarded and X-Forwarded-For and they name different
                clients: one of them comes from the client itself.
        """
        hop = self._hop(headers_of(scope))
        if hop is None:
            return
        if hop.client is not None:
            scope["client"] = (hop.client, hop.port)
        if hop.scheme is not None:
            socket = scope["type"] == "websocket"
            scope["scheme"] = hop.scheme.replace("http", "ws") if socket else hop.scheme
        if hop.host is not None:
            _set_host(scope, hop.host.encode("ascii"))

    def _hop(self, headers: dict[bytes, bytes]) -> Hop | None:
        """What the outermost trusted proxy says of its client."""
        standard, older = headers.get(b"forwarded"), headers.get(b"x-forwarded-for")
        found: list[Hop] = []
        if standard is not None:
            hops = parse_forwarded(standard)
            if hops is None:
                raise HttpError(400, detail="the Forwarded header is malformed (RFC 7239 §4)")
            found.append(self._outermost(hops))
        more = headers.get(b"x-forwarded-proto"), headers.get(b"x-forwarded-host")
        if older is not None or (standard is None and any(more)):
            found.append(self._outermost(parse_x_forwarded(older or b"", *more)))
        if len(found) == 2 and found[0].client != found[1].client:
            detail = "Forwarded and X-Forwarded-For name different clients; the proxy must drop one"
            raise HttpError(400, detail=detail)
        return found[0] if found else None

    def _outermost(self, hops: list[Hop]) -> Hop:
        """The hop whose client is the first, from the right, that is no trusted proxy."""
        for hop in reversed(hops):
            if hop.client is None or not self.trusts(hop.client):
                return hop
        return hops[0]


def base_url(scope: Scope) -> str:
    """`https://host/root` of this request, without a slash at the end: prefix for absolute URLs.

    Raises:
        HttpError: 400 if Host is not a host name or address with an optional port.
    """
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    host = headers_of(scope).get(b"host", b"").decode("latin-1")
    if not host:  # HTTP/1.0
        server = scope.get("server") or ("localhost", None)
        name = f"[{server[0]}]" if ":" in server[0] else server[0]
        host = name if server[1] is None else f"{name}:{server[1]}"
    elif not HOST.fullmatch(host):
        raise HttpError(400, detail="the Host header is not a host name (RFC 9110 §7.2)")
    return f"{scheme}://{host}{scope.get('root_path', '')}"


def set_root_path(scope: Scope, root: str) -> None:
    """Serve below `root` (`/mail`), whether the proxy in front strips it from the path or not."""
    path: str = scope["path"]
    if path != root and not path.startswith(root + "/"):
        scope["path"] = root + path
        raw: bytes = scope.get("raw_path") or b""
        scope["raw_path"] = root.encode("ascii") + raw
    scope["root_path"] = root


def _set_host(scope: Scope, host: bytes) -> None:
    """Replace the Host header, in the list and in the dict made of it."""
    others = [pair for pair in scope["headers"] if pair[0] != b"host"]
    scope["headers"] = [(b"host", host), *others]
    scope[HEADERS] = {**headers_of(scope), b"host": host}


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(word)
    except ValueError as exc:
        raise ConfigError(
            f"trusted proxy {word!r} is no address, network (10.0.0.0/8), unix or *: {exc}"
        ) from exc
