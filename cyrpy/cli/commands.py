"""The commands, put together; those of a module are there when it is named."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import typer

from cyrpy.cli.context import Commands
from cyrpy.host.registry import find, installed

# Name -> module, and function of single commands. Only what is named is imported: a server need
# not read at its start what imports and checks are made of.
SINGLE: Final[Mapping[str, tuple[str, str]]] = {
    "serve": ("serve", "serve"),
    "check": ("check", "check"),
    "modules": ("modules", "modules"),
    "deliver": ("deliver", "deliver_mail"),
    "restore": ("restore", "restore"),
}
GROUPS: Final[Mapping[str, str]] = {
    "import": "importing",
    "export": "exporting",
    "share": "share",
    "sieve": "sieve",
    "user": "user",
    "token": "token",
    "address": "address",
    "domain": "domain",
    "group": "group",
    "db": "db",
}

HELP = """A pluggable httpd for mail, calendars and contacts: JMAP, CalDAV, CardDAV and tzdist.

Exit codes: 0 done; 1 refused or failed, with a line on stderr that says why; 2 wrong usage.
"""


def build(arguments: list[str]) -> typer.Typer:
    """The commands; with those of a module, if the first word is its name."""
    app = typer.Typer(
        name="cyrpy",
        cls=Commands,
        help=HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(options)
    first = arguments[0] if arguments else ""
    every = first not in {*SINGLE, *GROUPS}
    for name, (module, function) in SINGLE.items():
        if every or name == first:
            run = getattr(import_module(f"cyrpy.cli.{module}"), function)
            app.command(name, help=run.__doc__)(run)
    for name, module in GROUPS.items():
        if every or name == first:
            app.add_typer(import_module(f"cyrpy.cli.{module}").app, name=name)
    if every and not first.startswith("-") and first in installed():
        _add_module(app, first)
    return app


def options(
    version: bool = typer.Option(
        False,
        "--version",
        help="Print the version.",
        is_eager=True,
        callback=lambda wanted: _show_version() if wanted else None,
    ),
) -> None:
    """Options before the command."""
    del version  # its callback has answered


def _show_version() -> None:
    from cyrpy import __version__  # noqa: PLC0415 - read when it is asked for

    typer.echo(f"cyrpy {__version__}")
    raise typer.Exit


def _add_module(app: typer.Typer, name: str) -> None:
    """The commands that a module declares."""
    module = find(name)
    if module.commands:
        group = typer.Typer(cls=Commands, no_args_is_help=True, help=module.summary)
        for command in module.commands:
            group.command(command.name, help=command.help)(command.run)
        app.add_typer(group, name=name)
