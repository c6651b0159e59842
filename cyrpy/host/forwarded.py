"""What proxies say of a request: `Forwarded` (RFC 7239) and the older `X-Forwarded-*`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

MAX_HOPS = 32  # elements that are looked at, from the right: the nearest proxies
_PAIR = re.compile(
    r"""\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)=("(?:[^"\\]|\\.)*"|[^\s;,="]*)\s*([;,]|$)"""
)
_ESCAPE = re.compile(r"\\(.)")
HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Hop:
    """One proxy's account: whom it served, by which scheme, and which host was asked for."""

    client: str | None = None  # None: obfuscated, unknown or not an address
    port: int = 0  # 0: not told
    scheme: str | None = None  # "http" or "https"
    host: str | None = None


def parse_forwarded(value: bytes) -> list[Hop] | None:
    """The hops of a Forwarded header, from the client to here (RFC 7239 §4); None if malformed."""
    hops: list[Hop] = []
    pairs: dict[str, str] = {}
    text = value.decode("latin-1")
    position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None:
            return None
        name, word, end = match.groups()
        pairs.setdefault(name.lower(), _unquoted(word))
        position = match.end()
        if end == ",":
            hops.append(_hop(pairs))
            pairs = {}
    if not pairs:  # empty, or a comma at the end
        return None
    hops.append(_hop(pairs))
    return hops[-MAX_HOPS:]


def parse_x_forwarded(
    clients: bytes, schemes: bytes | None = None, hosts: bytes | None = None
) -> list[Hop]:
    """The hops of X-Forwarded-For, with what X-Forwarded-Proto and -Host say of each.

    Many proxies write only one scheme and one host, whatever the number of addresses: those then
    hold for every hop.
    """
    addresses = _words(clients)
    proto = _aligned(schemes, len(addresses))
    host = _aligned(hosts, len(addresses))
    return [
        Hop(*node(address), scheme=_scheme(proto[i]), host=_host(host[i]))
        for i, address in enumerate(addresses)
    ]


def node(text: str) -> tuple[str | None, int]:
    """Address and port of a node: `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1` (§6)."""
    address, port = text, ""
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    try:
        parsed = ip_address(address)
    except ValueError:
        return None, 0
    mapped = getattr(parsed, "ipv4_mapped", None)
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    return str(mapped or parsed), number if number < 65536 else 0


def _hop(pairs: dict[str, str]) -> Hop:
    client, port = node(pairs.get("for", ""))
    return Hop(client, port, _scheme(pairs.get("proto", "")), _host(pairs.get("host", "")))


def _unquoted(word: str) -> str:
    """The text of a token or quoted-string (RFC 9110 §5.6.4)."""
    return _ESCAPE.sub(r"\1", word[1:-1]) if word.startswith('"') else word


def _words(value: bytes) -> list[str]:
    """The last members of a comma-separated list."""
    return [word.strip() for word in value.decode("latin-1").split(",")][-MAX_HOPS:]


def _aligned(value: bytes | None, count: int) -> list[str]:
    """One word per hop; the last (the nearest proxy's) for each if their numbers differ."""
    words = _words(value) if value is not None else [""]
    return words if len(words) == count else [words[-1]] * count


def _scheme(text: str) -> str | None:
    scheme = {"wss": "https", "ws": "http"}.get(text.lower(), text.lower())
    return scheme if scheme in {"http", "https"} else None


def _host(text: str) -> str | None:
    return text.lower() if HOST.fullmatch(text) else None
