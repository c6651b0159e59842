"""Writes docs/rfc-index.md: which file is about which section of which RFC, from the docstrings.

python tools/rfc_index.py

What counts is written as `RFC 8620 §5.3`; `RFC 8620 §5.1, §5.2`, `RFC 8620 §1.2-1.4` and
`RFC 7808` alone do too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "rfc-index.md"
FOLDERS: Final = ("cyrpy", "modules")
_SECTION: Final = r"(?:[0-9]+|[A-Z](?=\.[0-9]))(?:\.[0-9]+)*(?:-[0-9]+(?:\.[0-9]+)*)?"
_REFERENCE: Final = re.compile(
    rf"\bRFC\s+([0-9]{{3,5}})(?:\s+(§\s?{_SECTION}(?:(?:,|\s+and|\s+to)\s+§\s?{_SECTION})*))?"
)
_HEAD: Final = """\
# RFC index

Which file is about which section, from the docstrings; written by `tools/rfc_index.py`.
"""


class Reference(NamedTuple):
    """One mention; `section` is empty where the RFC is named as a whole."""

    rfc: int
    section: str
    file: str


def text() -> str:
    """The page."""
    found = sorted({r for path in sources() for r in references(path)}, key=_order)
    parts = [_HEAD]
    for rfc in dict.fromkeys(reference.rfc for reference in found):
        of_rfc = [reference for reference in found if reference.rfc == rfc]
        parts.append(f"## RFC {rfc}\n\n| Section | Files |\n|---|---|\n" + "".join(_rows(of_rfc)))
    return "\n".join(parts)


def sources() -> Iterator[Path]:
    """The files whose docstrings are read."""
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def references(path: Path) -> Iterator[Reference]:
    """What the docstrings of one file mention."""
    file = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for rfc, sections in mentioned(ast.get_docstring(node) or ""):
                for section in sections or ("",):
                    yield Reference(rfc, section, file)


def mentioned(docstring: str) -> Iterator[tuple[int, list[str]]]:
    """The RFCs in a text, each with the sections that are named with it."""
    for match in _REFERENCE.finditer(docstring):
        yield int(match[1]), re.findall(_SECTION, match[2] or "")


def _rows(found: list[Reference]) -> Iterator[str]:
    for section in dict.fromkeys(reference.section for reference in found):
        files = [f"`{r.file}`" for r in found if r.section == section]
        yield f"| {f'§{section}' if section else 'as a whole'} | {', '.join(files)} |\n"


def _order(reference: Reference) -> tuple[int, list[tuple[int, str]], str]:
    """By number, so that §5.10 follows §5.9; appendices last."""
    parts = re.findall(r"[0-9]+|[A-Z]", reference.section)
    numbered = [(int(p), "") if p.isdigit() else (1 << 20, p) for p in parts]
    return reference.rfc, numbered, reference.file


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
