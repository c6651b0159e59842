"""`cyrpy db`: the database's schema and its upkeep."""

from __future__ import annotations

import time

import typer

from cyrpy.cli.context import AsJson, Commands, ConfigFile, find_config, opened, prepare_file
from cyrpy.cli.output import show_list
from cyrpy.data import migrate, upkeep
from cyrpy.data.blobs import Blobs
from cyrpy.host.configuration import read

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The database.")


@app.command("upgrade")
def upgrade(config: ConfigFile = None) -> None:
    """Bring the tables of the core and of all enabled modules up to date."""
    configuration = read(find_config(config))
    if configuration.location.file is not None:
        prepare_file(configuration.location.file)

    def say(step: migrate.Status) -> None:
        name = step.history.name or "core"
        typer.echo(f"{name}: {step.current or 'empty'} -> {step.head}", err=True)

    if not migrate.upgrade(configuration.location, configuration.histories, say):
        typer.echo("the database is up to date", err=True)


@app.command("status")
def status(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show how far the database has come."""
    configuration = read(find_config(config))
    found = migrate.inspect(configuration.location, configuration.histories)
    records = [
        {"tables": s.history.name or "core", "revision": s.current or "", "newest": s.head}
        for s in found
    ]
    show_list(records, ("tables", "revision", "newest"), as_json=as_json)


@app.command("tidy")
def tidy(config: ConfigFile = None) -> None:
    """Do now what a running server does every hour: prune the log, expire uploads, and such."""
    with opened(config) as context:
        settings = context.settings
        blobs = Blobs(settings.configdirectory / "blobs")
        done = upkeep.run(context.database, blobs, int(time.time()), settings.sync_log_days)
    typer.echo(f"{done.lines} lines of the change log, {done.files} files removed", err=True)
