"""Commands on a configuration of their own, as a shell runs them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cyrpy.cli import address, domain, exporting, group, importing, share, token, user
from cyrpy.config import CoreSettings, load
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.host.configuration import location_of
from tests.support.clock import Clock

APP = typer.Typer()
for part in (address, domain, group, share, token, user):
    APP.add_typer(part.app, name=part.__name__.rpartition(".")[2])
APP.add_typer(importing.app, name="import")
APP.add_typer(exporting.app, name="export")


@dataclass
class Shell:
    """Runs `cyrpy …` with a configuration file."""

    config: Path

    def run(self, *arguments: str, stdin: str = "") -> Result:
        command = [*arguments, "-C", str(self.config)]
        return CliRunner().invoke(APP, command, input=stdin)

    def ok(self, *arguments: str, stdin: str = "") -> str:
        """What a command prints that succeeds."""
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: str, stdin: str = "") -> str:
        """The one line of a command that fails."""
        result = self.run(*arguments, stdin=stdin)
        assert (result.exit_code, result.stdout) == (1, "")
        (line,) = [s for s in result.stderr.splitlines() if not s.startswith("warning")]
        return line.removeprefix("cyrpy: ")

    @property
    def settings(self) -> CoreSettings:
        return load(self.config)[1]


@pytest.fixture
def empty_shell(tmp_path: Path) -> Shell:
    """A configuration whose database does not exist."""
    config = tmp_path / "imapd.conf"
    config.write_text(
        f"configdirectory: {tmp_path}/var\ndefaultdomain: localhost\nhttpmodules: jmap caldav\n"
    )
    return Shell(config)


@pytest.fixture
def shell(empty_shell: Shell, sqlite_template: Path) -> Shell:
    """A configuration with an empty database."""
    folder = empty_shell.config.parent / "var"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "cyrpy.db")
    return empty_shell


@pytest.fixture
def opened(shell: Shell) -> Iterator[Callable[[], Any]]:
    """Opens the shell's database as a server has it."""
    databases: list[Database] = []

    def make() -> Database:
        location = location_of(shell.settings)
        databases.append(Database(location, publisher=Notifier(), clock=Clock()))
        return databases[-1]

    yield make
    for database in databases:
        database.close()
