"""`cyrpy import dav`: a copy from another server over CalDAV and CardDAV."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cyrpy.cli.context import ConfigFile, opened
from cyrpy.cli.import_objects import DryRun, User, account_of, summary
from cyrpy.cli.output import show_list
from cyrpy.cli.progress import Progress
from cyrpy.errors import ConfigError
from cyrpy.transfer.dav.client import Client, Login
from cyrpy.transfer.dav.copy import Copy, Wishes, chosen
from cyrpy.transfer.dav.discovery import Remote, find
from cyrpy.transfer.dav.errors import RemoteError
from cyrpy.transfer.outcome import Failure, Outcome, Place


def import_dav(  # noqa: PLR0913, PLR0917 - options of a command
    user: User,
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="Of the server, of a principal, a home or one collection there."
        ),
    ],
    login: Annotated[
        str | None, typer.Option("--user", metavar="NAME", help="The name there, if another.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password there from stdin.")
    ] = False,
    collection: Annotated[
        list[str] | None,
        typer.Option("--collection", "-c", help="Copy this one; repeatable. Else all."),
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="Only list what is there.")] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete here what was copied and is gone there.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Copy also what did not change since the last time.")
    ] = False,
    ca_file: Annotated[
        Path | None,
        typer.Option("--ca-file", metavar="FILE", help="Certificates to trust, beside the usual."),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Do not check the server's certificate.")
    ] = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Copy calendars and address books from another server; run again, what changed there."""
    signs_in = Login(login or user, _password(stdin=password_stdin))
    verify = _verified(ca_file, insecure=insecure)
    with opened(config) as context, Client(url, signs_in, verify=verify) as client:
        account_id = account_of(context, user)
        there = find(client)
        if only_list:
            _show(there)
            return
        found = chosen(there, collection or ())
        wishes = Wishes(deletes=delete, again=again, is_trial=dry_run)
        copy = Copy(context.database, account_id, client, wishes)
        summary(_all(copy, found), is_trial=dry_run)


def _all(copy: Copy, found: Sequence[Remote]) -> Outcome:
    """Copy one collection after the other; what cannot be had does not stop the rest."""
    total = Outcome()
    for remote in found:
        try:
            total.add(_one(copy, remote))
        except RemoteError as exc:
            failure = Failure(Place(remote.url), str(exc))
            typer.echo(f"cyrpy: {failure}", err=True)
            total.failures.append(failure)
    return total


def _one(copy: Copy, remote: Remote) -> Outcome:
    label = remote.name or remote.uri
    with Progress(label, 0, is_octets=False) as progress:
        count = 0

        def tell(done: Outcome) -> None:
            nonlocal count
            count += done.done
            progress.add(done.done, count)
            for failure in done.failures:
                progress.say(f"cyrpy: {failure}")

        outcome = copy.collection(remote, progress.expect, tell)
    typer.echo(
        f"{label}: {outcome.created} added, {outcome.updated} changed, "
        f"{outcome.unchanged} unchanged, {outcome.removed} removed, "
        f"{len(outcome.failures)} refused",
        err=True,
    )
    return outcome


def _show(found: Sequence[Remote]) -> None:
    records = [
        {
            "kind": f"shared {one.kind}" if one.is_shared else one.kind,
            "name": one.name,
            "uri": one.uri,
            "url": one.url,
        }
        for one in found
    ]
    show_list(records, ("kind", "uri", "name", "url"), as_json=False)


def _password(*, stdin: bool) -> str:
    """The password there, which is never an argument that other users of the machine see."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal: use --password-stdin")
    typed: str = typer.prompt("Password there", hide_input=True)
    return typed


def _verified(ca_file: Path | None, *, insecure: bool) -> ssl.SSLContext | bool:
    if insecure:
        typer.echo("warning: whoever is between here and there can read everything", err=True)
        return False
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as exc:
            raise ConfigError(f"--ca-file {ca_file}: {exc}") from exc
    return context
