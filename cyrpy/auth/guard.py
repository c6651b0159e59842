"""Guard: what becomes of failed sign-ins, one after the other (see `cyrpy.auth.ratelimit`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from cyrpy.auth.memory import Rejected, SignInMemory
from cyrpy.auth.ratelimit import FailureLimits, Key
from cyrpy.config import CoreSettings

FIRST_PAUSE: Final = 0.25  # seconds, at the second failure from an address; it doubles with each
MAX_DOUBLINGS: Final = 10
MAX_PAUSED: Final = 64  # refusals that are held back at one time

Sleep = Callable[[float], Awaitable[None]]


class Attempt(NamedTuple):
    """One header from one place, on its way to be verified."""

    digest: bytes
    network: str
    was_good: bool  # it is remembered as right, only for too long

    @property
    def guess(self) -> Key:
        """What repetitions of the same header are counted by."""
        return Key("guess", self.digest)

    @property
    def address(self) -> Key:
        """What failures from the same place are counted by."""
        return Key("address", self.network)


class MustWait(Exception):
    """Too many attempts failed for this one to be looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Guard:
    """Counts failures, remembers them, and holds their refusals back."""

    def __init__(
        self,
        settings: CoreSettings,
        memory: SignInMemory,
        clock: Callable[[], float],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._window = settings.auth_rate_window
        self._longest_pause = settings.failedloginpause
        self._limits = FailureLimits(settings.auth_rate_limit, settings.auth_rate_window, clock)
        self._memory = memory
        self._clock = clock
        self._sleep = sleep
        self._paused = 0

    def require_chance(self, attempt: Attempt, userid: str) -> None:
        """Make sure that a password may be tried.

        Raises:
            MustWait: too many failed, from there or for that user.
        """
        if attempt.was_good:
            return
        keys = [attempt.address]
        if not self._limits.trusts(userid, attempt.network):
            keys.append(Key("user", userid))
        self._require_patience(*keys)

    def is_repeated(self, attempt: Attempt, epoch: int | None) -> bool:
        """Whether the very same password was found wrong, and nothing has changed; counts it.

        Raises:
            MustWait: it was sent too often.
        """
        rejected = self._memory.rejected(attempt.digest)
        if rejected is None or rejected.epoch != epoch or self._clock() >= rejected.until:
            return False
        self._require_patience(attempt.guess)
        self._limits.failed(attempt.guess)
        return True

    def password_failed(self, attempt: Attempt, userid: str, epoch: int | None) -> None:
        """Count a wrong password; `epoch` is that of the user, None if there is none."""
        self._memory.reject(attempt.digest, Rejected(epoch, self._clock() + self._window))
        self._limits.failed(attempt.guess, attempt.address, Key("user", userid))

    def token_failed(self, attempt: Attempt) -> None:
        """Count a wrong token; repeated, it counts for itself alone.

        Raises:
            MustWait: it was sent too often, or too many failed from there.
        """
        self._require_patience(attempt.address, attempt.guess)
        if self._limits.count(attempt.guess) == 0:
            self._limits.failed(attempt.address)
        self._limits.failed(attempt.guess)

    def succeeded(self, attempt: Attempt, userid: str) -> None:
        """The user is at home there: what fails elsewhere is not held against it."""
        self._limits.trust(userid, attempt.network)

    def _require_patience(self, *keys: Key) -> None:
        seconds = self._limits.wait(*keys)
        if seconds:
            raise MustWait(seconds)

    async def pause(self, attempt: Attempt) -> None:
        """Hold a refusal back, the longer the more failed from there (`failedloginpause`)."""
        failures = self._limits.count(attempt.address)
        if failures < 2 or not self._longest_pause or self._paused >= MAX_PAUSED:
            return
        seconds = FIRST_PAUSE * 2 ** min(failures - 2, MAX_DOUBLINGS)
        self._paused += 1
        try:
            await self._sleep(min(seconds, self._longest_pause))
        finally:
            self._paused -= 1
