"""`cyrpy user`: adding, showing, renaming and removing users, and their passwords."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from cyrpy.auth.generated import random_password, require_user
from cyrpy.auth.passwords import Passwords
from cyrpy.cli import user_imap
from cyrpy.cli.context import (
    AsJson,
    ConfigFile,
    Context,
    commands,
    confirmed,
    opened,
    typed_password,
)
from cyrpy.cli.output import moment, show_list, show_record
from cyrpy.config.types import read_size
from cyrpy.data import addresses, credentials, mail_usage, principals
from cyrpy.data.mail_usage import Usage
from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.groupware.principals import NewPrincipal, create, find, remove, rename
from cyrpy.groupware.provision import Folders

SHORT_PASSWORD = 8  # characters; fewer are accepted with a warning

app = commands("Users, and their passwords.")
app.command("imap", help=user_imap.set_imap.__doc__)(user_imap.set_imap)
Name = Annotated[str, typer.Argument(metavar="USER", help="As the user types it to sign in.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]
Generate = Annotated[
    bool, typer.Option("--generate", help="Make a random password and print it, this once.")
]


@app.command("add")
def add_user(  # noqa: PLR0913, PLR0917 - options of a command
    name: Name,
    display_name: Annotated[str, typer.Option("--name", help="Name for people.")] = "",
    alias: Annotated[
        list[str] | None, typer.Option("--address", help="A further address; repeatable.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="IANA name, such as Europe/Vienna.")
    ] = None,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Only app passwords and tokens shall do.")
    ] = False,
    imap: user_imap.Imap = None,
    imap_password_stdin: user_imap.ImapFromStdin = False,
    smtp: user_imap.Smtp = None,
    smtp_password_stdin: user_imap.SmtpFromStdin = False,
    config: ConfigFile = None,
) -> None:
    """Add a user, with inbox, folders, a calendar and an address book.

    With --imap, inbox and folders are those of another server. Of several passwords on stdin, the
    user's comes first, then that of the IMAP server, then that of the SMTP server.
    """
    if smtp is not None and imap is None:
        raise typer.BadParameter("--smtp goes with --imap")
    new = NewPrincipal(
        name, INDIVIDUAL, display_name, time_zone=time_zone, aliases=tuple(alias or ())
    )
    with opened(config) as context:
        password = NewPassword(stdin=password_stdin, generate=generate, none=no_password)
        remote, folders = None, Folders.of(context.settings)
        if imap is not None:
            flags = {"stdin": imap_password_stdin, "smtp_stdin": smtp_password_stdin}
            remote = user_imap.RemoteMail.asked(name, imap, smtp, **flags)
            remote.check(context.settings)
            folders = folders._replace(names=())

        def work(unit: Unit) -> str:
            user = create(unit, context.userids, folders, new)
            password.store(unit, user)
            if remote is not None:
                remote.store(unit, context.settings, user.id)
            return user.name

        typer.echo(f"{context.write(work)} was added", err=True)
        password.show()


@app.command("list")
def list_users(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List all users."""
    with opened(config) as context, context.database.read() as unit:
        rows = [row for row in unit.all(principals.ALL) if row.type == INDIVIDUAL]
        records = [_record(row) for row in rows]
    show_list(records, ("userid", "name", "account_id", "created"), as_json=as_json)


