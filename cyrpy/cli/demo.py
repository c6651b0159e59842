"""The demo: a folder with a configuration, a database, and one user whose password is known."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from cyrpy.cli.context import Context, open_database
from cyrpy.config.values import Address
from cyrpy.data import credentials, principals
from cyrpy.data.notifier import Notifier
from cyrpy.data.principals import INDIVIDUAL
from cyrpy.data.unit import Unit
from cyrpy.errors import ConfigError
from cyrpy.host.configuration import Configuration
from cyrpy.host.registry import installed

USER: Final = "test"
PASSWORD: Final = "test"  # noqa: S105 - on this machine only, and printed
PORT: Final = 8080
DEFAULT_FOLDER: Final = (
    Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "cyrpy-demo"
)
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
FILE: Final = """\
# Written by `cyrpy serve --demo`; change it as you like.
httpmodules: {modules}
configdirectory: {folder}
defaultdomain: localhost
servername: localhost
httpprettytelemetry: yes
"""


def prepare(folder: Path) -> Path:
    """The demo's configuration in `folder`, which is made if it is not there.

    Raises:
        ConfigError: the folder cannot be written.
    """
    folder = folder.expanduser().absolute()
    path = folder / "imapd.conf"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            modules = " ".join(name for name in installed() if name != "dav")
            path.write_text(FILE.format(modules=modules, folder=folder))
    except OSError as exc:
        raise ConfigError(f"the demo's folder {folder} cannot be written: {exc.strerror}") from exc
    return path


def address(wanted: str | None) -> str:
    """Where the demo listens: as asked if that is loopback, else the first free port from 8080.

    Raises:
        ConfigError: others than this machine's programs could reach the address.
    """
    if wanted is None:
        return f"127.0.0.1:{_free_port()}"
    try:
        parsed = Address.read(wanted)
    except ValueError as exc:
        raise ConfigError(f"--listen {wanted}: {exc}") from exc
    if not parsed.path and parsed.host not in LOOPBACK and not parsed.host.startswith("127."):
        raise ConfigError(
            f"--demo listens on loopback alone, for its password is known; {wanted} is not. "
            "Write an imapd.conf to serve others."
        )
    return wanted


def _free_port() -> int:
    for port in range(PORT, PORT + 100):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ConfigError(f"no port from {PORT} to {PORT + 99} is free: name one with --listen")


def provide(configuration: Configuration) -> None:
    """Add the demo user, the first time."""
    # Other servers have no use for these.
    from cyrpy.auth.passwords import Passwords  # noqa: PLC0415
    from cyrpy.groupware.principals import NewPrincipal, create  # noqa: PLC0415
    from cyrpy.groupware.provision import Folders  # noqa: PLC0415

    settings = configuration.settings
    database = open_database(settings, Notifier())
    try:
        context = Context(settings, database)
        userid = context.userids.of_login(USER)
        with database.read() as unit:
            if unit.first(principals.BY_NAME, name=userid) is not None:
                return
        hashed = Passwords().hash(PASSWORD)

        def work(unit: Unit) -> None:
            new = NewPrincipal(USER, INDIVIDUAL, "Test User")
            user = create(unit, context.userids, Folders.of(settings), new)
            credentials.set_password(unit, user.id, hashed)

        context.write(work)
    finally:
        database.close()


def welcome(configuration: Configuration) -> str:
    """What to try first."""
    where = configuration.settings.http_listen[0]
    target = f"http://{where}"
    curl = "curl"
    if where.startswith("unix:"):
        curl, target = f"curl --unix-socket {where.removeprefix('unix:')}", "http://localhost"
    return f"""\
The demo keeps its data in {configuration.settings.configdirectory}; \
user {USER}, password {PASSWORD}. Try:

  {curl} -X POST \\
       -H "Content-Type: application/json" \\
       -H "Accept: application/json" \\
       --user {USER}:{PASSWORD} \\
       -d '[["getCalendars", {{}}, "#1"]]' \\
       {target}/jmap
"""
