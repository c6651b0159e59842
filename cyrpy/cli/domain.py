"""`cyrpy domain`: the domains that are ours, besides defaultdomain."""

from __future__ import annotations

from typing import Annotated

import typer

from cyrpy.cli.context import AsJson, ConfigFile, commands, opened
from cyrpy.cli.output import show_list
from cyrpy.data import addresses
from cyrpy.groupware.principals import add_domain, remove_domain

app = commands("Domains whose addresses are ours.")
Name = Annotated[str, typer.Argument(metavar="DOMAIN", help="Such as example.com.")]


@app.command("add")
def add(name: Name, config: ConfigFile = None) -> None:
    """Make a domain one of ours."""
    with opened(config) as context:
        context.write(lambda unit: add_domain(unit, name.lower()))


@app.command("list")
def list_domains(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List our domains, the default one first."""
    with opened(config) as context, context.database.read() as unit:
        default = context.userids.default_domain
        added = [name for (name,) in unit.all(addresses.DOMAINS) if name != default]
        records = [
            {"domain": name, "addresses": addresses.count_in_domain(unit, name)}
            for name in (default, *added)
        ]
    show_list(records, ("domain", "addresses"), as_json=as_json)


@app.command("remove")
def remove(name: Name, config: ConfigFile = None) -> None:
    """Make a domain none of ours; there must be no address left in it."""
    with opened(config) as context:
        context.write(lambda unit: remove_domain(unit, name.lower()))
