"""`cyrpy import`: mail from other stores into a user's mailboxes; and calendars and contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from cyrpy.auth.generated import require_user
from cyrpy.cli import import_dav, import_imap, import_objects
from cyrpy.cli.context import ConfigFile, Context, commands, opened
from cyrpy.groupware.principals import find
from cyrpy.mail import importing, stores
from cyrpy.mail.importing import Importer
from cyrpy.mail.stores import Found

app = commands("Import mail, calendars and contacts; what is there already is passed over.")
app.command("ics", help=import_objects.import_calendar.__doc__)(import_objects.import_calendar)
app.command("vcf", help=import_objects.import_cards.__doc__)(import_objects.import_cards)
app.command("dav", help=import_dav.import_dav.__doc__)(import_dav.import_dav)
app.command("imap", help=import_imap.import_imap.__doc__)(import_imap.import_imap)
NO_LIMIT: Final = 1 << 31  # octets of one message, where the option sets no limit

User = Annotated[str, typer.Argument(metavar="USER", help="Whose mail it is.")]
Source = Annotated[Path, typer.Argument(metavar="PATH", exists=True, help="Where the mail is.")]
Mailbox = Annotated[
    str, typer.Option("--mailbox", "-m", help="Where it goes, with / between names.")
]


@app.command("mbox")
def import_mbox(
    user: User, source: Source, mailbox: Mailbox = "Inbox", config: ConfigFile = None
) -> None:
    """Import an mbox file, of any size."""
    with opened(config) as context:
        _Import(context, user, source).run({mailbox: lambda n: stores.mbox(source, n)})


@app.command("maildir")
def import_maildir(
    user: User, source: Source, mailbox: Mailbox = "", config: ConfigFile = None
) -> None:
    """Import a Maildir with its folders."""
    with opened(config) as context:
        found = {
            "/".join(part for part in (mailbox, name) if part): _messages_of(folder)
            for name, folder in stores.maildir(source)
        }
        _Import(context, user, source).run(found)


@app.command("eml")
def import_files(
    user: User, source: Source, mailbox: Mailbox = "Inbox", config: ConfigFile = None
) -> None:
    """Import a message in a file, or all files *.eml in a folder."""
    with opened(config) as context:
        _Import(context, user, source).run({mailbox: lambda n: stores.files(source, n)})


def _messages_of(folder: Path) -> Callable[[int], Iterable[Found]]:
    return lambda limit: stores.maildir_messages(folder, limit)


class _Import:
    """One import, with its progress on the terminal."""

    def __init__(self, context: Context, user: str, source: Path) -> None:
        self._context = context
        self._source = source
        with context.database.read() as unit:
            row = find(unit, context.userids, user)
            require_user(unit, row.id)
        self._account_id = row.id

    def run(self, sources: dict[str, Callable[[int], Iterable[Found]]]) -> None:
        """Import each source into the mailbox of its name, and say what came of it."""
        limit = self._context.settings.maxmessagesize or NO_LIMIT
        new = known = before = 0
        with _bar() as bar:
            task = bar.add_task("importing", total=stores.size_of(self._source))
            for path, open_source in sources.items():
                mailbox_id = self._mailbox(path)
                importer = Importer(self._context, self._account_id, mailbox_id)
                done = importer.run(
                    open_source(limit),
                    lambda p, start=before: bar.update(task, completed=start + p.read),  # type: ignore[misc]
                )
                new, known, before = new + done.new, known + done.known, before + done.read
        typer.echo(f"{new} messages were imported, {known} were there already", err=True)

    def _mailbox(self, path: str) -> int:
        account_id = self._account_id
        return self._context.write(lambda unit: importing.mailbox_at(unit, account_id, path))


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
