"""`cyrpy import ics` and `cyrpy import vcf`: calendars and contacts from files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from cyrpy.auth.generated import require_user
from cyrpy.cli.context import FAILED, ConfigFile, Context, opened
from cyrpy.cli.progress import Progress
from cyrpy.data.principals import GROUP
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden, NotFound
from cyrpy.formats.vcard.values import V3, V4
from cyrpy.groupware.principals import find
from cyrpy.transfer import destinations as places
from cyrpy.transfer.outcome import Failure, Outcome, Place, Ready
from cyrpy.transfer.read_calendar import CalendarStream
from cyrpy.transfer.read_cards import CardStream
from cyrpy.transfer.sources import ICALENDAR, VCARD, Source, sources
from cyrpy.transfer.sources import opened as opened_source
from cyrpy.transfer.store import Importer

User = Annotated[str, typer.Argument(metavar="USER", help="Whose it becomes.")]
Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...", help="Files, folders with all that is below them, or - for stdin."
    ),
]
Create = Annotated[bool, typer.Option("--create", help="Make it, if it is not there.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what would become of each object.")
]
Objects = Iterable[Ready[Any] | Failure]
Read = Callable[[Source, IO[bytes]], Objects]


def import_calendar(
    user: User,
    paths: Paths,
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", "-c", help="Its name, URL name or id; else the default one."),
    ] = None,
    create: Create = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Import iCalendar files (.ics) into a calendar; nobody is told of meetings."""
    if create and calendar is None:
        raise typer.BadParameter("--create needs a name, by --calendar")
    files = sources(paths, ICALENDAR)
    with opened(config) as context:
        account_id = account_of(context, user, users_only=False)

        def look(unit: Unit) -> places.Destination[Any]:
            row = places.find_calendar(unit, account_id, calendar)
            return places.CalendarDestination(row)

        def make(unit: Unit) -> places.Destination[Any]:
            row = places.make_calendar(unit, account_id, calendar or "")
            return places.CalendarDestination(row)

        destination = _destination(
            context, account_id, (look, make), create=create, is_trial=dry_run
        )
        _run(context, destination, files, _calendar_objects, is_trial=dry_run)


def import_cards(  # noqa: PLR0913, PLR0917 - options of a command
    user: User,
    paths: Paths,
    book: Annotated[
        str | None,
        typer.Option("--book", "-b", help="Its name, URL name or id; else the default one."),
    ] = None,
    create: Create = False,
    version: Annotated[
        str, typer.Option("--version", help="What vCard 2.1 becomes: 3.0 or 4.0.")
    ] = V3,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Import vCard files (.vcf) into an address book."""
    if create and book is None:
        raise typer.BadParameter("--create needs a name, by --book")
    if version not in {V3, V4}:
        raise typer.BadParameter(f"--version {version}: cards are kept in {V3} and {V4}")
    files = sources(paths, VCARD)
    with opened(config) as context:
        account_id = account_of(context, user)

        def look(unit: Unit) -> places.Destination[Any]:
            return places.BookDestination(places.find_book(unit, account_id, book))

        def make(unit: Unit) -> places.Destination[Any]:
            return places.BookDestination(places.make_book(unit, account_id, book or ""))

        destination = _destination(
            context, account_id, (look, make), create=create, is_trial=dry_run
        )

        def read(source: Source, stream: IO[bytes]) -> Objects:
            return CardStream(source.label, stream, version, source.name).objects()

        _run(context, destination, files, read, is_trial=dry_run)


def account_of(context: Context, name: str, *, users_only: bool = True) -> int:
    """The account of that user; rooms and resources have calendars too.

    Raises:
        NotFound: there is none.
        Forbidden: it is none that has such things.
    """
    with context.database.read() as unit:
        row = find(unit, context.userids, name)
        if users_only:
            require_user(unit, row.id)
        elif row.type == GROUP:
            raise Forbidden(f"{row.name} is a group, which has no calendars")
    return row.id


Door = Callable[[Unit], places.Destination[Any]]


def _destination(
    context: Context, account_id: int, doors: tuple[Door, Door], *, create: bool, is_trial: bool
) -> places.Destination[Any]:
    """What is there, or is made if that is asked for."""
    look, make = doors
    try:
        with context.database.read() as unit:
            return look(unit)
    except NotFound:
        if not create:
            raise
    if is_trial:
        return places.Nowhere(account_id)
    return context.database.write(make, [account_id])


def _calendar_objects(source: Source, stream: IO[bytes]) -> Objects:
    return CalendarStream(source.label, stream, source.name).objects()


def _run(
    context: Context,
    destination: places.Destination[Any],
    files: list[Source],
    read: Read,
    *,
    is_trial: bool,
) -> None:
    """Import all files, and say what came of it.

    Raises:
        Exit: with code 1, if something could not be imported.
    """
    importer = Importer(context.database, is_trial=is_trial)
    total = Outcome()
    before = 0
    with Progress("importing", sum(_size(source) for source in files)) as progress:

        def tell(done: Outcome, octets: int) -> None:
            progress.add(done.done, before + octets)
            for failure in done.failures:
                progress.say(f"cyrpy: {failure}")

        for source in files:
            total.add(importer.run(_objects(source, read), destination, tell))
            before += _size(source)
    summary(total, is_trial=is_trial)


def _size(source: Source) -> int:
    try:
        return source.size
    except OSError:
        return 0  # which reading it will tell of


def _objects(source: Source, read: Read) -> Iterator[Ready[Any] | Failure]:
    try:
        with opened_source(source, sys.stdin.buffer) as stream:
            yield from read(source, stream)
    except OSError as exc:
        yield Failure(Place(source.label), exc.strerror or str(exc))


def summary(total: Outcome, *, is_trial: bool = False) -> None:
    """Say what came of an import.

    Raises:
        Exit: with code 1, if something could not be imported.
    """
    would = "would be " if is_trial else ""
    counts = [
        f"{total.created} {would}added",
        f"{total.updated} {would}changed",
        f"{total.unchanged} unchanged",
        f"{total.removed} {would}removed" if total.removed else "",
        f"{len(total.failures)} refused" if total.failures else "",
    ]
    typer.echo(", ".join(filter(None, counts)), err=True)
    if total.failures:
        raise typer.Exit(FAILED)
