"""Users whose mail lives on an IMAP server: how it is reached, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from cyrpy.cli.context import ConfigFile, opened
from cyrpy.cli.import_imap import there_password
from cyrpy.cli.output import moment
from cyrpy.config import CoreSettings
from cyrpy.data import imap_accounts, imap_pushes
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden, FormatError
from cyrpy.groupware.principals import find
from cyrpy.mail.imap import sending
from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.client import Client
from cyrpy.mail.imap.connection import trusted
from cyrpy.mail.imap.errors import ServerError, SignInRefused
from cyrpy.mail.imap.session import PURPOSE
from cyrpy.mail.imap.vault import Vault

Imap = Annotated[
    str | None,
    typer.Option(
        "--imap",
        metavar="URL",
        help="The mail lives on this IMAP server: imaps://name@host[:port]; imap:// with STARTTLS.",
    ),
]
ImapFromStdin = Annotated[
    bool,
    typer.Option("--imap-password-stdin", help="Read the password there from stdin's next line."),
]
Smtp = Annotated[
    str | None,
    typer.Option(
        "--smtp",
        metavar="URL",
        help="Send over this server: smtps://name@host[:port]; smtp:// with STARTTLS. Without a "
        "name, nobody signs in.",
    ),
]
SmtpFromStdin = Annotated[
    bool,
    typer.Option(
        "--smtp-password-stdin",
        help="Read the password there from stdin's next line; without it, it is the IMAP server's.",
    ),
]


@dataclass(frozen=True)
class RemoteMail:
    """How the mail of a user is reached, as the options say."""

    imap: Server
    password: str
    smtp: Server | None
    smtp_password: str | None

    @classmethod
    def asked(
        cls, name: str, imap: str, smtp: str | None, *, stdin: bool, smtp_stdin: bool
    ) -> RemoteMail:
        """Read the URLs, then the passwords.

        Raises:
            FormatError: a URL is none.
        """
        server = Server.read(imap, "imaps", "imap")
        if server.folder:
            raise FormatError("the URL of --imap names no folder: all of them are kept in step")
        server = server._replace(user=server.user or name)
        sender = None if smtp is None else Server.read(smtp, "smtps", "smtp")
        password = there_password("Password of the IMAP server", stdin=stdin)
        other = None
        if smtp_stdin:
            other = there_password("Password of the SMTP server", stdin=True)
        return cls(server, password, sender, other)

    def check(self, settings: CoreSettings) -> None:
        """Sign in there; who cannot be reached now may be reached later.

        Raises:
            SignInRefused: the server does not take name and password.
        """
        try:
            Client(self.imap, self.password, trusted(settings.imap_tls_ca_file)).close()
        except SignInRefused:
            raise
        except ServerError as exc:
            typer.echo(f"warning: {exc}; it is tried again while the server runs", err=True)

    def store(self, unit: Unit, settings: CoreSettings, account_id: int) -> None:
        """Have the mail of the account live there."""
        vault = Vault(settings.imap_key)
        sealed = vault.seal(account_id, PURPOSE, self.password)
        row = imap_accounts.new(account_id, str(self.imap), sealed)
        if self.smtp is not None:
            secret = None
            if self.smtp_password is not None:
                secret = vault.seal(account_id, sending.PURPOSE, self.smtp_password)
            row = row._replace(smtp_url=str(self.smtp), smtp_secret=secret)
        imap_accounts.put(unit, row)


def set_imap(
    name: Annotated[str, typer.Argument(metavar="USER", help="Whose mail lives elsewhere.")],
    imap: Imap = None,
    imap_password_stdin: ImapFromStdin = False,
    smtp: Smtp = None,
    smtp_password_stdin: SmtpFromStdin = False,
    config: ConfigFile = None,
) -> None:
    """Change how the mail of a user is reached that lives on an IMAP server, or its password."""
    with opened(config) as context:
        with context.database.read() as unit:
            user = find(unit, context.userids, name)
            row = imap_accounts.get(unit, user.id)
        if row is None:
            raise Forbidden(f"the mail of {user.name} lives here; --imap of 'user add' says else")
        remote = RemoteMail.asked(
            name,
            imap or row.url,
            smtp or row.smtp_url,
            stdin=imap_password_stdin,
            smtp_stdin=smtp_password_stdin,
        )
        remote.check(context.settings)
        context.write(lambda unit: remote.store(unit, context.settings, user.id))
        typer.echo(f"the mail of {user.name} is at {remote.imap}", err=True)


def shown(unit: Unit, account_id: int) -> dict[str, Any]:
    """What `cyrpy user show` says of it; nothing where the mail lives here."""
    row = imap_accounts.get(unit, account_id)
    if row is None:
        return {}
    refused, reason = imap_pushes.refused(unit, account_id)
    return {
        "imap": row.url,
        "smtp": row.smtp_url,
        "in_step": moment(row.checked_at),
        "imap_error": row.error,
        "too_large": row.skipped or None,
        "refused": refused or None,
        "refusal": reason,
    }
