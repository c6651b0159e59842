"""Mail of an account that is sent over an SMTP server of its own."""

from __future__ import annotations

from typing import Final

from cyrpy.config.values import Address
from cyrpy.data import imap_accounts
from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.desk import Services
from cyrpy.mail.imap.vault import Vault
from cyrpy.mail.relay import Relay

PURPOSE: Final = "smtp"  # of the password


def relay_of(services: Services, account_id: int) -> Relay | None:
    """The server over which the account's mail is sent; None: that of all mail."""
    with services.database.read() as unit:
        row = imap_accounts.get(unit, account_id)
    if row is None or row.smtp_url is None:
        return None
    server, settings = Server.read(row.smtp_url, "smtps", "smtp"), services.settings
    tls = "tls" if server.has_tls else "none" if server.is_here else "starttls"
    vault = Vault(settings.imap_key)
    sealed, purpose = row.smtp_secret, PURPOSE
    if sealed is None:
        sealed, purpose = row.secret, "imap"
    return Relay(
        Address(server.host, server.port),
        tls,
        settings.servername,
        settings.submission_timeout,
        settings.imap_tls_ca_file,
        server.user or None,
        password=lambda: vault.open(account_id, purpose, sealed),
    )
