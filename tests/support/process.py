"""A server in processes of its own: `cyrpy serve`, as it is run in earnest."""

from __future__ import annotations

import http.client
import os
import queue
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from cyrpy.auth.generated import Issued
from cyrpy.data.database import Database
from cyrpy.data.migrate import upgrade
from cyrpy.data.notifier import Notifier
from cyrpy.host.configuration import read
from tests.support.server import Answer, add_user, bearer, issue_to, written

ROOT: Final = Path(__file__).parents[2]
DEADLINE: Final = 30  # seconds that anything may take
LISTENS: Final = re.compile(r"cyrpy listens on http://127\.0\.0\.1:(\d+)")


class Process:
    """`cyrpy serve` on a free port; its log is read as it comes."""

    def __init__(
        self, folder: Path, options: str = "", *, workers: int = 1, largest_file: int | None = None
    ) -> None:
        """`largest_file`: octets that no file it writes may exceed, as on a disk that is full."""
        self.folder = folder
        self.configuration = read(written(folder, options))
        upgrade(self.configuration.location, self.configuration.histories)
        self.log: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._start(workers, largest_file)

    def _start(self, workers: int, largest_file: int | None) -> None:
        command = [sys.executable, "-m", "cyrpy", "serve", "-C", str(self.folder / "imapd.conf")]
        command += ["--listen", "127.0.0.1:0", "--workers", str(workers)]
        paths = os.pathsep.join([str(ROOT), str(ROOT / "modules")])
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_limit(largest_file),  # noqa: PLW1509 - it takes no locks
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = int(self.said(LISTENS)[1])

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def said(self, pattern: re.Pattern[str] | str) -> re.Match[str]:
        """Wait for a line of the log after those that were waited for before."""
        deadline = time.monotonic() + DEADLINE
        while (line := self._lines.get(timeout=max(0, deadline - time.monotonic()))) is not None:
            found = re.search(pattern, line)
            if found is not None:
                return found
        raise AssertionError(f"the server ended: {''.join(self.log)}")

    def workers(self) -> list[int]:
        """The process ids of its workers; none if it serves by itself."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in children.read_text().split()]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def configure(self, options: str) -> None:
        """Change the file; the server reads it on SIGHUP."""
        written(self.folder, options)

    def give_room(self) -> None:
        """Let its files grow again."""
        limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        for pid in (self.process.pid, *self.workers()):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)

    def wait(self) -> int:
        """The exit status, once it has ended and its log is read."""
        status = self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return status

    def stop(self) -> int:
        """End it as an admin does."""
        with suppress(ProcessLookupError):
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def database(self) -> Database:
        """The database, opened as another program does; to be closed."""
        return Database(self.configuration.location, publisher=Notifier(), clock=time.time)

    def add(self, *names: str) -> list[Issued]:
        """Users without passwords, and a token for each."""
        database = self.database()
        try:
            for name in names:
                add_user(self.configuration, database, name)
            return [issue_to(self.configuration, database, name) for name in names]
        finally:
            database.close()

    def connect(self) -> Connection:
        """One connection that is kept."""
        return Connection(self.port)


def _limit(octets: int | None) -> Callable[[], None] | None:
    """What sets the limit on files in the process that is to be."""
    if octets is None:
        return None
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))


class Connection:
    """One HTTP/1.1 connection; opened again only when asked to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """The answer to one request; a body that is no bytes is sent in chunks.

        Raises:
            OSError, http.client.HTTPException: the connection ended; nothing is known.
        """
        self._connection.request(method, path, body, dict(headers or {}), **options)
        answer = self._connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def token(issued: Issued) -> dict[str, str]:
    """The header for what was issued."""
    return bearer(issued.secret)
