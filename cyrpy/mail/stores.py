"""Messages in files: mbox (RFC 4155), Maildir and single files, read in constant memory."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Callable, Iterator
from email.utils import parsedate_tz
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from cyrpy.errors import NotFound

MAX_LINE: Final = 1 << 20  # octets of a line that are looked at together
_SEPARATOR: Final = re.compile(rb"From \S.{0,300}? (\w{3} \w{3} +\d{1,2} \d\d:\d\d.*)")
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
_STATUS: Final = re.compile(rb"^(?:X-)?Status:[ \t]*([A-Za-z]+)", re.IGNORECASE | re.MULTILINE)
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_OF_STATUS: Final = {"R": "$seen", "A": "$answered", "F": "$flagged", "T": "$draft"}
_OF_MAILDIR: Final = {
    "D": "$draft",
    "F": "$flagged",
    "P": "$forwarded",
    "R": "$answered",
    "S": "$seen",
}
_UNIQUE: Final = re.compile(r"(\d{9,11})\.")


class Found(NamedTuple):
    """A message in some other store."""

    octets: bytes
    keywords: frozenset[str]
    received_at: int | None  # unix seconds
    read: int  # octets of the store that are behind us, for progress


def mbox(path: Path, limit: int) -> Iterator[Found]:
    """The messages of an mbox file; one that is larger than `limit` octets is cut off there.

    Raises:
        NotFound: it is no mbox.
    """
    with path.open("rb") as file:
        yield from _messages(file, limit, str(path))


def _messages(file: BinaryIO, limit: int, name: str) -> Iterator[Found]:
    separator: bytes | None = None
    lines: list[bytes] = []
    size, after_blank = 0, True
    while line := file.readline(MAX_LINE):
        begins = after_blank and line.startswith(b"From ")
        match = _SEPARATOR.match(line) if begins else None
        if match is not None:
            if separator is not None:
                yield _found(lines, separator, file.tell() - len(line))
            separator, lines, size = match[1], [], 0
        elif separator is None:
            if line.strip():
                raise NotFound(f"{name}: this is no mbox: it does not begin with a line 'From …'")
        elif size < limit:
            lines.append(line)
            size += len(line)
        after_blank = line in {b"\n", b"\r\n"}
    if separator is not None:
        yield _found(lines, separator, file.tell())


def _found(lines: list[bytes], separator: bytes, read: int) -> Found:
    """One message, without the empty line that ends it, and with its From lines unquoted."""
    if lines and lines[-1] in {b"\n", b"\r\n"}:
        lines.pop()
    octets = _QUOTED.sub(rb"\1", b"".join(lines))
    end = _HEADER_END.search(octets)
    header = octets[: len(octets) if end is None else end.start()]
    flags = b"".join(_STATUS.findall(header)).decode("ascii")
    keywords = frozenset(_OF_STATUS[flag] for flag in flags if flag in _OF_STATUS)
    return Found(octets, keywords, _moment(separator), read)


def _moment(text: bytes) -> int | None:
    """The date of a separator, as asctime writes it, in UTC."""
    try:
        found = parsedate_tz(text.decode("ascii"))
        return None if found is None else timegm(found[:9]) - (found[9] or 0)
    except (ValueError, TypeError, OverflowError):
        return None


def maildir(path: Path) -> Iterator[tuple[str, Path]]:
    """The folders of a Maildir: names with / between their parts, "" for the inbox.

    Raises:
        NotFound: it is no Maildir.
    """
    if not (path / "cur").is_dir():
        raise NotFound(f"{path}: this is no Maildir: it has no folder 'cur'")
    yield "", path
    for folder in sorted(path.rglob("cur")):
        parent = folder.parent
        if parent == path or not folder.is_dir():
            continue
        parts = parent.relative_to(path).parts
        names = [part for one in parts for part in one.strip(".").split(".") if part]
        yield "/".join(names), parent


def maildir_messages(folder: Path, limit: int) -> Iterator[Found]:
    """The messages of one folder of a Maildir; what is marked as deleted is left there."""
    read = 0
    for part in ("cur", "new"):
        for path in sorted((folder / part).glob("*")):
            flags = path.name.rpartition(":2,")[2] if ":2," in path.name else ""
            if "T" in flags or not path.is_file():
                continue
            octets = _octets(path, limit)
            read += len(octets)
            keywords = frozenset(_OF_MAILDIR[flag] for flag in flags if flag in _OF_MAILDIR)
            unique = _UNIQUE.match(path.name)
            moment = int(unique[1]) if unique else int(path.stat().st_mtime)
            yield Found(octets, keywords, moment, read)


def files(path: Path, limit: int) -> Iterator[Found]:
    """A message in a file, or all files *.eml in a folder and below.

    Raises:
        NotFound: there is no such file.
    """
    if not path.exists():
        raise NotFound(f"there is no file {path}")
    read = 0
    for one in sorted(path.rglob("*.eml")) if path.is_dir() else [path]:
        octets = _octets(one, limit)
        read += len(octets)
        yield Found(octets, frozenset(), None, read)


def _octets(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit)


def size_of(path: Path, keep: Callable[[Path], bool] = Path.is_file) -> int:
    """Octets of a file, or of all files below a folder."""
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    return sum(one.stat().st_size for one in path.rglob("*") if keep(one))
