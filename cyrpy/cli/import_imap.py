"""`cyrpy import imap`: a copy of the mail on another server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cyrpy.auth.generated import require_user
from cyrpy.cli.context import FAILED, ConfigFile, Context, opened
from cyrpy.cli.output import show_list
from cyrpy.cli.progress import Progress
from cyrpy.errors import NotFound
from cyrpy.groupware.principals import find
from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.client import Client
from cyrpy.mail.imap.connection import trusted
from cyrpy.mail.imap.copying import FolderCopy, Source, Tally, chosen
from cyrpy.mail.imap.errors import Refused

Folders = Annotated[
    list[str] | None,
    typer.Option("--folder", "-f", help="Copy folders like this (Work/*); repeatable. Else all."),
]


def import_imap(  # noqa: PLR0913, PLR0917 - options of a command
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose mail it becomes.")],
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="imaps://name@host[:port]/[folder]; with imap:// TLS begins by STARTTLS.",
        ),
    ],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password there from stdin.")
    ] = False,
    folder: Folders = None,
    into: Annotated[
        str, typer.Option("--into", help="Put all inside this mailbox, with / between names.")
    ] = "",
    only_list: Annotated[bool, typer.Option("--list", help="Only list what is there.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Look also at what was copied the last time.")
    ] = False,
    ca_file: Annotated[
        Path | None,
        typer.Option("--ca-file", metavar="FILE", help="Certificates to trust, beside the usual."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how much there is to copy.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Copy mail from an IMAP server; run again, what came since then."""
    server = Server.read(url, "imaps", "imap")
    server = server._replace(user=server.user or user)
    password = there_password("Password there", stdin=password_stdin)
    patterns = [*(folder or ()), *([server.folder] if server.folder else ())]
    inside = tuple(name for name in into.split("/") if name)
    with opened(config) as context:
        account_id = _account(context, user)
        client = Client(server, password, trusted(ca_file))
        try:
            listed, _ = client.folders()
            sources = chosen(listed, client.naming(), patterns, inside)
            copy = FolderCopy(context, account_id, client, again=again)
            if only_list or dry_run:
                _show(client, copy, sources, counts=dry_run)
            else:
                _copy(copy, sources)
        finally:
            client.close()


def there_password(prompt: str, *, stdin: bool) -> str:
    """A password of another server, which is never an argument that others see.

    Raises:
        BadParameter: there is no terminal to type at.
    """
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal: let the password come from stdin")
    typed: str = typer.prompt(prompt, hide_input=True)
    return typed


def _account(context: Context, user: str) -> int:
    with context.database.read() as unit:
        row = find(unit, context.userids, user)
        require_user(unit, row.id)
    return row.id


def _show(client: Client, copy: FolderCopy, sources: Sequence[Source], *, counts: bool) -> None:
    records = [
        {
            "folder": one.path,
            "mailbox": "/".join(one.names),
            "role": one.role,
            "messages": copy.waiting(one) if counts else client.status(one.path).emails,
        }
        for one in sources
    ]
    show_list(records, ("folder", "mailbox", "role", "messages"), as_json=False)


def _copy(copy: FolderCopy, sources: Sequence[Source]) -> None:
    """Copy one folder after the other; what cannot be had does not stop the rest."""
    if not sources:
        raise NotFound("there is no folder like that there")
    total, failed = Tally(), False
    for source in sources:
        try:
            total = total.plus(_folder(copy, source))
        except Refused as exc:
            typer.echo(f"cyrpy: {source.path}: {exc}", err=True)
            failed = True
    typer.echo(
        f"{total.new} messages were imported, {total.known} were there already"
        + (f", {total.too_large} are larger than maxmessagesize" if total.too_large else ""),
        err=True,
    )
    if failed:
        raise typer.Exit(FAILED)


def _folder(copy: FolderCopy, source: Source) -> Tally:
    with Progress(source.path, copy.waiting(source), is_octets=False) as progress:
        seen = 0

        def tell(part: Tally) -> None:
            nonlocal seen
            seen += sum(part)
            progress.add(sum(part), seen)

        return copy.run(source, tell)
