"""`cyrpy check`: whether a configuration would serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cyrpy.cli.context import FAILED, ConfigFile, Context, find_config, opened
from cyrpy.data import item_checks, principals
from cyrpy.data.blobs import Blobs
from cyrpy.data.migrate import inspect
from cyrpy.groupware import item_recount, mail_recount
from cyrpy.host.configuration import Configuration, read
from cyrpy.host.run import certificate_of
from cyrpy.host.tls import LiveContext


def check(
    config: ConfigFile = None,
    data: Annotated[
        bool,
        typer.Option("--data", help="Read all data again, and compare; this takes time."),
    ] = False,
) -> None:
    """Check configuration, modules, certificate and database without serving."""
    path = find_config(config)
    configuration = read(path)
    for warning in configuration.warnings:
        typer.echo(f"warning: {warning}", err=True)
    configuration.load()
    names = " ".join(module.name for module, _ in configuration.modules)
    typer.echo(f"configuration: {path} is good")
    typer.echo(f"modules: {names or 'none are enabled; see httpmodules'}")
    certificate = certificate_of(configuration.settings)
    if certificate is not None:
        LiveContext(certificate)
        typer.echo("TLS: certificate and key can be used")
    _check_database(configuration)
    if data:
        _check_data(config)


def _check_data(config: Path | None) -> None:
    """Compare what is kept beside mail, events, cards and files with what follows from them.

    Raises:
        Exit: with code 1, if they differ.
    """
    wrong = checked = 0
    with opened(config) as context:
        with context.database.read() as unit:
            rows = unit.all(principals.ALL)
        for row in rows:
            with context.database.read() as unit:
                found = mail_recount.differences(unit, row.id)
                found += item_recount.differences(unit, row.id)
            for one in found:
                typer.echo(
                    f"{row.name}: {one.what}: {one.stored}, but should be {one.counted}", err=True
                )
            wrong += len(found)
            checked += 1
        wrong += _check_blobs(context)
    if wrong:
        raise typer.Exit(FAILED)
    typer.echo(f"data: the counts of {checked} accounts are right")


def _check_blobs(context: Context) -> int:
    """Whether all files of blobs are there; how many are not."""
    blobs = Blobs(context.settings.configdirectory / "blobs")
    with context.database.read() as unit:
        damaged = item_checks.damaged(unit, blobs)
    for digest in damaged:
        typer.echo(f"blob {digest}: its file is missing, or has another size", err=True)
    return len(damaged)


def _check_database(configuration: Configuration) -> None:
    file = configuration.location.file
    if file is not None and not file.exists():
        typer.echo(f"database: {file} will be made at the first start")
        return
    behind = [
        s for s in inspect(configuration.location, configuration.histories) if not s.is_current
    ]
    if not behind:
        typer.echo("database: up to date")
    elif file is not None:
        typer.echo("database: will be upgraded at the next start")
    else:
        typer.echo("database: older than this cyrpy; run 'cyrpy db upgrade'")
