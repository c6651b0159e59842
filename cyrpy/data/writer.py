"""The writer of a process on SQLite: one thread, fair among processes, commits in groups.

Units that wait are run one after the other in one transaction, each in a savepoint of its own, so
that many share one fsync. None is acknowledged before COMMIT. `flock` on a side file queues the
processes: SQLite's own busy handler sleeps and polls, and lets one process starve another.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeVar

from cyrpy.data.connections import SqliteConnection, storage_error
from cyrpy.data.indexing import write_index
from cyrpy.data.pulse import Pulse
from cyrpy.data.unit import Indexed, StateChanges, Unit
from cyrpy.errors import StorageFull

T = TypeVar("T")
GROUP_LIMIT: Final = 64  # units in one commit
GROUP_SECONDS: Final = 0.010  # and how long further ones may join it
YIELD_SECONDS: Final = 0.0001  # after release, when more waits here: another process may go first

log = logging.getLogger("cyrpy.data")


class Outcome(NamedTuple):
    """What a committed unit returned, and what it moved."""

    result: Any
    moved: StateChanges
    moves_sign_ins: bool = False
    indexed: Indexed | None = None  # to be written before the commit


class _Job(NamedTuple):
    work: Callable[[Unit], Any]
    future: Future[Outcome]


class TransactionLost(Exception):
    """The database ended the whole transaction; no member of the group has happened."""


class Writer:
    """Runs units on its thread, in the order in which they came."""

    def __init__(
        self,
        open_connection: Callable[[], SqliteConnection],
        lock: Path,
        clock: Callable[[], float],
        pulse: Pulse,
    ) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._open_connection = open_connection
        self._clock = clock
        self._pulse = pulse
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Unit], Any]) -> Future[Outcome]:
        """Queue `work`; the future is done once it is committed, or has not happened."""
        future: Future[Outcome] = Future()
        self._jobs.put(_Job(work, future))
        return future

    def stop(self) -> None:
        """Commit what is queued, then end."""
        self._jobs.put(None)
        self._thread.join()
        os.close(self._lock)

    def _serve(self) -> None:
        connection = self._open_connection()
        try:
            while (job := self._jobs.get()) is not None:
                self._locked(connection, job)
                if not self._jobs.empty():
                    time.sleep(YIELD_SECONDS)
        finally:
            connection.close()

    def _locked(self, connection: SqliteConnection, first: _Job) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            _Group(connection, self._jobs, int(self._clock()), self._pulse).commit(first)
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)


class _Group:
    """The members of one transaction."""

    def __init__(
        self,
        connection: SqliteConnection,
        jobs: SimpleQueue[_Job | None],
        now: int,
        pulse: Pulse,
    ) -> None:
        self._connection = connection
        self._jobs = jobs
        self._now = now
        self._pulse = pulse
        self._done: list[tuple[_Job, Outcome]] = []

    def commit(self, first: _Job) -> None:
        """Run `first` and those that wait behind it, commit, and answer them all."""
        members = [first]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._run_all(members)
            self._commit()
        except Exception as exc:  # noqa: BLE001 - each member is told
            self._abandon(members, exc)
            return
        for job, outcome in self._done:
            job.future.set_result(outcome)

    def _commit(self) -> None:
        """COMMIT; where sign-ins move, every process is told before anybody is answered."""
        self._index()
        beats = any(outcome.moves_sign_ins for _, outcome in self._done)
        if beats:
            self._pulse.beat()
        self._connection.execute("COMMIT")
        if beats:
            self._pulse.beat()

    def _index(self) -> None:
        """After the last savepoint: each would write the buffers of the index once more."""
        indexed: Indexed = {}
        for _, outcome in self._done:
            indexed |= outcome.indexed or {}
        if indexed:
            write_index(Unit(self._connection, self._now), indexed)

    def _run_all(self, members: list[_Job]) -> None:
        deadline = time.monotonic() + GROUP_SECONDS
        self._run(members[0])
        while len(members) < GROUP_LIMIT and time.monotonic() < deadline:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)  # the end was asked for: first answer these
                return
            members.append(job)
            self._run(job)

    def _run(self, job: _Job) -> None:
        """One member in a savepoint; its failure undoes it alone."""
        execute = self._connection.execute
        execute("SAVEPOINT member")
        unit = Unit(self._connection, self._now)
        try:
            result = job.work(unit)
            moved = unit.finish()
        except BaseException as exc:
            if not self._connection.in_transaction:
                raise TransactionLost from exc
            execute("ROLLBACK TO SAVEPOINT member")
            execute("RELEASE SAVEPOINT member")
            job.future.set_exception(storage_error(exc))
            return
        execute("RELEASE SAVEPOINT member")
        if not self._connection.in_transaction:
            raise TransactionLost
        self._done.append((job, Outcome(result, moved, unit.moves_sign_ins, unit.indexed)))

    def _abandon(self, members: list[_Job], exc: Exception) -> None:
        """The transaction is lost: nobody has happened; whom it was not due to may try alone."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        cause = exc.__cause__ if isinstance(exc, TransactionLost) and exc.__cause__ else exc
        error = storage_error(cause)
        waiting = [job for job in members if not job.future.done()]
        if isinstance(error, StorageFull) or len(members) == 1:
            for job in waiting:
                job.future.set_exception(error)
            return
        log.warning("a commit of %d units failed and each is run alone: %s", len(members), cause)
        for job in waiting:
            _Group(self._connection, SimpleQueue(), self._now, self._pulse).commit(job)
