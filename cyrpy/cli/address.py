"""`cyrpy address`: the addresses by which users, groups and rooms are reached."""

from __future__ import annotations

from typing import Annotated

import typer

from cyrpy.cli.context import AsJson, ConfigFile, commands, opened
from cyrpy.cli.output import show_list
from cyrpy.data import addresses, principals
from cyrpy.data.unit import Unit
from cyrpy.groupware.principals import add_address, find, remove_address

app = commands("Addresses of users, groups, rooms and resources.")
Owner = Annotated[str, typer.Argument(metavar="OWNER", help="A user, group, room or resource.")]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="local@domain")]


@app.command("add")
def add(
    owner: Owner,
    address: Address,
    first: Annotated[
        bool, typer.Option("--first", help="Make it the one that others are shown.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Give somebody an address; with --first also one that it has."""
    with opened(config) as context:

        def work(unit: Unit) -> None:
            row = find(unit, context.userids, owner)
            add_address(unit, context.userids, row, address, first=first)

        context.write(work)


@app.command("list")
def list_addresses(
    owner: Annotated[str | None, typer.Argument(metavar="OWNER", help="Whose; else all.")] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List addresses, the one that others are shown first."""
    with opened(config) as context, context.database.read() as unit:
        one = None if owner is None else find(unit, context.userids, owner)
        rows = unit.all(principals.ALL) if one is None else [one]
        records = [
            {"address": address, "owner": row.name}
            for row in rows
            for address in addresses.addresses_of(unit, row.id)
        ]
    show_list(records, ("address", "owner"), as_json=as_json)


@app.command("remove")
def remove(address: Address, config: ConfigFile = None) -> None:
    """Take an address away from whoever has it."""
    with opened(config) as context:
        context.write(lambda unit: remove_address(unit, address))
