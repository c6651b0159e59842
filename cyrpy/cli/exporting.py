"""`cyrpy export`: calendars and contacts to files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer

from cyrpy.cli.context import ConfigFile, Context, commands, opened
from cyrpy.cli.import_objects import account_of
from cyrpy.cli.progress import Progress
from cyrpy.data import addressbooks, calendars
from cyrpy.data.addressbooks import AddressBookRow
from cyrpy.data.calendars import CalendarRow
from cyrpy.errors import CyrpyError
from cyrpy.transfer import export
from cyrpy.transfer.destinations import find_book, find_calendar
from cyrpy.transfer.export import Named

ABOUT = ".collection.json"  # what a collection is called and looks like
Row = CalendarRow | AddressBookRow

app = commands("Export calendars and contacts to files.")
User = Annotated[str, typer.Argument(metavar="USER", help="Whose it is.")]
Target = Annotated[
    str,
    typer.Argument(
        metavar="PATH", help="A file, - for stdout; or, with a / at its end, a folder of files."
    ),
]


class CannotWrite(CyrpyError):
    """The file system is against it."""


@app.command("ics")
def export_calendar(
    user: User,
    target: Target,
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", "-c", help="Its name, URL name or id; else the default one."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Export a calendar: to one .ics file, or octet for octet to a folder of files."""
    with opened(config) as context:
        account_id = account_of(context, user, users_only=False)
        with context.database.read() as unit:
            row = find_calendar(unit, account_id, calendar)
        objects = export.calendar_objects(context.database, row)
        _export(target, objects, lambda found, out: export.write_calendar(row, found, out))


@app.command("vcf")
def export_book(
    user: User,
    target: Target,
    book: Annotated[
        str | None,
        typer.Option("--book", "-b", help="Its name, URL name or id; else the default one."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Export an address book: to one .vcf file, or to a folder of files."""
    with opened(config) as context:
        account_id = account_of(context, user)
        with context.database.read() as unit:
            row = find_book(unit, account_id, book)
        _export(target, export.book_cards(context.database, row), export.write_cards)


@app.command("user")
def export_user(
    user: User,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where it goes.")],
    config: ConfigFile = None,
) -> None:
    """Export all calendars and address books of a user, each to a folder of files."""
    with opened(config) as context:
        account_id = account_of(context, user, users_only=False)
        with context.database.read() as unit:
            found = unit.all(calendars.ALL, account_id=account_id)
            books = addressbooks.all_of(unit, account_id)
        with _explained():
            _folders(context, folder / "calendars", found)
            _folders(context, folder / "addressbooks", books)


def _folders(context: Context, folder: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    for row, name in zip(rows, export.folder_names([row.uri for row in rows]), strict=True):
        objects: Iterator[Named]
        if isinstance(row, CalendarRow):
            objects = export.calendar_objects(context.database, row)
        else:
            objects = export.book_cards(context.database, row)
        with Progress(f"exporting {row.uri}", 0, is_octets=False) as progress:
            count = export.write_folder(folder / name, _counted(objects, progress))
        (folder / name / ABOUT).write_bytes(orjson.dumps(_about(row), option=orjson.OPT_INDENT_2))
        typer.echo(f"{folder / name}: {count} objects", err=True)


def _about(row: Row) -> dict[str, object]:
    """What a client would want to know of the collection."""
    about: dict[str, object] = {
        "name": row.name,
        "description": row.description,
        "sortOrder": row.sort_order,
    }
    if isinstance(row, CalendarRow):
        about |= {
            "color": row.color,
            "timeZone": row.time_zone,
            "components": row.components.split(),
        }
    return about


Write = Callable[[Iterable[Named], IO[bytes]], int]


def _export(target: str, objects: Iterable[Named], write: Write) -> None:
    path = Path(target)
    with Progress("exporting", 0, is_octets=False) as progress, _explained():
        counted = _counted(objects, progress)
        if target == "-":
            count = write(counted, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        elif target.endswith("/") or path.is_dir():
            count = export.write_folder(path, counted)
        else:
            count = _to_file(path, counted, write)
    typer.echo(f"{count} objects were exported", err=True)


def _to_file(path: Path, objects: Iterable[Named], write: Write) -> int:
    """A file that is whole, or not there."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as out:
            count = write(objects, out)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _counted(objects: Iterable[Named], progress: Progress) -> Iterator[Named]:
    for number, one in enumerate(objects, 1):
        yield one
        progress.add(1, number)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise CannotWrite(f"{exc.filename or 'the output'}: {exc.strerror}") from exc
