"""The entry of the program, which imports the rest of it."""

from __future__ import annotations

import sys

from cyrpy.heap import loading


def main() -> None:
    """Run the command line."""
    with loading():
        from cyrpy.cli.commands import build  # noqa: PLC0415 - once the collector rests

        commands = build(sys.argv[1:])
    commands()
