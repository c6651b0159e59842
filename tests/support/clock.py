"""A clock that tests move."""

from __future__ import annotations

START = 1_700_000_000.0  # unix seconds


class Clock:
    """Called like `time.time`."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
