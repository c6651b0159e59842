"""Fails when a file or a function is too long: 400 lines, tests 500; 50 lines a function."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("cyrpy", "modules", "tests", "tools", "bench", "migrations")
FILE_LINES = 400
TEST_FILE_LINES = 500
FUNCTION_LINES = 50


def main() -> int:
    """Print what is too long; 1 if anything is."""
    found = [line for path in sources() for line in too_long(path)]
    print("\n".join(found) or "all files and functions are within their limits")
    return 1 if found else 0


def sources() -> Iterator[Path]:
    """Our Python files."""
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def too_long(path: Path) -> Iterator[str]:
    """A line for the file if it is too long, and for each function that is."""
    text = path.read_text()
    name = path.relative_to(ROOT)
    limit = TEST_FILE_LINES if name.parts[0] == "tests" else FILE_LINES
    lines = text.count("\n")
    if lines > limit:
        yield f"{name}: {lines} lines, at most {limit}"
    if name.parts[0] == "migrations":
        return  # a migration is one function that only grows
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                where = f"{name}:{node.lineno}: {node.name}"
                yield f"{where} has {length} lines, at most {FUNCTION_LINES}"


if __name__ == "__main__":
    sys.exit(main())
