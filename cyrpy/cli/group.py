"""`cyrpy group`: groups and their members, rooms and resources."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import typer

from cyrpy.cli.context import AsJson, ConfigFile, Context, commands, confirmed, opened
from cyrpy.cli.output import moment, show_list, show_record
from cyrpy.data import addresses, principals
from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound
from cyrpy.groupware.groups import join, leave
from cyrpy.groupware.principals import NewPrincipal, create, find, remove, rename
from cyrpy.groupware.provision import Folders


class Kind(StrEnum):
    """What is added."""

    GROUP = "group"
    ROOM = "room"
    RESOURCE = "resource"


TYPES: Final[dict[Kind, Literal["group", "location", "resource"]]] = {
    Kind.GROUP: "group",
    Kind.ROOM: "location",
    Kind.RESOURCE: "resource",
}
KINDS: Final[dict[str, str]] = {type: kind.value for kind, type in TYPES.items()}

app = commands("Groups and their members, rooms and resources.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the group, room or resource.")]
Members = Annotated[list[str], typer.Argument(metavar="MEMBER…", help="Users, rooms, resources.")]


@app.command("add")
def add_group(
    name: Name,
    kind: Annotated[Kind, typer.Option("--kind", help="What it is.")] = Kind.GROUP,
    display_name: Annotated[str, typer.Option("--name", help="Name for people.")] = "",
    description: Annotated[
        str | None, typer.Option("--description", help="What people should know of it.")
    ] = None,
    alias: Annotated[
        list[str] | None, typer.Option("--address", help="A further address; repeatable.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Add a group, or a room or resource with its calendar."""
    new = NewPrincipal(name, TYPES[kind], display_name, description, aliases=tuple(alias or ()))
    with opened(config) as context:
        folders = Folders.of(context.settings)
        row = context.write(lambda unit: create(unit, context.userids, folders, new))
        typer.echo(f"{row.name} was added", err=True)


@app.command("list")
def list_groups(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List groups, rooms and resources."""
    with opened(config) as context, context.database.read() as unit:
        rows = [row for row in unit.all(principals.ALL) if row.type != INDIVIDUAL]
    records = [_record(row) for row in rows]
    show_list(records, ("id", "kind", "name", "account_id", "created"), as_json=as_json)


@app.command("show")
def show_group(name: Name, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show a group with its members, a room or a resource."""
    with opened(config) as context, context.database.read() as unit:
        row = _group(unit, context, name)
        members = unit.all(principals.MEMBERS_OF, group_id=row.id)
        record = _record(row) | {
            "description": row.description,
            "addresses": addresses.addresses_of(unit, row.id),
            "members": [member.name for member in members],
        }
    show_record(record, as_json=as_json)


@app.command("rename")
def rename_group(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    keep_address: Annotated[
        bool, typer.Option("--keep-address", help="Keep the old name as an address.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Give a group, room or resource another name; account id and data stay."""
    with opened(config) as context:

        def work(unit: Unit) -> str:
            row = _group(unit, context, name)
            return rename(unit, context.userids, row, new_name, keep_address=keep_address)

        typer.echo(f"{name} is now {context.write(work)}", err=True)


@app.command("remove")
def remove_group(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = None,
) -> None:
    """Remove a group, or a room or resource with its calendar."""
    with opened(config) as context:
        with context.database.read() as unit:
            row = _group(unit, context, name)
        confirmed(f"Remove {row.name} and everything in its account?", yes=yes)
        context.write(lambda unit: remove(unit, _group(unit, context, row.name)))
        typer.echo(f"{row.name} was removed", err=True)


@app.command("join")
def join_group(name: Name, members: Members, config: ConfigFile = None) -> None:
    """Put members into a group: what the group was granted, they have."""
    with opened(config) as context:

        def work(unit: Unit) -> None:
            group = _group(unit, context, name)
            for member in members:
                join(unit, group, find(unit, context.userids, member))

        context.write(work)


@app.command("leave")
def leave_group(name: Name, members: Members, config: ConfigFile = None) -> None:
    """Take members out of a group."""
    with opened(config) as context:

        def work(unit: Unit) -> None:
            group = _group(unit, context, name)
            for member in members:
                leave(unit, group, find(unit, context.userids, member))

        context.write(work)


def _group(unit: Unit, context: Context, name: str) -> PrincipalRow:
    """The group, room or resource of that name.

    Raises:
        NotFound: there is none.
    """
    row = find(unit, context.userids, name)
    if row.type == INDIVIDUAL:
        raise NotFound(f"{row.name} is a user; see 'cyrpy user'")
    return row


def _record(row: PrincipalRow) -> dict[str, Any]:
    return {
        "id": row.name,
        "kind": KINDS[row.type],
        "name": row.display_name,
        "account_id": row.wire_id,
        "created": moment(row.created_at),
    }
