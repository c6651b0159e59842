"""`cyrpy serve`: the server."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from cyrpy.cli import demo
from cyrpy.cli.context import ConfigFile, find_config, prepare_file
from cyrpy.data.migrate import MigrationNeeded, require_current, upgrade
from cyrpy.heap import loading
from cyrpy.host.configuration import Configuration, read
from cyrpy.host.run import run

log = logging.getLogger("cyrpy.serve")


def serve(
    config: ConfigFile = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT|unix:PATH", help="Where to listen, in place of http_listen."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Processes, in place of http_workers.")
    ] = None,
    is_demo: Annotated[
        bool,
        typer.Option("--demo", help="Serve a demo user from a folder, on this machine only."),
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="With --demo: its folder.", show_default=str(demo.DEFAULT_FOLDER)
        ),
    ] = None,
) -> None:
    """Serve until told to stop; SIGHUP reads configuration and certificate again."""
    overrides = {}
    if workers is not None:
        overrides["http_workers"] = str(workers)
    if is_demo:
        if config is not None:
            raise typer.BadParameter("--demo has a configuration of its own: leave -C out")
        path = demo.prepare(folder or demo.DEFAULT_FOLDER)
        overrides["http_listen"] = demo.address(listen)
    elif folder is not None:
        raise typer.BadParameter(f"{folder}: only --demo takes a folder; name a file with -C")
    else:
        path = find_config(config)
        if listen is not None:
            overrides["http_listen"] = listen
    with loading():
        configuration = read(path, overrides)
        prepare_database(configuration)
    if is_demo:
        demo.provide(configuration)
        typer.echo(demo.welcome(configuration), err=True)
    raise typer.Exit(run(path, overrides, configuration))


def prepare_database(configuration: Configuration) -> None:
    """Make or upgrade an embedded database; check another.

    Raises:
        MigrationNeeded: a PostgreSQL database is older than this cyrpy.
        DatabaseTooNew: it is newer.
        Unavailable: it cannot be opened.
    """
    location, histories = configuration.location, configuration.histories
    if location.file is not None:
        prepare_file(location.file)
    try:
        require_current(location, histories)
    except MigrationNeeded:
        if location.file is None:
            raise
        upgrade(location, histories)
