"""The command line: `cyrpy serve`, and what an admin does beside it."""

from cyrpy.cli.main import main

__all__ = ["main"]
