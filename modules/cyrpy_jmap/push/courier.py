"""Courier: POSTs push messages to URLs that clients gave (RFC 8030 §5), and judges the answers."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin

from cyrpy.errors import Forbidden, Unavailable
from cyrpy_jmap.push.ssrf import PUBLIC, Policy, Target

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = 30.0  # seconds for one POST, redirects included
ANSWER_LIMIT: Final = 16 << 10  # octets of an answer that are read; nothing in it is of use
REDIRECTS: Final = 3
LONGEST_WAIT: Final = 24 * 3600.0  # seconds, whatever Retry-After says
HOSTS: Final = 32  # with which connections are kept at once
IDLE_SECONDS: Final = 30.0  # that a connection is kept
CONNECTIONS: Final = 8  # to one host

MakeHeaders = Callable[[Target], Mapping[str, str]]


class Verdict(Enum):
    """What became of a message."""

    DELIVERED = "delivered"
    LATER = "later"  # not now: the service is overloaded, failing or not reached
    REFUSED = "refused"  # the service wants no such message
    GONE = "gone"  # nobody is there, and nobody will be
    FORBIDDEN = "forbidden"  # the server may not go there


class Outcome(NamedTuple):
    """A verdict, the HTTP status if there was one, and how long the service wants to be left."""

    verdict: Verdict
    status: int | None = None
    wait: float = 0.0  # seconds


class Courier:
    """Keeps some connections; each client only ever talks to the host that it was made for.

    The connection goes to an address that `policy` judged, while name and certificate are those
    of the URL. Redirects are followed where they keep the method (307, 308), as the first URL.
    """

    def __init__(
        self,
        policy: Policy = PUBLIC,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._policy = policy
        self._context = context
        self._clock = clock
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def post(self, url: str, body: bytes, make_headers: MakeHeaders) -> Outcome:
        """Send one message; `make_headers` gives those for the host that is asked."""
        try:
            async with asyncio.timeout(TIMEOUT):
                for _ in range(REDIRECTS + 1):
                    target = self._policy.target(url)
                    answer = await self._once(target, body, make_headers(target))
                    if answer.location is None:
                        return _judged(answer)
                    url = urljoin(url, answer.location)
        except Forbidden:
            return Outcome(Verdict.FORBIDDEN)
        except (Unavailable, TimeoutError):
            return Outcome(Verdict.LATER)
        return Outcome(Verdict.REFUSED)

    async def _once(self, target: Target, body: bytes, headers: Mapping[str, str]) -> _Answer:
        """One POST.

        Raises:
            Forbidden: the host is not one to talk to.
            Unavailable: it cannot be talked to now.
        """
        import httpx  # noqa: PLC0415 - slow to import, and many servers never push

        address = await self._policy.resolve(target)
        url = httpx.URL(
            scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode()
        )
        try:
            async with self._client(target).stream(
                "POST",
                url,
                content=body,
                headers={**headers, "host": target.authority},
                extensions={"sni_hostname": target.host},
            ) as response:
                await _drained(response)
                moved = response.status_code in {307, 308}
                return _Answer(
                    response.status_code,
                    response.headers.get("location") if moved else None,
                    _wait(response.headers.get("retry-after"), self._clock()),
                )
        except (httpx.HTTPError, OSError) as exc:
            raise Unavailable(f"{target.host} cannot be reached") from exc

    def _client(self, target: Target) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - as above

        client = self._clients.pop(target.origin, None)
        if client is None:
            if self._context is None:
                self._context = ssl.create_default_context()
            client = httpx.AsyncClient(
                verify=self._context,
                trust_env=False,  # no proxy: it would resolve the name again
                follow_redirects=False,
                timeout=TIMEOUT,
                limits=httpx.Limits(
                    max_connections=CONNECTIONS,
                    max_keepalive_connections=CONNECTIONS,
                    keepalive_expiry=IDLE_SECONDS,
                ),
            )
        self._clients[target.origin] = client  # the last used is the last
        return client

    async def tidy(self) -> None:
        """Hang up on the hosts that were not used for longest, beyond HOSTS."""
        while len(self._clients) > HOSTS:
            client = self._clients.pop(next(iter(self._clients)))
            await client.aclose()

    async def aclose(self) -> None:
        """Hang up."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()


class _Answer(NamedTuple):
    """What of an answer matters."""

    status: int
    location: str | None  # where to go instead
    retry_after: float


async def _drained(response: httpx.Response) -> None:
    """Read the answer's body, so that the connection can be used again; a long one is cut off."""
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > ANSWER_LIMIT:
            return


def _wait(retry_after: str | None, now: float) -> float:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3)."""
    if retry_after is None:
        return 0.0
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:10]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return max(0.0, min(moment.timestamp() - now, LONGEST_WAIT))


def _judged(answer: _Answer) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Outcome(Verdict.DELIVERED, status)
    if status in {404, 410}:
        return Outcome(Verdict.GONE, status)
    if status in {408, 425, 429} or status >= 500:
        return Outcome(Verdict.LATER, status, answer.retry_after)
    return Outcome(Verdict.REFUSED, status)
