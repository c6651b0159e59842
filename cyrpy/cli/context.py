"""What the commands share: the configuration file, the database, errors and passwords.

Exit codes: 0 done; 1 refused or failed, with one line on stderr that says why; 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from typer.core import TyperGroup

from cyrpy.config import CoreSettings, load
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.migrate import MigrationNeeded, core_history, require_current, upgrade
from cyrpy.data.notifier import Notifier
from cyrpy.data.unit import Unit
from cyrpy.errors import ConfigError, CyrpyError
from cyrpy.groupware.userids import UserIds
from cyrpy.host.configuration import location_of

T = TypeVar("T")
DEFAULT_FILES: Final = (Path("/etc/cyrpy/imapd.conf"), Path("/etc/imapd.conf"))
FAILED: Final = 1
PRIVATE_FOLDER: Final = 0o750
PRIVATE_FILE: Final = 0o600

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "-C",
        "--config",
        metavar="FILE",
        envvar="CYRPY_CONFIG",
        help="Configuration; without it /etc/cyrpy/imapd.conf, then /etc/imapd.conf.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Commands(TyperGroup):
    """A group of commands that prints what goes wrong in one line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - click's own types
        """Run the command.

        Raises:
            Exit: with code 1, if cyrpy reports an error.
        """
        try:
            return super().invoke(ctx)
        except CyrpyError as exc:
            typer.echo(f"cyrpy: {exc}", err=True)
            raise typer.Exit(FAILED) from exc


def commands(help: str) -> typer.Typer:
    """An empty group of commands; tracebacks never show the values of variables."""
    return typer.Typer(
        cls=Commands, no_args_is_help=True, pretty_exceptions_show_locals=False, help=help
    )


@dataclass(frozen=True)
class Context:
    """An open configuration and database."""

    settings: CoreSettings
    database: Database

    @property
    def blobs(self) -> Blobs:
        """Where octets are kept; its folder is the server's."""
        return Blobs(self.settings.configdirectory / "blobs", self.settings.blob_expiry)

    @property
    def userids(self) -> UserIds:
        """How users are named."""
        return UserIds.of(self.settings)

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in a transaction, by the same door as the server."""
        return self.database.write(work)


def find_config(given: Path | None) -> Path:
    """The configuration file to use.

    Raises:
        ConfigError: there is none.
    """
    if given is not None:
        return given
    for path in DEFAULT_FILES:
        if path.is_file():
            return path
    looked = " and ".join(map(str, DEFAULT_FILES))
    raise ConfigError(
        f"there is no configuration: {looked} do not exist; name one with -C FILE or $CYRPY_CONFIG"
    )


@contextmanager
def opened(config: Path | None) -> Iterator[Context]:
    """The configuration and its database, which is closed at the end.

    Raises:
        ConfigError: the configuration cannot be used.
        MigrationNeeded: a PostgreSQL database is older than this cyrpy.
        Unavailable: the database cannot be opened.
    """
    _, settings = load(find_config(config))
    notifier = Notifier(location_of(settings))
    database = open_database(settings, notifier)
    notifier.open()
    try:
        yield Context(settings, database)
    finally:
        notifier.shut()
        database.close()


def open_database(settings: CoreSettings, notifier: Notifier) -> Database:
    """The database of these settings; an embedded one is made, or brought up to date, at need.

    `notifier` tells running servers what is changed here.

    Raises:
        MigrationNeeded: a PostgreSQL database is older than this cyrpy.
        Unavailable: the database cannot be opened.
    """
    location = location_of(settings)
    histories = [core_history()]
    if location.file is not None:
        prepare_file(location.file)
    try:
        require_current(location, histories)
    except MigrationNeeded:
        if location.file is None:
            raise
        upgrade(location, histories)
    return Database(location, publisher=notifier, clock=time.time)


def prepare_file(file: Path) -> None:
    """Make folder and file, for their owner's eyes only.

    Run by root, it goes on as the owner of the folder: files that root makes beside the database
    (-wal, -shm) would lock the server out of it.

    Raises:
        ConfigError: that is not possible.
    """
    try:
        file.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        owner = file.parent.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            os.setegid(owner.st_gid)
            os.seteuid(owner.st_uid)
        file.touch(PRIVATE_FILE)
    except OSError as exc:
        raise ConfigError(f"the database {file} cannot be opened: {exc.strerror}") from exc


def typed_password(*, stdin: bool) -> str:
    """A new password: the first line of stdin, or typed twice.

    Raises:
        BadParameter: there is no terminal to type at.
    """
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal: use --password-stdin or --generate")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def confirmed(question: str, *, yes: bool) -> None:
    """Ask before what cannot be undone; `yes` was said already.

    Raises:
        BadParameter: there is nobody to ask.
        Abort: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask at: use --yes")
    typer.confirm(question, abort=True)
