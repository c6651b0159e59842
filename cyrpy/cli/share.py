"""`cyrpy share`: public read-only links to calendars, address books and busy time."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from cyrpy.cli.context import AsJson, ConfigFile, Context, commands, opened
from cyrpy.cli.import_objects import account_of
from cyrpy.cli.output import moment, show_list
from cyrpy.data import public_links
from cyrpy.data.public_links import FREE_BUSY, LinkRow, NewLink
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound
from cyrpy.groupware import publishing
from cyrpy.groupware.publishing import ADDRESS_BOOK, ALARMS, CALENDAR, PEOPLE, Publishing
from cyrpy.host.registry import find as find_module
from cyrpy.transfer.destinations import find_book, find_calendar

MODULE = "public"  # which serves the links

app = commands("Public links, which everybody who knows them can read.")
Name = Annotated[str, typer.Argument(metavar="USER", help="Whose it is.")]


@app.command("add")
def add_link(  # noqa: PLR0913, PLR0917 - options of a command
    name: Name,
    calendar: Annotated[
        str | None, typer.Option("--calendar", "-c", help="Name, URL name or id of a calendar.")
    ] = None,
    book: Annotated[
        str | None, typer.Option("--book", "-b", help="The same of an address book.")
    ] = None,
    free_busy: Annotated[
        bool, typer.Option("--free-busy", help="When the user is busy, and nothing else.")
    ] = False,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    alarms: Annotated[bool, typer.Option("--alarms", help="Show alarms of events.")] = False,
    people: Annotated[
        bool, typer.Option("--people", help="Show who organizes and attends events.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Make a link and print it, this once."""
    if (calendar is not None) + (book is not None) + free_busy != 1:
        raise typer.BadParameter("name one of --calendar, --book and --free-busy")
    shows = " ".join(word for word, shown in ((ALARMS, alarms), (PEOPLE, people)) if shown)
    if shows and calendar is None:
        raise typer.BadParameter("--alarms and --people are for calendars")
    with opened(config) as context:
        account_id = account_of(context, name, users_only=book is not None)

        def work(unit: Unit) -> tuple[int, str, NewLink, str]:
            new, called = _new(unit, account_id, calendar, book)
            new = new._replace(label=label, shows=shows)
            number, token = publishing.add(unit, account_id, new, secrets.token_bytes)
            return number, token, new, called

        number, token, new, called = context.database.write(work, [account_id])
        typer.echo(_url(context, token, new.kind, called or name.partition("@")[0]))
        typer.echo(f"number {number}", err=True)
        if MODULE not in context.settings.httpmodules:
            typer.echo(f"warning: it works once {MODULE} is on the httpmodules line", err=True)


def _new(
    unit: Unit, account_id: int, calendar: str | None, book: str | None
) -> tuple[NewLink, str]:
    """What is linked to, and how that is called."""
    if calendar is not None:
        row = find_calendar(unit, account_id, calendar)
        return NewLink(CALENDAR, row.id), row.name or row.uri
    if book is not None:
        found = find_book(unit, account_id, book)
        return NewLink(ADDRESS_BOOK, found.id), found.name or found.uri
    return NewLink(FREE_BUSY), ""


def _url(context: Context, token: str, kind: str, name: str) -> str:
    """As the server's clients have to write it."""
    settings = context.settings
    prefix = find_module(MODULE).prefixes[0]
    base = settings.http_base_url or f"https://{settings.servername}{settings.http_root_path}"
    return f"{base}{Publishing(prefix).path(token, kind, name)}"


@app.command("list")
def list_links(name: Name, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List the links to what is a user's; their tokens are kept nowhere."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=False)
        with context.database.read() as unit:
            rows = public_links.of_account(unit, account_id)
            records = [_record(unit, row) for row in rows]
    show_list(records, ("id", "kind", "name", "label", "shows", "created"), as_json=as_json)


def _record(unit: Unit, row: LinkRow) -> dict[str, Any]:
    found = None if row.kind == FREE_BUSY else publishing.container(unit, row)
    return {
        "id": row.id,
        "kind": row.kind,
        "name": "" if found is None else found.uri,
        "label": row.label,
        "shows": sorted(row.parts),
        "published": bool(row.is_published),
        "created": moment(row.created_at),
    }


@app.command("revoke")
def revoke_link(
    name: Name,
    number: Annotated[int, typer.Argument(metavar="ID", help="As 'cyrpy share list' shows it.")],
    config: ConfigFile = None,
) -> None:
    """Revoke a link; it is dead at once."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=False)

        def work(unit: Unit) -> None:
            if not publishing.revoke(unit, account_id, number):
                raise NotFound(f"{name} has no link {number}")

        context.database.write(work, [account_id])
    typer.echo(f"{number} was revoked", err=True)
