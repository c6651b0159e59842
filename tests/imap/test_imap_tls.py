"""TLS to an IMAP server, from the start and by STARTTLS; certificates are verified."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.client import Client
from cyrpy.mail.imap.connection import trusted
from cyrpy.mail.imap.errors import ServerError
from tests.support.imap_server import PASSWORD, USER, ImapServer
from tests.transfer.test_transfer_tls import certificate


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    found: tuple[Path, Path] = certificate(tmp_path_factory.mktemp("tls"))
    return found


@pytest.fixture(scope="module")
def starttls(files: tuple[Path, Path]) -> Iterator[ImapServer]:
    """A server that takes passwords only behind STARTTLS."""
    made = ImapServer("pymap", tls=files)
    yield made
    made.close()


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if what is sent there left this host."""
    monkeypatch.setattr(Server, "is_here", property(lambda _: False))


def client(server: Server, ca_file: Path | None) -> Client:
    return Client(server, PASSWORD, trusted(ca_file))


@pytest.mark.usefixtures("far_away")
def test_a_server_that_has_starttls_gets_it(starttls: ImapServer, files: tuple[Path, Path]):
    server = Server("imap", "127.0.0.1", starttls.port, USER)
    opened = client(server, files[0])
    assert [one.path for one in opened.folders()[0]] == ["INBOX"]
    assert isinstance(opened._imap.socket(), ssl.SSLSocket)
    opened.close()


@pytest.mark.usefixtures("far_away")
def test_a_certificate_that_nobody_vouches_for_is_refused(starttls: ImapServer):
    server = Server("imap", "127.0.0.1", starttls.port, USER)
    with pytest.raises(ServerError, match="certificate"):
        client(server, None)


class Terminator:
    """TLS from the start in front of a server, for one connection."""

    def __init__(self, port: int, files: tuple[Path, Path]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._server_port = port
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError), self._listener:
            plain, _ = self._listener.accept()
            with (
                self._context.wrap_socket(plain, server_side=True) as here,
                socket.create_connection(("127.0.0.1", self._server_port)) as there,
            ):
                back = threading.Thread(target=_carry, args=(there, here), daemon=True)
                back.start()
                _carry(here, there)
                back.join(10)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while octets := source.recv(1 << 16):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def plain() -> Iterator[ImapServer]:
    made = ImapServer("pymap")
    yield made
    made.close()


def test_tls_from_the_start(plain: ImapServer, files: tuple[Path, Path]):
    front = Terminator(plain.port, files)
    opened = client(Server("imaps", "127.0.0.1", front.port, USER), files[0])
    assert [one.path for one in opened.folders()[0]] == ["INBOX"]
    opened.close()


@pytest.mark.usefixtures("far_away")
def test_a_server_without_starttls_gets_no_password(plain: ImapServer):
    with pytest.raises(ServerError, match="STARTTLS"):
        client(Server("imap", "127.0.0.1", plain.port, USER), None)
