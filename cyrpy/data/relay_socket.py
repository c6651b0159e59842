"""Links between processes beside an SQLite file: a Unix datagram socket for each of them.

Sockets are files in a folder of their own, for an abstract name could be taken by anybody on the
machine. Who publishes sends to every other socket in the folder; who only writes has none itself.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cyrpy.data.relay import LOOK, LinkBroken

MESSAGE_LIMIT: Final = 32 << 10  # octets
PATH_LIMIT: Final = 107  # octets of a socket's address on Linux
SUFFIX: Final = ".sock"
FULL: Final = frozenset({errno.EAGAIN, errno.ENOBUFS})


class SocketLink:
    """This process's socket among those of the others."""

    limit = MESSAGE_LIMIT

    def __init__(self, folder: Path, *, listens: bool) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as exc:
            raise LinkBroken(f"the folder of sockets cannot be used: {exc.strerror}") from exc
        self._path = folder
        self._missed: set[str] = set()  # those who have to be told to look
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}" if listens else None
        try:
            self._bind()
        except OSError as exc:
            self.close()
            raise LinkBroken(f"a socket cannot be made: {exc.strerror}") from exc

    def _bind(self) -> None:
        """Take an address, once those of dead processes are gone."""
        if self._name is None:
            return
        for name in self._others():
            self._send_to(name, b"")
        self._socket.bind(self._address(self._name))
        (self._path / self._name).chmod(0o600)

    def _address(self, name: str) -> str:
        path = str(self._path / name)
        if len(os.fsencode(path)) <= PATH_LIMIT:
            return path
        return f"/proc/self/fd/{self._folder}/{name}"

    def _others(self) -> list[str]:
        try:
            names = [path.name for path in self._path.iterdir()]
        except OSError as exc:
            raise LinkBroken(f"the folder of sockets cannot be read: {exc.strerror}") from exc
        return [name for name in names if name.endswith(SUFFIX) and name != self._name]

    @property
    def must_retry(self) -> bool:
        """Whether somebody's queue was full."""
        return bool(self._missed)

    def fileno(self) -> int | None:
        """The socket, if it has an address."""
        return None if self._name is None else self._socket.fileno()

    def send(self, messages: Sequence[bytes]) -> None:
        """Send to everyone else; whose queue is full will be told to look."""
        for name in self._others():
            if name not in self._missed and not all(self._send_to(name, m) for m in messages):
                self._missed.add(name)

    def retry(self) -> None:
        """Tell those whose queues were full to look."""
        self._missed = {name for name in self._missed if not self._send_to(name, LOOK)}

    def _send_to(self, name: str, message: bytes) -> bool:
        """Whether there is nobody who still has to hear of it."""
        try:
            self._socket.sendto(message, self._address(name))
        except ConnectionRefusedError:  # it was the socket of a process that is dead
            (self._path / name).unlink(missing_ok=True)
        except FileNotFoundError:
            return True
        except OSError as exc:
            return exc.errno not in FULL  # who cannot be reached at all looks now and then
        return True

    def receive(self) -> list[bytes]:
        """What is in the queue."""
        messages = []
        try:
            while True:
                messages.append(self._socket.recv(MESSAGE_LIMIT))
        except BlockingIOError:
            return [message for message in messages if message]
        except OSError as exc:
            raise LinkBroken(f"the socket failed: {exc.strerror}") from exc

    def close(self) -> None:
        """Give the address back."""
        self._socket.close()
        if self._name is not None:
            (self._path / self._name).unlink(missing_ok=True)
        os.close(self._folder)
