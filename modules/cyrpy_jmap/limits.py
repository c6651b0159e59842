"""The limits of the core capability (RFC 8620 §2), and the two that count what runs at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from cyrpy_jmap.errors import MethodError, RequestError

WAITING: Final = 100  # requests of one user that wait for others of the same user to end
COLLATIONS: Final = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask; the suggested minimum of RFC 8620 or more."""

    max_size_upload: int = 1 << 30  # octets
    max_concurrent_upload: int = 5
    max_size_request: int = 10 << 20  # octets
    max_concurrent_requests: int = 5
    max_calls_in_request: int = 50
    max_objects_in_get: int = 4096
    max_objects_in_set: int = 4096
    upload_quota: int = 2 << 30  # octets; of one user's uploads that nothing refers to

    def capability(self) -> dict[str, Any]:
        """The value of `urn:ietf:params:jmap:core` in the Session object."""
        return {
            "maxSizeUpload": self.max_size_upload,
            "maxConcurrentUpload": self.max_concurrent_upload,
            "maxSizeRequest": self.max_size_request,
            "maxConcurrentRequests": self.max_concurrent_requests,
            "maxCallsInRequest": self.max_calls_in_request,
            "maxObjectsInGet": self.max_objects_in_get,
            "maxObjectsInSet": self.max_objects_in_set,
            "collationAlgorithms": list(COLLATIONS),
        }

    def check_get(self, count: int) -> None:
        """Refuse to fetch more than maxObjectsInGet.

        Raises:
            MethodError: `requestTooLarge`.
        """
        if count > self.max_objects_in_get:
            raise MethodError(
                "requestTooLarge",
                f"at most {self.max_objects_in_get} objects in one /get (maxObjectsInGet); "
                "name fewer ids",
            )

    def check_set(self, count: int) -> None:
        """Refuse to create, update and destroy more than maxObjectsInSet together.

        Raises:
            MethodError: `requestTooLarge`.
        """
        if count > self.max_objects_in_set:
            raise MethodError(
                "requestTooLarge",
                f"{count} objects to create, update or destroy; at most "
                f"{self.max_objects_in_set} in one call (maxObjectsInSet)",
            )


class Gate:
    """Runs so many requests of one user at once; further ones wait their turn, up to a bound.

    Only used on the event loop, so without a lock.
    """

    def __init__(self, limit: int, name: str) -> None:
        self._limit = limit
        self._name = name
        self._running: dict[int, int] = {}
        self._waiting: dict[int, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def held(self, principal_id: int) -> AsyncIterator[None]:
        """Hold a place; raises what `enter` raises."""
        await self.enter(principal_id)
        try:
            yield
        finally:
            self.leave(principal_id)

    def take(self, principal_id: int) -> bool:
        """Take a place if one is free."""
        running = self._running.get(principal_id, 0)
        if running >= self._limit:
            return False
        self._running[principal_id] = running + 1
        return True

    async def enter(self, principal_id: int) -> None:
        """Take a place; each `enter` must be followed by one `leave`.

        Raises:
            RequestError: `limit`, if too many wait for one already.
        """
        if self.take(principal_id):
            return
        running = self._limit
        queue = self._waiting.setdefault(principal_id, deque())
        if len(queue) >= WAITING:
            raise RequestError(
                "limit",
                429,
                f"{running} requests of this user are running, which is as many as may "
                f"({self._name}), and {WAITING} more wait; let some end first",
                limit=self._name,
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(principal_id)  # the place came, but too late
            else:
                queue.remove(turn)
            raise

    def leave(self, principal_id: int) -> None:
        """Give the place to the one who has waited longest, or back."""
        queue = self._waiting.get(principal_id)
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._waiting.pop(principal_id, None)
        left = self._running[principal_id] - 1
        if left:
            self._running[principal_id] = left
        else:
            del self._running[principal_id]
