"""Real IMAP servers for tests: pymap, a package, and Dovecot where it is installed."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from imapclient import IMAPClient

DEADLINE: Final = 30  # seconds that a start may take
USER: Final = "anna"
PASSWORD: Final = "very-secret-word"
_BINARIES: Final = [Path("/usr/sbin/dovecot"), Path("/usr/local/sbin/dovecot")]
_IMAP: Final = ("lib/dovecot/imap", "libexec/dovecot/imap")  # a package of its own on Debian
DOVECOT: Final = next(
    (str(one) for one in _BINARIES if any((one.parents[1] / name).exists() for name in _IMAP)), None
)
CONFIGURATION: Final = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u:LAYOUT=fs
mail_plugins =
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Spam {{
    special_use = \\Junk
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""


class ImapServer:
    """A server in a process of its own, with the user anna."""

    def __init__(self, kind: str, *, tls: tuple[Path, Path] | None = None) -> None:
        """`tls`: certificate and key, with which pymap wants STARTTLS."""
        self.kind = kind
        self._tls = tls
        self.folder = Path(tempfile.mkdtemp(prefix="imap-test-"))
        self.folder.chmod(0o755)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._other: IMAPClient | None = None
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return f"imap://{USER}@127.0.0.1:{self.port}"

    def start(self) -> None:
        command = self._pymap() if self.kind == "pymap" else self._dovecot()
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + DEADLINE
        while True:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / "output").read_text())
            time.sleep(0.02)  # the server says nowhere when it is ready

    def _pymap(self) -> list[str]:
        code = "import sys; from pymap.main import main; sys.exit(main())"
        options = ["--host", "127.0.0.1", "--port", str(self.port)]
        if self._tls is None:
            options.append("--no-tls")
        else:
            options += ["--cert", str(self._tls[0]), "--key", str(self._tls[1])]
        backend = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
        return [sys.executable, "-c", code, *options, *backend]

    def _dovecot(self) -> list[str]:
        is_root = os.geteuid() == 0
        owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
        me = getpass.getuser()
        mail = self.folder / "mail"
        mail.mkdir(exist_ok=True)
        if is_root:
            os.chown(mail, owner.pw_uid, owner.pw_gid)
        text = CONFIGURATION.format(
            folder=self.folder,
            login="dovenull" if is_root else me,
            internal="dovecot" if is_root else me,
            group="dovecot" if is_root else str(os.getegid()),
            password=PASSWORD,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            port=self.port,
        )
        path = self.folder / "dovecot.conf"
        path.write_text(text)
        assert DOVECOT is not None
        return [DOVECOT, "-F", "-c", str(path)]

    def stop(self) -> None:
        if self._other is not None:
            self._other.shutdown()
            self._other = None
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(DEADLINE)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Another client of anna's, whose connection is kept, as a sign-in takes its time."""
        if self._other is None:
            self._other = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=DEADLINE)
            self._other.login(USER, PASSWORD)
        try:
            self._other.select_folder("INBOX")
            yield self._other
            self._other.select_folder("INBOX")
        except BaseException:
            self._other.shutdown()
            self._other = None
            raise

    def clear(self) -> None:
        """As on the first day: no folders, no mail."""
        with self.client() as client:
            for _, _, path in reversed(client.list_folders()):
                if path.upper() != "INBOX":
                    client.delete_folder(path)
                    client.unsubscribe_folder(path)
            client.select_folder("INBOX")
            if uids := client.search("ALL"):
                client.delete_messages(uids)
                client.expunge()


class Wire:
    """What stands between a client and a server, and is cut when the server says something.

    `hides` are words of the server's that do not arrive as such: capabilities, response codes.
    """

    def __init__(self, port: int, hides: tuple[bytes, ...] = ()) -> None:
        self._hides = hides
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut_at: bytes | None = None  # what is not to arrive any more
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                try:
                    there = socket.create_connection(("127.0.0.1", self._server_port))
                except OSError:
                    here.close()
                    continue
                for source, sink, cuts in ((here, there, False), (there, here, True)):
                    arguments = (source, sink, cuts)
                    threading.Thread(target=self._carry, args=arguments, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, cuts: bool) -> None:
        with suppress(OSError):
            while octets := source.recv(1 << 16):
                if cuts and self.cut_at is not None and self.cut_at in octets:
                    self.cut_at = None
                    self.cuts += 1
                    break
                for word in self._hides if cuts else ():
                    octets = octets.replace(word, b"X" * len(word))
                sink.sendall(octets)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self) -> None:
        self._listener.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
