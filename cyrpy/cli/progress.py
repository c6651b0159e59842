"""How far a long command has come: a bar at a terminal, else a line now and then."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final

import typer

STEP: Final = 1000  # objects between two lines


class Progress:
    """Tells it on stderr; `total` is in octets or objects, 0 if it is not known."""

    def __init__(self, what: str, total: int, *, is_octets: bool = True) -> None:
        self._what = what
        self._count = 0
        self._told = 0
        self._bar = _Bar(what, total, is_octets=is_octets) if sys.stderr.isatty() else None

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def expect(self, total: int) -> None:
        """How much there is, now that it is known."""
        if self._bar is not None:
            self._bar.expect(total)

    def add(self, objects: int, completed: int) -> None:
        """So many more objects; `completed` of the total."""
        self._count += objects
        if self._bar is not None:
            self._bar.show(f"{self._what}: {self._count}", completed)
        elif self._count - self._told >= STEP:
            self._told = self._count
            typer.echo(f"{self._what}: {self._count} so far", err=True)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.say(line)
        else:
            typer.echo(line, err=True)


class _Bar:
    """Rich's, which is imported at terminals only."""

    def __init__(self, what: str, total: int, *, is_octets: bool) -> None:
        from rich import progress  # noqa: PLC0415
        from rich.console import Console  # noqa: PLC0415
        from rich.markup import escape  # noqa: PLC0415

        self._escape = escape
        amount = progress.DownloadColumn() if is_octets else progress.MofNCompleteColumn()
        self._progress = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            amount,
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(escape(what), total=total or None)

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def expect(self, total: int) -> None:
        self._progress.update(self._task, total=total)

    def show(self, text: str, completed: int) -> None:
        self._progress.update(self._task, description=self._escape(text), completed=completed)

    def say(self, line: str) -> None:
        self._progress.console.print(self._escape(line), highlight=False, soft_wrap=True)
