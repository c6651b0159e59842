"""Printing: tables for people at a terminal, tab-separated lines for pipes, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import typer

Record = Mapping[str, Any]


def show_list(records: Sequence[Record], columns: Sequence[str], *, as_json: bool) -> None:
    """Print records one below the other; lists inside are joined by spaces."""
    if as_json:
        _print_json(records)
    elif sys.stdout.isatty():
        _print_table(records, columns)
    else:
        for record in records:
            typer.echo("\t".join(_text(record[column]) for column in columns))


def show_record(record: Record, *, as_json: bool) -> None:
    """Print one record, a line for each of its members that has a value."""
    if as_json:
        _print_json(record)
        return
    for name, value in record.items():
        for line in value if isinstance(value, list) else [value]:
            if line not in (None, ""):
                text = (
                    "  ".join(_text(v) for v in line.values()) if isinstance(line, dict) else line
                )
                typer.echo(f"{name:12} {_text(text)}")


def moment(seconds: int | None) -> str | None:
    """A time as people and programs read it: 2026-11-22T20:21:00Z."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _print_json(value: object) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _print_table(records: Sequence[Record], columns: Sequence[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only at terminals
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for record in records:
        table.add_row(*(escape(_text(record[column])) for column in columns))
    Console().print(table)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)
