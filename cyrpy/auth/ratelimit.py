"""Rate limits on failed sign-ins, by address and by user, in one process.

Passwords must not be guessed, and nobody must be locked out by the guesses of others:

- An address (of IPv6: its /64) that failed too often is refused, whomever it tries.
- A user who was tried too often is refused, except from where that user signed in before: an
  attacker elsewhere cannot lock the user out of home and office.
- A wrong password counts once, however often it is repeated: a telephone with an old password does
  not close its household's address. Repeating it too often is refused by itself.
- Credentials whose success is remembered, app passwords and tokens do not come here: the first are
  known to be right, the others cannot be guessed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final, Literal, NamedTuple

CAPACITY: Final = 20_000  # keys; beyond it those go that failed the longest ago
TRUSTED: Final = 20_000  # pairs of user and address that are remembered


class Key(NamedTuple):
    """What failures are counted by."""

    kind: Literal["address", "user", "guess"]
    value: str | bytes


class FailureLimits:
    """Counts failures in a sliding window; `limit` of them within `window` seconds are enough."""

    def __init__(self, limit: int, window: float, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self._failures: dict[Key, deque[float]] = {}
        self._trusted: dict[tuple[str, str], None] = {}

    def count(self, key: Key) -> int:
        """How many failures of the key are remembered in the window."""
        oldest = self._clock() - self._window
        return sum(1 for at in self._failures.get(key, ()) if at > oldest)

    def failed(self, *keys: Key) -> None:
        """Count one failure for each key."""
        for key in keys:
            times = self._failures.pop(key, None)
            if times is None:
                times = deque(maxlen=self._limit)
                if len(self._failures) >= CAPACITY:
                    del self._failures[next(iter(self._failures))]
            times.append(self._clock())
            self._failures[key] = times  # last in order: of those that go, the last

    def wait(self, *keys: Key) -> int:
        """Seconds until none of the keys is over its limit; 0 if none is."""
        return max((self._wait(key) for key in keys), default=0)

    def _wait(self, key: Key) -> int:
        times = self._failures.get(key)
        if times is None or len(times) < self._limit:
            return 0
        return max(0, ceil(times[0] + self._window - self._clock()))

    def trust(self, userid: str, address: str) -> None:
        """Remember that the user signed in from there."""
        self._trusted.pop((userid, address), None)
        if len(self._trusted) >= TRUSTED:
            del self._trusted[next(iter(self._trusted))]
        self._trusted[userid, address] = None

    def trusts(self, userid: str, address: str) -> bool:
        """Whether the user signed in from there before."""
        return (userid, address) in self._trusted


def network_of(host: str | None) -> str:
    """What an address is counted as: itself, or the /64 that one IPv6 customer has."""
    if host is None:
        return "unix"
    try:
        parsed = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
