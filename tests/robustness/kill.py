"""Clients that write while workers are killed; `python -m tests.robustness.kill` for longer.

What was acknowledged must be there, what was not must be there wholly or not at all, and no client
ever sees a state go backwards.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.support.jmap import Calendars, Jmap
from tests.support.process import DEADLINE, Connection, Process, token

PAIR = 2  # calendars that one call creates: both are there, or neither


@dataclass
class Figures:
    """What happened."""

    acknowledged: int = 0
    unknown: int = 0  # requests whose connection ended before the answer
    kept: int = 0  # of the unknown, those that had happened
    disturbances: int = 0  # workers killed, or reloads


class AnyWriter(Protocol):
    """A client that is disturbed."""

    acknowledged: int
    unknown: int

    def work(self, until: float) -> None:
        """Write until then, whatever happens."""

    def judge(self) -> int:
        """Compare with what is there; how many of the unknown calls had happened."""

    def close(self) -> None:
        """Hang up."""


class Writer:
    """One client of one user; each call creates a pair of calendars, or renames or destroys one."""

    def __init__(self, process: Process, user: str, sign_in: dict[str, str]) -> None:
        self.process = process
        self.user = user
        self.sign_in = sign_in
        self.random = random.Random(user)  # noqa: S311 - which calls, not secrets
        self.expected: dict[str, str] = {}  # id -> name, of what was acknowledged
        self.unsure: dict[str, set[str | None]] = {}  # id -> names it may have; None: gone
        self.unknown_pairs: list[str] = []
        self.state = 0
        self.acknowledged = 0
        self.unknown = 0
        self.number = 0
        self._calendars, self._connection = self._connected()

    def _connected(self) -> tuple[Calendars, Connection]:
        connection = self.process.connect()
        return Calendars(Jmap(connection, self.user, self.sign_in)), connection

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def work(self, until: float) -> None:
        """Write until then; a connection that ends is opened again."""
        while time.monotonic() < until:
            self.number += 1
            name = f"{self.user}-{self.number}"
            known = [id for id in self.expected if id not in self.unsure]
            if len(known) < 20 or self.random.random() < 0.5:
                self._create(name)
            else:
                self._change(self.random.choice(known), name)

    def _try(self, call: Callable[[], None], lost: Callable[[], None]) -> None:
        try:
            call()
        except (OSError, http.client.HTTPException):
            lost()
            self.unknown += 1
            self._reconnect()
        else:
            self.acknowledged += 1

    def _reconnect(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while True:
            self.close()
            self._calendars, self._connection = self._connected()
            try:
                self.saw(self._calendars.state())
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline, "the server did not come back"
            else:
                return

    def saw(self, state: str) -> None:
        """States only grow."""
        assert int(state) >= self.state, f"{self.user}: {state} after {self.state}"
        self.state = int(state)

    def _create(self, name: str) -> None:
        def call() -> None:
            new = {f"k{n}": {"name": name} for n in range(PAIR)}
            answer = self._calendars.set(create=new)
            self.saw(answer["oldState"])
            self.saw(answer["newState"])
            self.expected |= {made["id"]: name for made in answer["created"].values()}

        self._try(call, lambda: self.unknown_pairs.append(name))

    def _change(self, id: str, name: str) -> None:
        destroys = self.random.random() < 0.3

        def call() -> None:
            arguments = {"destroy": [id]} if destroys else {"update": {id: {"name": name}}}
            answer = self._calendars.set(**arguments)
            assert answer["destroyed"] == [id] if destroys else id in answer["updated"], answer
            self.saw(answer["newState"])
            if destroys:
                del self.expected[id]
            else:
                self.expected[id] = name

        after = None if destroys else name
        self._try(call, lambda: self.unsure.update({id: {self.expected[id], after}}))

    def judge(self) -> int:
        """Compare with what is there; how many of the unknown calls had happened."""
        self._reconnect()
        there = {id: record["name"] for id, record in self._calendars.all().items()}
        del there["Default"]
        kept = 0
        for id, names in self.unsure.items():
            assert there.get(id) in names, f"{id} is {there.get(id)}, neither of {names}"
            kept += there.get(id) != self.expected[id]
            there.pop(id, None)
        for name in self.unknown_pairs:
            halves = [id for id, found in there.items() if found == name]
            assert len(halves) in {0, PAIR}, f"{name} is half there"
            kept += len(halves) == PAIR
            for id in halves:
                del there[id]
        certain = {id: name for id, name in self.expected.items() if id not in self.unsure}
        assert there == certain, f"{self.user}: lost or unasked for"
        return kept


def kill_one(process: Process, number: int) -> bool:
    """Kill one worker, the other one each time; never the last."""
    workers = process.workers()
    if len(workers) < 2:
        return False
    try:
        os.kill(workers[number % 2], signal.SIGKILL)
    except ProcessLookupError:  # it is being replaced
        return False
    return True


def reload(process: Process, number: int) -> bool:
    """Let every worker read the configuration again."""
    del number
    process.signal(signal.SIGHUP)
    return True


def run(
    folder: Path,
    seconds: float,
    clients: int,
    *,
    every: float = 1.0,
    disturb: Callable[[Process, int], bool] = kill_one,
    writer: Callable[[Process, str, dict[str, str]], AnyWriter] = Writer,
    options: str = "failedloginpause: 0\n",
) -> Figures:
    """Let so many clients write for so long, while the server is disturbed every so often."""
    process = Process(folder, options, workers=2)
    try:
        names = [f"user{n}" for n in range(clients)]
        tokens = process.add(*names)
        writers = [writer(process, n, token(t)) for n, t in zip(names, tokens, strict=True)]
        until = time.monotonic() + seconds
        failures: list[BaseException] = []
        threads = [threading.Thread(target=_worked, args=(w, until, failures)) for w in writers]
        for thread in threads:
            thread.start()
        figures = Figures()
        while (left := until - time.monotonic()) > 0:
            threads[0].join(min(every, left))
            figures.disturbances += disturb(process, figures.disturbances)
        for thread in threads:
            thread.join(DEADLINE)
        assert not failures, (failures[0], "".join(process.log[-50:]))
        for each in writers:
            figures.kept += each.judge()
            each.close()
    finally:
        status = process.stop()
    log = "".join(process.log)
    assert status == 0, log
    assert "locked" not in log, log
    assert "Traceback" not in log, log
    figures.acknowledged = sum(each.acknowledged for each in writers)
    figures.unknown = sum(each.unknown for each in writers)
    return figures


def _worked(writer: AnyWriter, until: float, failures: list[BaseException]) -> None:
    try:
        writer.work(until)
    except BaseException as exc:  # noqa: BLE001 - told by the main thread
        failures.append(exc)


def main() -> None:
    """As long as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, default=16)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(run(Path(folder), wanted.seconds, wanted.clients))  # noqa: T201


if __name__ == "__main__":
    main()
