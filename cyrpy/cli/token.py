"""`cyrpy token`: tokens and app passwords, each good for what it needs and revoked by itself."""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Final

import typer

from cyrpy.auth.generated import Issued, Order, issue
from cyrpy.cli.context import AsJson, ConfigFile, commands, opened
from cyrpy.cli.output import moment, show_list
from cyrpy.config.types import read_duration
from cyrpy.data import credentials
from cyrpy.data.credentials import APP_PASSWORD, PASSWORD, TOKEN, CredentialKind, CredentialRow
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound
from cyrpy.groupware.principals import find
from cyrpy.host.registry import installed

NEVER: Final = "never"

app = commands("Tokens and app passwords of users' programs.")
Name = Annotated[str, typer.Argument(metavar="USER", help="Whose it is.")]


@app.command("add")
def add_token(
    name: Name,
    label: Annotated[str, typer.Option("--label", help="What it is for.")],
    app_password: Annotated[
        bool,
        typer.Option("--app-password", help="For Basic, in place of the password; else Bearer."),
    ] = False,
    module: Annotated[
        list[str] | None,
        typer.Option("--module", help="What it is good for, such as caldav; repeatable. All else."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="TIME",
            help="90d, 12h … or never. Without it tokens last for auth_token_lifetime, app "
            "passwords for ever.",
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Make a token, or an app password, and print it, this once."""
    with opened(config) as context:
        modules = _known(module, context.settings.httpmodules) if module else None
        usual = None if app_password else context.settings.auth_token_lifetime
        seconds = usual if expires is None else _duration(expires)
        expires_at = None if seconds is None else int(time.time()) + seconds

        def work(unit: Unit) -> Issued:
            user = find(unit, context.userids, name)
            kind: CredentialKind = APP_PASSWORD if app_password else TOKEN
            order = Order(user.id, kind, label, modules, expires_at)
            return issue(unit, order, secrets.token_bytes)

        issued = context.write(work)
    typer.echo(issued.secret)
    typer.echo(f"number {issued.id}, expires {moment(expires_at) or NEVER}", err=True)


@app.command("list")
def list_tokens(name: Name, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List the tokens and app passwords of a user; the secrets are kept nowhere."""
    with opened(config) as context, context.database.read() as unit:
        user = find(unit, context.userids, name)
        rows = unit.all(credentials.OF_PRINCIPAL, principal_id=user.id)
    records = [_record(row) for row in rows if row.kind != PASSWORD]
    show_list(records, ("id", "kind", "label", "modules", "created", "expires"), as_json=as_json)


@app.command("revoke")
def revoke_token(
    name: Name,
    number: Annotated[int, typer.Argument(metavar="ID", help="As 'cyrpy token list' shows it.")],
    config: ConfigFile = None,
) -> None:
    """Revoke a token or app password; its sessions end at once."""
    with opened(config) as context:

        def work(unit: Unit) -> None:
            user = find(unit, context.userids, name)
            row = unit.first(credentials.BY_ID, id=number)
            is_password = row is not None and row.kind == PASSWORD
            if is_password or not credentials.revoke(unit, user.id, number):
                raise NotFound(f"{user.name} has no token or app password {number}")

        context.write(work)
    typer.echo(f"{number} was revoked", err=True)


def _known(modules: list[str], enabled: tuple[str, ...]) -> frozenset[str]:
    known = sorted({*installed(), *enabled})
    for module in modules:
        if module not in known:
            names = ", ".join(known)
            raise typer.BadParameter(f"{module!r} is no module; there are {names}")
    return frozenset(modules)


def _duration(text: str) -> int | None:
    if text == NEVER:
        return None
    try:
        return read_duration(text)
    except ValueError as exc:
        raise typer.BadParameter(f"{text!r} is neither a time such as 90d nor never") from exc


def _record(row: CredentialRow) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "label": row.label,
        "modules": row.modules.split() if row.modules is not None else ["all"],
        "created": moment(row.created_at),
        "expires": moment(row.expires_at),
    }
