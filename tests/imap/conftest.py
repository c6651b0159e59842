"""An account on both databases whose mail lives on a real IMAP server, of each kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cyrpy.config import CoreSettings
from cyrpy.core import Core
from cyrpy.data import imap_accounts, mailboxes, messages
from cyrpy.data.blobs import Blobs
from cyrpy.data.changes import changes_since, state
from cyrpy.data.database import Database, Location
from cyrpy.data.imap_accounts import ImapAccount
from cyrpy.data.mailboxes import MailboxRow, NewMailbox
from cyrpy.data.messages import MessageRow
from cyrpy.data.notifier import Notifier
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.groupware import mailboxes as boxes
from cyrpy.groupware.access import Actor
from cyrpy.groupware.mail import MEDIA_TYPE, Placing
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.session import PURPOSE, Session
from cyrpy.mail.imap.vault import Vault
from tests.support.clock import Clock
from tests.support.dav import Nobody
from tests.support.imap_server import DOVECOT, PASSWORD, USER, ImapServer, Wire
from tests.support.postgresql import Postgresql

PAIRS = [("sqlite", "pymap"), ("postgresql", "pymap")]
PAIRS += [("sqlite", "dovecot")] if DOVECOT else []
HOLDER = "test"
Mail = dict[str, list[tuple[str, frozenset[str]]]]  # subjects and keywords, by path
SYSTEM = frozenset({"$seen", "$flagged", "$answered", "$draft"})


def letter(subject: str, text: str = "Hello.", *, id: str | None = None) -> bytes:
    """A message whose subject says which one it is."""
    lines = [
        "From: eve@example.org",
        f"Subject: {subject}",
        "Date: Mon, 2 Mar 2026 10:00:00 +0000",
        f"Message-ID: <{id or subject.replace(' ', '.')}@example.org>",
        "",
        text,
        "",
    ]
    return "\r\n".join(lines).encode()


class Account:
    """The account here; everything that is done to it goes through the store, as JMAP does."""

    def __init__(
        self, database: Database, folder: Path, clock: Clock, url: str, **options: Any
    ) -> None:
        self.database = database
        self.folder = folder
        self.clock = clock
        self.settings = CoreSettings(
            configdirectory=folder, defaultdomain="example.com", servername="mx.test", **options
        )
        self.core = Core(
            settings=self.settings,
            database=database,
            blobs=Blobs(folder / "blobs"),
            notifier=Notifier(),
            sign_in=Nobody(),
            clock=clock,
        )
        (folder / "blobs" / "incoming").mkdir(parents=True, exist_ok=True)
        folders = Folders((), frozenset())
        self.id = database.write(
            lambda unit: create(unit, UserIds.of(self.settings), folders, NewPrincipal("anna")).id
        )
        self.lives_at(url)
        self.session = self.fresh_session()

    def lives_at(self, url: str, password: str = PASSWORD) -> None:
        sealed = Vault(self.settings.imap_key).seal(self.id, PURPOSE, password)
        self.database.write(lambda u: imap_accounts.put(u, imap_accounts.new(self.id, url, sealed)))

    def fresh_session(self) -> Session:
        """As a process that has just taken the account."""
        self.database.write(lambda unit: imap_accounts.claim(unit, HOLDER, self.id))
        return Session(Desk(self.core, self.id, HOLDER))

    def sync(self) -> None:
        self.clock.now += 100_000  # whatever waits is due
        self.database.write(lambda unit: imap_accounts.claim(unit, HOLDER, self.id))
        self.session.cycle()

    def row(self) -> ImapAccount:
        with self.database.read() as unit:
            row = imap_accounts.get(unit, self.id)
        assert row is not None
        return row

    # What is here.

    def boxes(self) -> dict[str, MailboxRow]:
        """Mailboxes by their paths, as the server would write them."""
        with self.database.read() as unit:
            rows = {row.id: row for row in mailboxes.all_of(unit, self.id)}

        def path(row: MailboxRow) -> str:
            name = "INBOX" if row.role == "inbox" else row.name
            return name if row.parent_id is None else f"{path(rows[row.parent_id])}/{name}"

        return {path(row): row for row in rows.values()}

    def rows(self, path: str = "INBOX") -> dict[str, MessageRow]:
        """Messages of a mailbox by subject."""
        key = {"account_id": self.id}
        box = self.boxes()[path]
        with self.database.read() as unit:
            numbers = [n for (n,) in unit.all(messages.IN_MAILBOX, mailbox_id=box.id, **key)]
            found = unit.all(messages.OF_IDS, ids=numbers, **key)
        return {row.subject_key: row for row in found}

    def mail(self) -> Mail:
        return {
            path: sorted((subject, row.keyword_set & SYSTEM) for subject, row in rows.items())
            for path, rows in ((path, self.rows(path)) for path in self.boxes())
        }

    def state(self, type: str) -> str:
        with self.database.read() as unit:
            return state(unit, self.id, type)

    def changes(self, type: str, since: str) -> tuple[set[str], set[str], set[str]]:
        with self.database.read() as unit:
            found = changes_since(unit, self.id, type, str(since))
        return set(found.created), set(found.updated), set(found.destroyed)

    # What is done here.

    def write(self, work: Callable[[Unit], Any]) -> Any:
        return self.database.write(work, [self.id])

    def add(self, octets: bytes, path: str = "INBOX", *keywords: str) -> MessageRow:
        box = self.boxes()[path]

        def work(unit: Unit) -> MessageRow:
            self.core.blobs.store(unit, self.id, octets, MEDIA_TYPE)
            placing = Placing(frozenset({box.id}), frozenset(keywords), 1_770_000_000)
            return mail.import_message(unit, self.id, mail.prepare(octets), placing).row

        row: MessageRow = self.write(work)
        return row

    def file(self, row: MessageRow, *paths: str) -> None:
        there = self.boxes()
        numbers = frozenset(there[path].id for path in paths)
        self._change(row, mailbox_ids=numbers)

    def mark(self, row: MessageRow, *keywords: str) -> None:
        self._change(row, keywords=frozenset(keywords))

    def _change(self, row: MessageRow, **values: Any) -> None:
        def work(unit: Unit) -> None:
            current = messages.by_digest(unit, self.id, row.digest)
            assert current is not None
            mail.update(unit, current, **values)

        self.write(work)

    def destroy(self, row: MessageRow) -> None:
        def work(unit: Unit) -> None:
            current = messages.by_digest(unit, self.id, row.digest)
            assert current is not None
            mail.destroy(unit, current)

        self.write(work)

    def make_box(self, name: str, parent: str | None = None) -> None:
        number = None if parent is None else self.boxes()[parent].id
        self.write(lambda u: mailboxes.create(u, self.id, NewMailbox(name, parent_id=number)))

    def change_box(self, path: str, **values: Any) -> None:
        row = self.boxes()[path]
        self.write(lambda unit: mailboxes.change(unit, row, values))

    def destroy_box(self, path: str) -> None:
        row = self.boxes()[path]
        actor = Actor(self.id, frozenset({self.id}))

        def work(unit: Unit) -> None:
            view = boxes.find(unit, self.id, actor, row.wire_id)
            boxes.destroy(unit, view, remove_emails=True)

        self.write(work)


class There:
    """The server, as another client of the same user sees it."""

    def __init__(self, server: ImapServer) -> None:
        self.server = server
        self.kind = server.kind

    def mail(self) -> Mail:
        found: Mail = {}
        with self.server.client() as client:
            for flags, _, path in client.list_folders():
                if b"\\Noselect" in flags or b"\\NonExistent" in flags:
                    found[path] = []
                    continue
                client.select_folder(path, readonly=True)
                data = client.fetch(client.search("ALL"), ["FLAGS", "ENVELOPE"])
                found[path] = sorted(
                    (_subject(one), _keywords(one)) for one in data.values() if not _dead(one)
                )
        return found

    def add(self, octets: bytes, path: str = "INBOX", *flags: str) -> None:
        with self.server.client() as client:
            client.append(path, octets, flags)

    def flag(self, subject: str, path: str, add: str = "", remove: str = "") -> None:
        with self.server.client() as client:
            uids = self._find(client, subject, path)
            if add:
                client.add_flags(uids, [add])
            if remove:
                client.remove_flags(uids, [remove])

    def move(self, subject: str, path: str, to: str) -> None:
        with self.server.client() as client:
            client.move(self._find(client, subject, path), to)

    def copy(self, subject: str, path: str, to: str) -> None:
        with self.server.client() as client:
            client.copy(self._find(client, subject, path), to)

    def expunge(self, subject: str, path: str = "INBOX") -> None:
        with self.server.client() as client:
            uids = self._find(client, subject, path)
            client.delete_messages(uids)
            client.uid_expunge(uids)

    def _find(self, client: Any, subject: str, path: str) -> list[int]:
        client.select_folder(path)
        data = client.fetch(client.search("ALL"), ["ENVELOPE"])
        return [uid for uid, one in data.items() if _subject(one) == subject]


def _subject(data: Any) -> str:
    return (data[b"ENVELOPE"].subject or b"").decode().lower()


def _keywords(data: Any) -> frozenset[str]:
    words = {flag.decode().lower().replace("\\", "$") for flag in data[b"FLAGS"]}
    return frozenset(words & SYSTEM)


def _dead(data: Any) -> bool:
    return b"\\Deleted" in data[b"FLAGS"]


@pytest.fixture(scope="session")
def imap_servers() -> Iterator[Callable[[str], ImapServer]]:
    started: dict[str, ImapServer] = {}

    def server(kind: str) -> ImapServer:
        if kind not in started:
            started[kind] = ImapServer(kind)
        return started[kind]

    yield server
    for one in started.values():
        one.close()


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Database and server, in turn."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def location(pair: tuple[str, str], request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A fresh database."""
    if pair[0] == "sqlite":
        path = tmp_path / "cyrpy.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return Location(file=path)
    server: Postgresql = request.getfixturevalue("postgresql")
    return Location(url=server.new_database())


@pytest.fixture
def server(pair: tuple[str, str], imap_servers: Callable[[str], ImapServer]) -> ImapServer:
    """The server, empty."""
    found = imap_servers(pair[1])
    found.clear()
    return found


@pytest.fixture
def there(server: ImapServer) -> There:
    return There(server)


@pytest.fixture
def wire(server: ImapServer) -> Iterator[Wire]:
    """Between the account and its server."""
    made = Wire(server.port)
    yield made
    made.close()


@pytest.fixture
def account(database: Database, tmp_path: Path, clock: Clock, wire: Wire) -> Iterator[Account]:
    made = Account(database, tmp_path, clock, f"imap://{USER}@127.0.0.1:{wire.port}")
    yield made
    made.session.close()
