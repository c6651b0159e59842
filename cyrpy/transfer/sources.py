"""Where objects are read from: files, folders, standard input; always seekable, never UTF-16."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final, NamedTuple

ICALENDAR: Final = (".ics", ".ical", ".icalendar", ".ifb")
VCARD: Final = (".vcf", ".vcard")
STDIN: Final = "-"
IN_MEMORY: Final = 16 << 20  # octets of a copy that are not put into a file
PIECE: Final = 1 << 20
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Source(NamedTuple):
    """One stream of objects."""

    label: str  # for people
    path: Path | None  # None: standard input

    @property
    def name(self) -> str:
        """Of the file."""
        return "" if self.path is None else self.path.name

    @property
    def size(self) -> int:
        """Octets, as far as they are known."""
        return 0 if self.path is None else self.path.stat().st_size


def sources(paths: Sequence[Path], suffixes: Sequence[str]) -> list[Source]:
    """The files that are meant: each that is named, and all in folders that have such a suffix.

    What is hidden in a folder is passed over: other programs keep their own things there.
    """
    found: list[Source] = []
    for path in paths:
        if str(path) == STDIN:
            found.append(Source("standard input", None))
        elif path.is_dir():
            found += [Source(str(file), file) for file in _files(path, suffixes)]
        else:
            found.append(Source(str(path), path))
    return found


def _files(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


@contextmanager
def opened(source: Source, stdin: IO[bytes]) -> Iterator[IO[bytes]]:
    """Its octets, in which lines end with LF, and which may be read in any order.

    Raises:
        OSError: it cannot be read.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        if source.path is None:
            yield _ready(stdin, b"", copy)
            return
        with source.path.open("rb") as file:
            head = file.read(PIECE)
            if head[:2] in _UTF_16 or b"\n" not in head:
                yield _ready(file, head, copy)
            else:
                file.seek(0)
                yield file


def _ready(stream: IO[bytes], head: bytes, copy: IO[bytes]) -> IO[bytes]:
    """A copy as UTF-8, with LF where only CR ended lines, as on old Macs."""
    head = head or stream.read(PIECE)
    decoder = codecs.getincrementaldecoder("utf-16")("replace") if head[:2] in _UTF_16 else None
    is_old = decoder is None and b"\n" not in head
    piece = head
    while piece:
        if decoder is not None:
            copy.write(decoder.decode(piece).encode("utf-8", "replace"))
        else:
            copy.write(piece.replace(b"\r", b"\n") if is_old else piece)
        piece = stream.read(PIECE)
    copy.seek(0)
    return copy
