"""Several worker processes over the same listening sockets.

uvicorn's own supervisor restarts workers on SIGHUP, asks them every half second whether they live
(and waits for one that hangs, deaf to signals), and multiprocessing's spawn adds a process of its
own. Here a worker is a plain child with a socket to its parent: that it closes is how either side
learns, at once, that the other is gone.
"""

from __future__ import annotations

import logging
import pickle
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cyrpy.host.listen import release
from cyrpy.host.worker import READY, STARTUP_FAILED, Job, command

logger = logging.getLogger("cyrpy.serve")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
QUICK_DEATH = 1.0  # seconds; a worker that lives no longer is replaced only after as long a pause
GRACE = 5.0  # seconds beyond the shutdown timeout before a worker is killed


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    link: socket.socket
    started: float
    is_ready: bool = False


class Supervisor:
    """Keeps `count` workers at `job` alive; `run` returns the exit status."""

    def __init__(
        self, job: Job, sockets: list[socket.socket], count: int, on_ready: Callable[[], None]
    ) -> None:
        self._job = job
        self._sockets = sockets
        self._count = count
        self._on_ready = on_ready
        self._selector = selectors.DefaultSelector()
        self._workers: list[_Worker] = []
        self._next_start = 0.0
        self._stop_by: float | None = None  # when those that still run are killed
        self._status = 0

    def run(self) -> int:
        """Until a signal to stop, or a worker that cannot start."""
        wake, woken = socket.socketpair()
        for end in (wake, woken):
            end.setblocking(False)
        handlers = {number: signal.signal(number, _noted) for number in SIGNALS}
        descriptor = signal.set_wakeup_fd(wake.fileno())
        self._selector.register(woken, selectors.EVENT_READ)
        try:
            while self._stop_by is None or self._workers:
                self._fill()
                for key, _ in self._selector.select(self._pause()):
                    if key.data is None:
                        self._obey(woken.recv(256))
                    else:
                        self._hear(key.data)
                self._kill_late()
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            self._kill_all()
            self._selector.close()
            wake.close()
            woken.close()
        return self._status

    def _fill(self) -> None:
        """Start the workers that are missing."""
        while (
            self._stop_by is None
            and len(self._workers) < self._count
            and time.monotonic() >= self._next_start
        ):
            self._workers.append(self._start())

    def _start(self) -> _Worker:
        ours, theirs = socket.socketpair()
        descriptors = [one.fileno() for one in self._sockets]
        with theirs:
            process = subprocess.Popen(  # noqa: S603 this interpreter, our own code
                command(theirs),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno(), *descriptors],
            )
        worker = _Worker(process, ours, time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ, worker)
        try:
            ours.sendall(pickle.dumps((self._job, descriptors)))
        except OSError:
            logger.exception("worker %d died before it got its orders", process.pid)
        return worker

    def _pause(self) -> float | None:
        """How long nothing needs to be done."""
        if self._stop_by is not None:
            return max(0.0, self._stop_by - time.monotonic())
        if len(self._workers) < self._count:
            return max(0.0, self._next_start - time.monotonic())
        return None

    def _obey(self, numbers: bytes) -> None:
        """Signals came: SIGHUP is passed on, the others stop everything; the second time, now."""
        for number in numbers:
            if number == signal.SIGHUP:
                # One that is starting reads the new configuration anyway, and would die of it.
                self._signal(signal.SIGHUP, (one for one in self._workers if one.is_ready))
            elif number in SIGNALS:
                self._stop(0.0 if self._stop_by is not None else self._job.server.shutdown_timeout)

    def _hear(self, worker: _Worker) -> None:
        """A worker is ready, or gone."""
        try:
            word = worker.link.recv(1)
        except OSError:
            word = b""
        if word == READY:
            worker.is_ready = True
            if all(one.is_ready for one in self._workers):
                self._on_ready()
        elif not word:
            self._bury(worker)

    def _bury(self, worker: _Worker) -> None:
        """A worker has ended: replace it, unless it could not start at all."""
        self._selector.unregister(worker.link)
        worker.link.close()
        self._workers.remove(worker)
        status = worker.process.wait()
        if self._stop_by is not None:
            return
        if status == STARTUP_FAILED and not worker.is_ready:
            logger.error("a worker could not start; stopping")
            self._status = STARTUP_FAILED
            self._stop(self._job.server.shutdown_timeout)
            return
        logger.error("worker %d ended (%s); starting another", worker.process.pid, _cause(status))
        now = time.monotonic()
        if now - worker.started < QUICK_DEATH:
            self._next_start = now + QUICK_DEATH

    def _stop(self, seconds: float) -> None:
        """Tell the workers to end within `seconds`; who comes now is refused, not kept waiting."""
        release(self._sockets)
        self._stop_by = time.monotonic() + seconds + (GRACE if seconds else 0.0)
        self._signal(signal.SIGTERM, self._workers)

    def _signal(self, number: int, workers: Iterable[_Worker]) -> None:
        for worker in workers:
            worker.process.send_signal(number)

    def _kill_late(self) -> None:
        if self._stop_by is not None and time.monotonic() >= self._stop_by:
            self._kill_all()

    def _kill_all(self) -> None:
        """End what still runs."""
        for worker in self._workers:
            worker.process.kill()
            worker.process.wait()
            worker.link.close()
        self._workers.clear()


def _noted(_number: int, _frame: object) -> None:
    """Signals are read from the wake-up descriptor."""


def _cause(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"
