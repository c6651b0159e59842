"""A client of LMTP over a Unix socket."""

from __future__ import annotations

import smtplib
import socket
import time

from tests.mail.lmtp_client import Lmtp

PATIENCE = 30  # seconds


class UnixLmtp(Lmtp):
    """A client over a Unix socket, once somebody listens there."""

    def __init__(self, path: str) -> None:
        super().__init__()
        deadline = time.monotonic() + PATIENCE
        while self.sock is None:
            try:
                self._connect(path)
            except (OSError, smtplib.SMTPException):
                self.close()
                if time.monotonic() > deadline:
                    raise

    def _connect(self, path: str) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.file = None
        self.sock.connect(path)
        code, text = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
