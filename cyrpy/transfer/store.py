"""Storing what was read: in units that hold up nobody for long; run again, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from cyrpy.data.database import Database
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError
from cyrpy.transfer.destinations import Destination
from cyrpy.transfer.outcome import Failure, Outcome, Ready

BATCH: Final = 100  # objects in one unit
BATCH_OCTETS: Final = 16 << 20


class Prepared(Protocol):
    """What calendar objects and cards have in common."""

    @property
    def octets(self) -> bytes:
        """As they are stored."""

    @property
    def uid(self) -> str:
        """As it is stored."""

    @property
    def etag(self) -> str:
        """Of the octets."""


P = TypeVar("P", bound=Prepared)
Tell = Callable[[Outcome, int], None]


class _Tried(Exception):
    """Ends a unit that was to be tried only."""


class Importer:
    """Puts objects into a container; `is_trial`: only finds out what would become of them."""

    def __init__(self, database: Database, *, is_trial: bool = False) -> None:
        self._database = database
        self._is_trial = is_trial

    def run(
        self, found: Iterable[Ready[P] | Failure], destination: Destination[P], tell: Tell
    ) -> Outcome:
        """Import all; `tell` hears of each batch, and how much of the source was read."""
        total = Outcome()
        for batch, failures in batches(found):
            done = self.store(batch, destination)
            done.failures = failures + done.failures
            total.add(done)
            tell(done, max((one.read for one in batch), default=0))
        return total

    def store(self, batch: Sequence[Ready[P]], destination: Destination[P]) -> Outcome:
        """One unit; what is there already, octet for octet, does not even reach it."""
        with self._database.read() as unit:
            known = destination.present(unit, [one.prepared.uid for one in batch])
        fresh = [one for one in batch if known.get(one.prepared.uid) != one.prepared.etag]
        outcome = Outcome(unchanged=len(batch) - len(fresh))
        if fresh:
            outcome.add(self._write(fresh, destination))
        return outcome

    def _write(self, batch: Sequence[Ready[P]], destination: Destination[P]) -> Outcome:
        outcome = Outcome()

        def work(unit: Unit) -> None:
            nonlocal outcome
            outcome = put_batch(unit, batch, destination)
            if self._is_trial:
                raise _Tried

        with suppress(_Tried):
            self._database.write(work, [destination.account_id])
        return outcome


def put_batch(unit: Unit, batch: Sequence[Ready[P]], destination: Destination[P]) -> Outcome:
    """Store each; one that is refused is undone alone."""
    outcome = Outcome()
    known = dict(destination.present(unit, [one.prepared.uid for one in batch]))
    for one in batch:
        uid, etag = one.prepared.uid, one.prepared.etag
        if known.get(uid) == etag:
            outcome.unchanged += 1
            continue
        try:
            with unit.savepoint():
                destination.store(unit, one.prepared, one.name)
        except CyrpyError as exc:
            outcome.failures.append(Failure(one.place, str(exc)))
            continue
        outcome.updated += uid in known
        outcome.created += uid not in known
        known[uid] = etag
    return outcome


def batches(found: Iterable[Ready[P] | Failure]) -> Iterator[tuple[list[Ready[P]], list[Failure]]]:
    """Few enough objects to hold in memory, with what could not be read between them."""
    batch: list[Ready[P]] = []
    failures: list[Failure] = []
    size = 0
    for one in found:
        if isinstance(one, Failure):
            failures.append(one)
        else:
            batch.append(one)
            size += len(one.prepared.octets)
        if len(batch) >= BATCH or len(failures) >= BATCH or size >= BATCH_OCTETS:
            yield batch, failures
            batch, failures, size = [], [], 0
    if batch or failures:
        yield batch, failures
