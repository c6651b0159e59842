"""The sequences of `tests/contracts/test_sync_convergence.py`, as many as the command line says.

`python -m tests.robustness.converge --sequences 2000` plays them on a server in this process; with
`--jmap` they are those of all protocols, with `--mail` those of `tests/mail/test_mail_model.py`.
`--workers 2` plays them on a server in processes of its
own, of which `--kill` kills one now and then, and sometimes all. The clients keep what they have,
as clients do. What fails is told by its number: `--first` with that number plays it again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support.convergence import mailworld
from tests.support.convergence.grounds import OPTIONS, Inside, Outside
from tests.support.convergence.world import Ground, drawn, play
from tests.support.postgresql import Postgresql
from tests.support.server import Server

RARELY = 25  # operations between two kills, or so
ALL_OF = 5  # of so many kills, one ends the whole server


@contextmanager
def inside(folder: Path, options: str) -> Iterator[Inside]:
    """A server in this process."""
    server = Server(folder, options)
    try:
        yield Inside(server)
    finally:
        server.close()


@contextmanager
def outside(folder: Path, options: str, workers: int) -> Iterator[Outside]:
    """A server in processes of its own."""
    ground = Outside(folder, options, workers)
    try:
        yield ground
    finally:
        ground.close()


class Killer:
    """Kills a worker now and then, and sometimes all of the server."""

    def __init__(self, ground: Outside, seed: int) -> None:
        self.ground = ground
        self.random = random.Random(seed)  # noqa: S311 - when, not secrets
        self.kills = 0

    def __call__(self) -> None:
        if self.random.randrange(RARELY):
            return
        self.kills += 1
        if self.kills % ALL_OF == 0:
            self.ground.kill_all()
        else:
            self.ground.kill_one(self.kills)


Play = Callable[[Any, int, Callable[[], None]], None]


def player(operations: int, *, jmap: bool, mail: bool) -> Play:
    """Plays the sequence of a number on a ground, with disturbances."""
    if mail:
        return lambda ground, number, disturb: mailworld.play(
            ground, mailworld.drawn(number, operations), disturb
        )
    return lambda ground, number, disturb: play(
        ground, drawn(number, operations, jmap=jmap), disturb, jmap=jmap
    )


def run(
    ground: Ground, numbers: range, one: Play, disturb: Callable[[], None] = lambda: None
) -> int:
    """Play them; how many failed."""
    failed = 0
    for number in numbers:
        try:
            one(ground, number, disturb)
        except AssertionError as exc:
            failed += 1
            print(f"sequence {number}: {str(exc)[:1000]}")  # noqa: T201
    return failed


def asked() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=2000)
    parser.add_argument("--operations", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--jmap", action="store_true")
    parser.add_argument("--mail", action="store_true")
    return parser.parse_args()


def main() -> None:
    """As the command line says."""
    wanted = asked()
    numbers = range(wanted.first, wanted.first + wanted.sequences)
    started = time.monotonic()
    disturb: Callable[[], None] = lambda: None  # noqa: E731 - the same as above
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        options = OPTIONS
        if wanted.postgresql:
            postgresql = stack.enter_context(Postgresql.started())
            options += f"database_url: {postgresql.new_database('template0')}\n"
        ground: Ground
        if wanted.workers:
            ground = there = stack.enter_context(outside(folder, options, wanted.workers))
            disturb = Killer(there, wanted.first) if wanted.kill else disturb
        else:
            ground = stack.enter_context(inside(folder, options))
        one = player(wanted.operations, jmap=wanted.jmap, mail=wanted.mail)
        failed = run(ground, numbers, one, disturb)
    seconds = time.monotonic() - started
    print(f"{len(numbers)} sequences in {seconds:.0f} s, {failed} failed")  # noqa: T201
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
