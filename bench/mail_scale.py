"""Growth: a mailbox of 1,000,000 messages against one of 10,000, on both databases.

`python -m bench.mail_scale` fills them (some minutes; `--messages 100000` is quicker) and prints
what the newest fifty, a delivery, a change of a keyword and searches cost in either, and what a
word with fifty hits costs whose hits in another account are a million.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.load import Wrong, drive_all
from bench.mail import Box, deliveries
from bench.mail_fill import COMMON, LONELY, RARE, Filler
from bench.postgresql import Postgresql
from bench.servers import CORES, ROOT, Server, cyrpy, free_port

SMALL = 10_000
ROUNDS = 7
LOW = "small"
HIGH = "large"
By = Callable[[], float]  # seconds of processor time so far


def add_users(folder: Path) -> None:
    """Two users whose passwords are their names."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "modules")])}
    for name in (LOW, HIGH):
        command = [sys.executable, "-m", "cyrpy", "user", "add", "--password-stdin", name]
        command += ["-C", str(folder / "imapd.conf")]
        subprocess.run(command, input=f"{name}\n".encode(), check=True, env=env)


def answer(server: Server, request: bytes) -> list[list[object]]:
    """The method responses.

    Raises:
        Wrong: it is an error.
    """
    head, _, content = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/jmap/", content, dict(line.split(": ", 1) for line in lines))
    found = connection.getresponse()
    body = found.read()
    connection.close()
    responses: list[list[object]] = json.loads(body).get("methodResponses", [])
    if found.status != 200 or any(name == "error" for name, *_ in responses):
        raise Wrong(f"{found.status} {body[:300]!r}")
    return responses


def fill(folder: Path, url: str, total: int) -> dict[str, Box]:
    """The mailboxes of both users."""
    filler = Filler(None if url else folder / "cyrpy.db", url)
    sizes = {LOW: SMALL, HIGH: total}
    boxes = {}
    for name, size in sizes.items():
        account = filler.account(name)
        common, rare = ("plain", f"{COMMON} {LONELY}") if name == LOW else (COMMON, RARE)
        filler.fill(account, size, common, rare)
        boxes[name] = Box(name, f"M{account.mailbox_id}")
    filler.close()
    return boxes


class Scale:
    """Measures one server."""

    def __init__(self, server: Server, lmtp: int, others: By, boxes: dict[str, Box]) -> None:
        self.server, self.lmtp, self.others, self.boxes = server, lmtp, others, boxes

    def cpu(self) -> float:
        """Of the server and its database."""
        return self.server.cpu() + self.others()

    def each(self, act: dict[str, Callable[[], int]]) -> dict[str, float]:
        """Microseconds of CPU of one, by name; medians, measured in turn."""
        taken: dict[str, list[float]] = {name: [] for name in act}
        for _ in range(ROUNDS):
            for name, run in act.items():
                before = self.cpu()
                done = run()
                taken[name].append((self.cpu() - before) / done * 1e6)
        return {name: statistics.median(one) for name, one in taken.items()}

    def asked(self, requests: dict[str, bytes]) -> dict[str, float]:
        """The same for requests that change nothing."""
        for one in requests.values():
            answer(self.server, one)
        return self.each({name: self._driver(one) for name, one in requests.items()})

    def _driver(self, request: bytes) -> Callable[[], int]:
        def run() -> int:
            return drive_all(self.server.port, iter(lambda: request, None), 200, 1, 0.5).requests

        return run

    def compare(self, name: str, make: Callable[[Box], bytes]) -> None:
        """One request in both mailboxes."""
        show(name, self.asked({user: make(box) for user, box in self.boxes.items()}))

    def all(self) -> None:
        """Everything."""
        self.compare("newest 50", Box.newest)
        self.compare(
            "unread 50", lambda box: box.listed({"inMailbox": box.mailbox, "notKeyword": "$seen"})
        )
        self.compare("flagged", lambda box: box.listed({"hasKeyword": "$flagged"}))
        self.compare(
            "by subject",
            lambda box: box.listed({"inMailbox": box.mailbox}, sort={"property": "subject"}),
        )
        self.compare("elsewhere", lambda box: box.listed({"inMailboxOtherThan": [box.mailbox]}, 0))
        self.compare(
            "thread read",
            lambda box: box.listed({"inMailbox": box.mailbox, "allInThreadHaveKeyword": "$seen"}),
        )
        self.compare("Mailbox/get", Box.boxes)
        self.compare("word, 50 hits", lambda box: box.found(LONELY if box.user == LOW else RARE))
        flags = {user: self._flags(box) for user, box in self.boxes.items()}
        show("flag", self.each(flags))
        mail = {user: self._mail(user) for user in self.boxes}
        show("delivery", self.each(mail))
        box = self.boxes[LOW]
        for name, left, right in (
            ("word elsewhere", LONELY, COMMON),
            ("beginning", LONELY[:6] + "*", COMMON[:6] + "*"),
            ("phrase", f'"{COMMON} {LONELY}"', f'"{COMMON} {LONELY}"'),
        ):
            found = self.asked({LOW: box.found(left), HIGH: box.found(right)})
            show(name, found)

    def _flags(self, box: Box) -> Callable[[], int]:
        found = answer(self.server, box.newest())[0][1]
        assert isinstance(found, dict)  # noqa: S101 - narrows the type
        requests = box.flags(found["ids"])
        return lambda: drive_all(self.server.port, requests, 200, 1, 0.5).requests

    def _mail(self, user: str) -> Callable[[], int]:
        return lambda: deliveries(self.lmtp, f"{user}@localhost", 1, 0.7).requests


def show(name: str, taken: dict[str, float]) -> None:
    """One line."""
    low, high = taken[LOW], taken[HIGH]
    print(f"{name:16} {low:10.0f} {high:10.0f} {high / low:6.2f}", flush=True)


def run(folder: Path, url: str, total: int, others: By) -> None:
    """Measure on one database."""
    lmtp = free_port()
    options = f"lmtp_listen: 127.0.0.1:{lmtp}\n" + (f"database_url: {url}\n" if url else "")
    with cyrpy(folder, options) as server:
        add_users(folder)
        started = time.monotonic()
        boxes = fill(folder, url, total)
        print(f"{'filled in':16} {time.monotonic() - started:10.0f} s")
        Scale(server, lmtp, others, boxes).all()


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="python -m bench.mail_scale", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="of the large mailbox")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    os.sched_setaffinity(0, {CORES[-1]})
    for name in ("sqlite", "postgresql"):
        if asked.only not in {None, name}:
            continue
        print(f"{name:16} {SMALL:>7,} µs {asked.messages:>7,} µs  ratio")
        with tempfile.TemporaryDirectory() as folder:
            if name == "sqlite":
                run(Path(folder), "", asked.messages, lambda: 0.0)
                continue
            with Postgresql.started() as postgresql:
                run(Path(folder), postgresql.url, asked.messages, postgresql.cpu)


if __name__ == "__main__":
    main()
