"""Servers that worlds are made on: in this process, or in processes of their own."""

from __future__ import annotations

import http.client
import os
import signal
import smtplib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cyrpy.mail import delivery
from cyrpy.mail.delivery import Letter
from tests.mail.unix_lmtp import UnixLmtp
from tests.support.jmap import Carrier
from tests.support.process import DEADLINE, Connection, Process, token
from tests.support.server import Answer, Server, add_user, bearer

OPTIONS = "httpmodules: jmap caldav carddav webdav\ndatabase_synchronous: normal\n"


class Inside:
    """A server in this process."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.database = server.core.database
        self.settings = server.configuration.settings

    def carriers(self) -> list[Carrier]:
        return [self.server]

    def deliver(self, octets: bytes, addresses: Sequence[str]) -> None:
        """As LMTP does, but for the wire."""
        core = self.server.core
        found = [delivery.find(core, one) for one in addresses]
        recipients = [one for one in found if one is not None]
        answers = delivery.deliver(core, Letter(octets, "ada@example.com"), recipients)
        assert all(one.is_good for one in answers), answers

    def sign_in(self, name: str) -> dict[str, str]:
        add_user(self.server.configuration, self.database, name)
        return bearer(self.server.issue(name).secret)


class Line:
    """A connection that is opened again when it ends, and then asks again."""

    def __init__(self, ground: Outside) -> None:
        self.ground = ground
        self.connection: Connection | None = None

    def request(
        self, method: str, path: str, body: Any = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                if self.connection is None:
                    self.connection = self.ground.process.connect()
                return self.connection.request(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                assert time.monotonic() < deadline, "the server did not come back"
                time.sleep(0.01)

    def close(self) -> None:
        if self.connection is not None:
            with suppress(OSError):
                self.connection.close()
        self.connection = None


class Outside:
    """A server with several workers, which may be killed at any time, and so may all of it."""

    def __init__(self, folder: Path, options: str, workers: int, lines: int = 4) -> None:
        self.lmtp = f"{folder}/lmtp"
        options += f"lmtp_listen: unix:{self.lmtp}\n"
        self.folder, self.options, self.workers = folder, options, workers
        self.process = Process(folder, options, workers=workers)
        self.database = self.process.database()
        self.settings = self.process.configuration.settings
        self.lines: list[Line] = [Line(self) for _ in range(lines)]

    def carriers(self) -> list[Carrier]:
        return list(self.lines)

    def deliver(self, octets: bytes, addresses: Sequence[str]) -> None:
        """By LMTP; again, if nobody said that it was taken."""
        while True:
            with suppress(OSError, smtplib.SMTPException), UnixLmtp(self.lmtp) as client:
                answers = client.deliver(octets, addresses)
                assert all(one.startswith("250") for one in answers), answers
                return

    def sign_in(self, name: str) -> dict[str, str]:
        (issued,) = self.process.add(name)
        return token(issued)

    def kill_one(self, number: int) -> bool:
        """SIGKILL to one worker, if there is another."""
        workers = self.process.workers()
        if len(workers) < 2:
            return False
        os.kill(workers[number % len(workers)], signal.SIGKILL)
        return True

    def kill_all(self) -> None:
        """SIGKILL to all processes at once; then the server is started again."""
        for pid in (self.process.process.pid, *self.process.workers()):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = Process(self.folder, self.options, workers=self.workers)

    def close(self) -> None:
        for line in self.lines:
            line.close()
        self.database.close()
        status = self.process.stop()
        log = "".join(self.process.log)
        assert status == 0, log
        assert "Traceback" not in log, log
