"""The commands, put together; those of a module are there when it is named."""

from __future__ import annotations

import sys

import typer

from cyrpy.cli import address, check, db, domain, group, modules, serve, token, user
from cyrpy.cli.context import Commands
from cyrpy.host.registry import find, installed

HELP = """A pluggable httpd for mail, calendars and contacts: JMAP, CalDAV, CardDAV and tzdist.

Exit codes: 0 done; 1 refused or failed, with a line on stderr that says why; 2 wrong usage.
"""


def main() -> None:
    """Run the command line."""
    build(sys.argv[1:])()


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
    app.command("serve", help=serve.serve.__doc__)(serve.serve)
    app.command("check", help=check.check.__doc__)(check.check)
    app.command("modules", help=modules.modules.__doc__)(modules.modules)
    app.add_typer(user.app, name="user")
    app.add_typer(token.app, name="token")
    app.add_typer(address.app, name="address")
    app.add_typer(domain.app, name="domain")
    app.add_typer(group.app, name="group")
    app.add_typer(db.app, name="db")
    first = arguments[0] if arguments else ""
    if not first.startswith("-") and first in installed():
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
