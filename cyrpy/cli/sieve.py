"""`cyrpy sieve`: the Sieve scripts of users, and what a script would do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cyrpy.cli.context import AsJson, ConfigFile, Context, commands, opened
from cyrpy.cli.import_objects import account_of
from cyrpy.cli.output import show_list, show_record
from cyrpy.data import sieve as data
from cyrpy.data.blobs import PREFIX
from cyrpy.data.sieve import ScriptRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve.actions import Action, FileInto
from cyrpy.formats.sieve.check import script_of
from cyrpy.formats.sieve.run import run
from cyrpy.formats.sieve.world import World
from cyrpy.groupware import sieve

STDIN: Final = Path("-")

app = commands("Sieve scripts, which file, refuse and answer mail as it comes.")
Name = Annotated[str, typer.Argument(metavar="USER", help="Whose they are.")]
Script = Annotated[str, typer.Argument(metavar="SCRIPT", help="Name or id of a script.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A file; - for standard input.")]


@app.command("list")
def list_scripts(name: Name, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List a user's scripts."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=True)
        with context.database.read() as unit:
            records = [_record(row) for row in data.all_of(unit, account_id)]
    show_list(records, ("id", "name", "active"), as_json=as_json)


def _record(row: ScriptRow) -> dict[str, Any]:
    blob_id = PREFIX + row.digest.hex()
    return {"id": row.wire_id, "name": row.name, "active": bool(row.is_active), "blobId": blob_id}


@app.command("show")
def show_script(name: Name, script: Script, config: ConfigFile = None) -> None:
    """Print a script."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=True)
        with context.database.read() as unit:
            row = _find(unit, account_id, script)
            octets = sieve.octets_of(unit, context.blobs, row)
    sys.stdout.buffer.write(octets)
    sys.stdout.flush()


@app.command("put")
def put_script(
    name: Name,
    script: Annotated[str, typer.Argument(metavar="SCRIPT", help="What it is called.")],
    file: File,
    activate: Annotated[
        bool, typer.Option("--activate", help="Run it for new mail from now on.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Store a script, in place of one that is called so."""
    octets = _read(file)
    with opened(config) as context:
        account_id = account_of(context, name, users_only=True)

        def work(unit: Unit) -> ScriptRow:
            row = sieve.put(unit, context.blobs, account_id, script, octets)
            if activate:
                sieve.activate(unit, account_id, row)
            return row

        row = context.database.write(work, [account_id])
    typer.echo(row.wire_id)


@app.command("activate")
def activate_script(name: Name, script: Script, config: ConfigFile = None) -> None:
    """Run a script for new mail, in place of the one that was."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=True)

        def work(unit: Unit) -> None:
            sieve.activate(unit, account_id, _find(unit, account_id, script))

        context.database.write(work, [account_id])
    typer.echo(f"{script} is active", err=True)


@app.command("deactivate")
def deactivate_script(name: Name, config: ConfigFile = None) -> None:
    """Run no script for new mail."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=True)
        before = context.database.write(
            lambda unit: sieve.activate(unit, account_id, None), [account_id]
        )
    typer.echo(
        "no script was active" if before is None else f"{before.name} is not active any more",
        err=True,
    )


@app.command("remove")
def remove_script(name: Name, script: Script, config: ConfigFile = None) -> None:
    """Remove a script that is not active."""
    with opened(config) as context:
        account_id = account_of(context, name, users_only=True)

        def work(unit: Unit) -> None:
            sieve.remove(unit, context.blobs, _find(unit, account_id, script))

        context.database.write(work, [account_id])
    typer.echo(f"{script} was removed", err=True)


@app.command("check")
def check_script(
    what: Annotated[
        list[str], typer.Argument(metavar="FILE… | USER [SCRIPT]", help="What to look at.")
    ],
    config: ConfigFile = None,
) -> None:
    """Check scripts: files, or one or all of a user's; the exit code is 1 if one cannot be run."""
    if all(Path(one) == STDIN or Path(one).is_file() for one in what):
        found: Mapping[str, bytes] = {one: _read(Path(one)) for one in what}
    else:
        with opened(config) as context:
            found = _stored(context, what)
    bad = 0
    for name, octets in found.items():
        try:
            sieve.check(octets)
        except FormatError as exc:
            bad += 1
            typer.echo(f"{name}: {exc}", err=True)
        else:
            typer.echo(f"{name}: good", err=True)
    raise typer.Exit(1 if bad else 0)


def _stored(context: Context, what: list[str]) -> dict[str, bytes]:
    name, *scripts = what
    account_id = account_of(context, name, users_only=True)
    with context.database.read() as unit:
        rows = [_find(unit, account_id, one) for one in scripts]
        rows = rows or data.all_of(unit, account_id)
        return {row.name: sieve.octets_of(unit, context.blobs, row) for row in rows}


@app.command("test")
def try_script(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="A file with a script.")],
    message: Annotated[Path, typer.Argument(metavar="MESSAGE", help="A file with a message.")],
    sender: Annotated[
        str, typer.Option("--sender", "-f", metavar="ADDRESS", help="Sender of the envelope.")
    ] = "",
    recipient: Annotated[
        str, typer.Option("--recipient", "-r", metavar="ADDRESS", help="Recipient of it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print what a script would do with a message; nothing is done, and no mailboxes are known."""
    checked = script_of(_read(script))
    world = World(sender, recipient, datetime.fromtimestamp(int(time.time()), UTC))
    result = run(checked, Message(_read(message)), world)
    shown = [_shown(action) for action in result.actions]
    if as_json:
        show_record({"error": result.error, "actions": shown}, as_json=True)
    else:
        for action in shown:
            members = {name: value for name, value in action.items() if value not in (None, [], "")}
            typer.echo("  ".join(_words(members)))
        if result.octets is not None:
            typer.echo("the header of the message is changed")
    if result.error is not None:
        typer.echo(f"cyrpy: {result.error}", err=True)
        raise typer.Exit(1)


_NAMES: Final[Mapping[str, str]] = {
    "Keep": "keep",
    "FileInto": "fileinto",
    "Redirect": "redirect",
    "Discard": "discard",
    "Reject": "reject",
    "Vacation": "vacation",
}


def _shown(action: Action) -> dict[str, Any]:
    values = {name: _value(v) for name, v in action._asdict().items() if name != "handle"}
    return {"action": _NAMES[type(action).__name__], **values}


def _value(value: object) -> object:
    if isinstance(value, FileInto):
        return {name: _value(one) for name, one in value._asdict().items()}
    return list(value) if isinstance(value, tuple) else value


def _words(members: Mapping[str, Any]) -> Iterable[str]:
    for name, value in members.items():
        if name == "action":
            yield str(value)
        elif value is True:
            yield name
        elif isinstance(value, dict):
            yield f"{name}={value['mailbox']}"
        elif value is not False:
            text = " ".join(value) if isinstance(value, list) else " ".join(str(value).split())
            yield f"{name}={text}"


def _find(unit: Unit, account_id: int, script: str) -> ScriptRow:
    """A script by its name, or else by its id.

    Raises:
        NotFound: there is none.
    """
    row = data.by_name(unit, account_id, script) or data.get(unit, account_id, script)
    if row is None:
        raise NotFound(f"there is no script {script!r}")
    return row


def _read(path: Path) -> bytes:
    """The octets of a file, or of standard input.

    Raises:
        NotFound: it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
    except OSError as exc:
        raise NotFound(f"{path}: {exc.strerror}") from exc
