"""`cyrpy check`: whether a configuration would serve."""

from __future__ import annotations

import typer

from cyrpy.cli.context import ConfigFile, find_config
from cyrpy.data.migrate import inspect
from cyrpy.host.configuration import Configuration, read
from cyrpy.host.run import certificate_of
from cyrpy.host.tls import LiveContext


def check(config: ConfigFile = None) -> None:
    """Check configuration, modules, certificate and database without serving."""
    path = find_config(config)
    configuration = read(path)
    for warning in configuration.warnings:
        typer.echo(f"warning: {warning}", err=True)
    names = " ".join(module.name for module, _ in configuration.modules)
    typer.echo(f"configuration: {path} is good")
    typer.echo(f"modules: {names or 'none are enabled; see httpmodules'}")
    certificate = certificate_of(configuration.settings)
    if certificate is not None:
        LiveContext(certificate)
        typer.echo("TLS: certificate and key can be used")
    _check_database(configuration)


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
