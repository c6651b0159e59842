"""One account: signed in to its server, and both sides made equal, again and again."""

from __future__ import annotations

import socket
from typing import Final

from cyrpy.data import imap_accounts, imap_folders, imap_pushes
from cyrpy.data.imap_accounts import ImapAccount
from cyrpy.data.imap_folders import FolderRow
from cyrpy.data.unit import Unit
from cyrpy.mail.imap import departures
from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.client import Client
from cyrpy.mail.imap.connection import trusted
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.errors import NotHeld, ServerError
from cyrpy.mail.imap.folders import FolderPull, FolderPush
from cyrpy.mail.imap.paths import INBOX, Naming
from cyrpy.mail.imap.pull import Pull
from cyrpy.mail.imap.push import MessagePush
from cyrpy.mail.imap.vault import Vault

ROUNDS: Final = 20  # of pushing where the server does not say which UIDs come of it
PURPOSE: Final = "imap"  # of the password


class Session:
    """A connection for one account; its methods take their time, and belong on a thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._client: Client | None = None
        self._naming = Naming("")

    def cycle(self) -> None:
        """Read the server, and bring there what was changed here.

        Raises:
            NotHeld: the account is another's, or gone.
            CyrpyError: the server cannot be reached, or something cannot be done.
        """
        if self._client is None:
            self._cycle()
            return
        try:
            self._cycle()
        except ServerError:  # it may have hung up since the last time
            self.abort()
            self._cycle()

    def _cycle(self) -> None:
        client, row = self._connected()
        skipped, refused = self._pull(client, is_first=not row.is_complete)
        refused += self._push(client)
        account_id = self._desk.account_id
        self._desk.write(lambda unit: imap_accounts.went_well(unit, account_id, skipped))
        if refused:
            text = f"{refused[0]}" + (f" (and {len(refused) - 1} more)" if refused[1:] else "")
            self._desk.write(lambda unit: imap_accounts.failed(unit, account_id, text))

    def push(self) -> None:
        """Bring to the server what was changed here, if it was read not long ago.

        Raises:
            NotHeld: the account is another's, or gone.
            CyrpyError: the server cannot be reached, or something cannot be done.
        """
        if self._client is None or self._desk.read(self._has_doubts):
            self.cycle()
        elif self._desk.read(self._is_changed):
            self._push(self._client)

    def _is_changed(self, unit: Unit) -> bool:
        account_id = self._desk.account_id
        row = imap_accounts.get(unit, account_id)
        return row is not None and imap_pushes.is_changed(unit, account_id, row.pushed_modseq)

    def _has_doubts(self, unit: Unit) -> bool:
        """Whether something may have been appended of which nothing more is known."""
        return imap_pushes.is_unsure(unit, self._desk.account_id)

    def _connected(self) -> tuple[Client, ImapAccount]:
        account_id = self._desk.account_id
        row = self._desk.read(lambda unit: imap_accounts.get(unit, account_id))
        if row is None:
            raise NotHeld
        if self._client is None:
            settings = self._desk.services.settings
            password = Vault(settings.imap_key).open(account_id, PURPOSE, row.secret)
            verify = trusted(settings.imap_tls_ca_file)
            client = Client(Server.read(row.url, "imaps", "imap"), password, verify)
            self._client = client
            self._naming = client.naming()
        return self._client, row

    def _pull(self, client: Client, *, is_first: bool) -> tuple[int, list[str]]:
        """How many messages were too large, and what the server refused."""
        folders = FolderPull(self._desk, client, self._naming).run()
        limit = self._desk.services.settings.maxmessagesize
        pull = Pull(self._desk, client, is_first=is_first, limit=limit)
        pull.run(folders)
        return pull.skipped, pull.refused

    def _push(self, client: Client) -> list[str]:
        """What the server refused."""
        refused: list[str] = []
        folders = FolderPush(self._desk, client, self._naming)
        folders.run()
        for _ in range(ROUNDS):
            push = MessagePush(self._desk, client)
            push.run()
            refused += push.refused
            if not push.is_unsure:
                break
            self._pull(client, is_first=False)
        refused += departures.push(self._desk, client)
        return [*folders.refused, *refused]

    @property
    def can_idle(self) -> bool:
        """Whether the server tells of changes."""
        return self._client is not None and self._client.has_idle

    def idle(self) -> socket.socket | None:
        """Have the server tell of changes in the inbox; None if there are some already."""
        client, inbox = self._client, self._desk.read(self._inbox)
        if client is None or inbox is None:
            return None
        return client.idle((inbox.uid_next, inbox.modseq, inbox.emails))

    def _inbox(self, unit: Unit) -> FolderRow | None:
        rows = imap_folders.all_of(unit, self._desk.account_id)
        return next((one for one in rows if one.path and one.path.upper() == INBOX), None)

    def idle_done(self) -> None:
        """Go on."""
        if self._client is not None:
            self._client.idle_done()

    def abort(self) -> None:
        """End the connection at once; whatever waits for the server fails. From any thread."""
        client, self._client = self._client, None
        if client is not None:
            client.abort()

    def close(self) -> None:
        """Take leave of the server."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
