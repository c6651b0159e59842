"""HTTP to another server: bounded answers, redirects by hand, another try where that may help."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from cyrpy import __version__
from cyrpy.transfer.dav.errors import RemoteError

MAX_ANSWER: Final = 64 << 20  # octets, unpacked
MAX_REDIRECTS: Final = 5
TRIES: Final = 5
LONGEST_PAUSE: Final = 60.0  # seconds
TIMEOUT: Final = httpx.Timeout(60.0, connect=15.0)
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
XML: Final = {"content-type": "application/xml; charset=utf-8"}


class Reply(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str  # where it came from in the end


class Login(NamedTuple):
    """By what one signs in there."""

    user: str
    password: str


class Client:
    """One server and what belongs to it; it signs in nowhere else.

    `verify`: how its certificate is checked; `sleep` waits between tries.
    """

    def __init__(
        self,
        url: str,
        login: Login,
        *,
        verify: ssl.SSLContext | bool = True,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = _checked(url)
        self._login = login
        self._sleep = sleep
        self._is_digest = False
        self._http = httpx.Client(
            auth=httpx.BasicAuth(*login),
            verify=verify,
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"user-agent": f"cyrpy/{__version__}", "accept-encoding": "gzip"},
            transport=transport,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None
    ) -> None:
        self._http.close()

    def request(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer to a request that may be repeated; any status but those of redirects.

        Raises:
            RemoteError: there is none, or it is too large, or it leads somewhere else.
        """
        for _ in range(MAX_REDIRECTS + 1):
            self._check_host(url)
            reply = self._tried(method, url, body, headers or {})
            location = reply.headers.get("location")
            if reply.status not in _REDIRECTS or not location:
                return reply
            target = urljoin(url, location)
            if url.startswith("https:") and not target.startswith("https:"):
                raise RemoteError(f"{url} leads to a URL without TLS; nothing is sent there")
            url = target
        raise RemoteError(f"{url}: more than {MAX_REDIRECTS} redirects")

    def _check_host(self, url: str) -> None:
        """Make sure that credentials stay with the server that they are for.

        Large services spread their users over hosts of one domain; these are one server to us.

        Raises:
            RemoteError: it is another's URL.
        """
        ours, theirs = urlsplit(self.url), urlsplit(_checked(url))
        if ours.netloc == theirs.netloc:
            return
        if ours.hostname == theirs.hostname:
            return  # another port, or https in place of http
        if theirs.scheme == "https" and _domain(ours.hostname) == _domain(theirs.hostname):
            return
        raise RemoteError(f"it leads to another server, {theirs.netloc}; give that URL itself")

    def _tried(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        pause = 1.0
        for left in range(TRIES - 1, -1, -1):
            try:
                reply = self._once(method, url, body, headers)
            except httpx.TransportError as exc:
                if not left or not _may_pass(exc):
                    raise RemoteError(f"{url}: {exc or type(exc).__name__}") from exc
                self._sleep(pause)
            else:
                if reply.status == 401 and self._takes_digest(reply):
                    continue
                if reply.status not in _AGAIN or not left:
                    return reply
                self._sleep(_asked_pause(reply, pause))
            pause *= 2
        raise RemoteError(f"{url}: it did not answer")

    def _takes_digest(self, reply: Reply) -> bool:
        """Whether to sign in by Digest from now on, as old servers want it (RFC 7616)."""
        challenge = reply.headers.get("www-authenticate", "").lower()
        if self._is_digest or "digest" not in challenge or "basic" in challenge:
            return False
        self._is_digest = True
        self._http.auth = httpx.DigestAuth(*self._login)
        return True

    def _once(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        given = {**(XML if body else {}), **headers}
        with self._http.stream(method, url, content=body, headers=given) as answer:
            pieces: list[bytes] = []
            size = 0
            for piece in answer.iter_bytes():
                size += len(piece)
                if size > MAX_ANSWER:
                    raise RemoteError(f"{url}: an answer of more than {MAX_ANSWER} octets")
                pieces.append(piece)
            return Reply(answer.status_code, answer.headers, b"".join(pieces), url)


def _may_pass(exc: httpx.TransportError) -> bool:
    """Whether another try may do better."""
    is_mistrust = "CERTIFICATE_VERIFY_FAILED" in str(exc)
    return not (is_mistrust or isinstance(exc, httpx.UnsupportedProtocol))


def _checked(url: str) -> str:
    """The URL.

    Raises:
        RemoteError: it is none of HTTP, or it has credentials in it.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as exc:
        raise RemoteError(f"{url[:200]!r} is no URL: {exc}") from exc
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RemoteError(f"{url[:200]!r} is no URL of a server, such as https://dav.example.com/")
    if parts.username is not None:
        raise RemoteError("give the name by --user and the password by --password-stdin")
    return url


def _domain(host: str | None) -> tuple[str, ...]:
    """The last two labels: as near to who owns a host as its name says."""
    labels = tuple((host or "").lower().split("."))
    return labels[-2:] if len(labels) > 2 and not labels[-1].isdigit() else labels


def _asked_pause(reply: Reply, pause: float) -> float:
    """What Retry-After says in seconds, if that is not too long."""
    text = reply.headers.get("retry-after", "").strip()
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 6 else pause
    return min(max(seconds, 0.0), LONGEST_PAUSE)
