"""How much one address, and all of them together, may ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cyrpy.auth.ratelimit import FailureLimits, Key, network_of
from cyrpy.http.problem import RETRY_SOON, HttpError
from cyrpy.http.scope import Scope

MINUTE: Final = 60.0  # seconds
EACH: Final = 8  # answers to one address at the same time: who reads slowly holds up nobody else
ALL: Final = 256


class Gate:
    """Counts requests and answers under way, in one process."""

    def __init__(self, rate_limit: int, clock: Callable[[], float]) -> None:
        self._requests = FailureLimits(rate_limit, MINUTE, clock) if rate_limit else None
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def passed(self, scope: Scope) -> Iterator[None]:
        """One request, as long as it lasts.

        Raises:
            HttpError: 429 if the address asked too often, 503 if too much is under way.
        """
        client = scope["client"]
        network = network_of(client[0] if client else None)
        if self._requests is not None:
            self._count(self._requests, Key("address", network))
        if self._under_way[network] >= EACH or self._under_way.total() >= ALL:
            raise HttpError(503, detail="too many ask at the same time", headers=(RETRY_SOON,))
        self._under_way[network] += 1
        try:
            yield
        finally:
            self._under_way[network] -= 1
            if not self._under_way[network]:
                del self._under_way[network]

    def _count(self, requests: FailureLimits, key: Key) -> None:
        seconds = requests.wait(key)
        if seconds > 0:
            retry = (b"retry-after", b"%d" % seconds)
            raise HttpError(429, detail="too many requests from this address", headers=(retry,))
        requests.failed(key)