@app.command("show")
def show_user(name: Name, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show a user: addresses, groups, and how it signs in."""
    with opened(config) as context, context.database.read() as unit:
        row = _user(unit, context, name)
        groups = (
            unit.first(principals.BY_ID, id=group) for group in principals.groups_of(unit, row.id)
        )
        record = _record(row) | {
            "time_zone": row.time_zone,
            "addresses": addresses.addresses_of(unit, row.id),
            "groups": sorted(group.name for group in groups if group is not None),
            "credentials": [
                {"id": c.id, "kind": c.kind, "label": c.label, "modules": c.modules or "all"}
                for c in unit.all(credentials.OF_PRINCIPAL, principal_id=row.id)
            ],
            **user_imap.shown(unit, row.id),
        }
    show_record(record, as_json=as_json)


@app.command("passwd")
def set_password(
    name: Name,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke all app passwords and tokens as well.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Give a user a new password; sessions with the old one end at once."""
    with opened(config) as context:
        with context.database.read() as unit:
            user = _user(unit, context, name)
        password = NewPassword(stdin=password_stdin, generate=generate)

        def work(unit: Unit) -> None:
            row = _user(unit, context, user.name)
            password.store(unit, row)
            if revoke:
                credentials.revoke_generated(unit, row.id)

        context.write(work)
        typer.echo(f"the password of {user.name} was changed", err=True)
        password.show()


@app.command("rename")
def rename_user(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    keep_address: Annotated[
        bool, typer.Option("--keep-address", help="Keep the old name as an address.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Give a user another name; account id and data stay."""
    with opened(config) as context:

        def work(unit: Unit) -> str:
            row = _user(unit, context, name)
            return rename(unit, context.userids, row, new_name, keep_address=keep_address)

        typer.echo(f"{name} is now {context.write(work)}", err=True)


@app.command("remove")
def remove_user(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = None,
) -> None:
    """Remove a user with all mail, calendars and contacts."""
    with opened(config) as context:
        with context.database.read() as unit:
            user = _user(unit, context, name)
        confirmed(f"Remove {user.name} and everything in its account?", yes=yes)
        context.write(lambda unit: remove(unit, _user(unit, context, user.name)))
        typer.echo(f"{user.name} was removed", err=True)


@app.command("quota")
def set_quota(
    name: Name,
    limit: Annotated[
        str | None,
        typer.Argument(
            metavar="LIMIT",
            help="A size as 10G, 'none' for no limit, or 'default' for that of mail_quota.",
        ),
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show how much mail a user has and may have, or set how much it may have."""
    with opened(config) as context:

        def work(unit: Unit) -> Usage:
            user = _user(unit, context, name)
            if limit is not None:
                mail_usage.set_bound(unit, user.id, _bound(limit))
            return mail_usage.usage(unit, user.id)

        held = context.write(work)
        default = context.settings.mail_quota
    record = {
        "emails": held.emails,
        "octets": held.octets,
        "limit": (default if held.bound is None else held.bound) or None,
        "limit_is_own": held.bound is not None,
    }
    show_record(record, as_json=as_json)


def _bound(limit: str) -> int | None:
    """Octets; 0 for no limit, None for the default."""
    if limit in {"none", "default"}:
        return 0 if limit == "none" else None
    try:
        return read_size(limit)
    except ValueError as exc:
        raise typer.BadParameter("LIMIT is a size as 512M or 10G, 'none' or 'default'") from exc


def _user(unit: Unit, context: Context, name: str) -> PrincipalRow:
    """The user of that name.

    Raises:
        NotFound: there is none.
        Forbidden: it is a group, a room or a resource.
    """
    row = find(unit, context.userids, name)
    require_user(unit, row.id)
    return row


class NewPassword:
    """A password for a user: typed, from stdin or generated; none where that is asked for."""

    def __init__(self, *, stdin: bool, generate: bool, none: bool = False) -> None:
        if stdin + generate + none > 1:
            raise typer.BadParameter(
                "use one of --password-stdin, --generate and --no-password at a time"
            )
        self._generated = random_password(secrets.token_bytes) if generate else None
        self._hashed: str | None = None
        if not none:
            password = self._generated or typed_password(stdin=stdin)
            self._hashed = Passwords().hash(password)
            if len(password) < SHORT_PASSWORD:
                typer.echo(
                    f"warning: less than {SHORT_PASSWORD} characters are soon guessed", err=True
                )

    def store(self, unit: Unit, user: PrincipalRow) -> None:
        """Make it the user's password."""
        if self._hashed is not None:
            credentials.set_password(unit, user.id, self._hashed)

    def show(self) -> None:
        """Print it if it was generated, now that it is stored."""
        if self._generated is not None:
            typer.echo(self._generated)


def _record(row: PrincipalRow) -> dict[str, Any]:
    return {
        "userid": row.name,
        "name": row.display_name,
        "account_id": row.wire_id,
        "created": moment(row.created_at),
    }
