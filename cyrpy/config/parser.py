"""The syntax of imapd.conf(5), read as Cyrus reads it: files in, options out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cyrpy.config.options import Option, Options
from cyrpy.errors import ConfigError

MAX_FILE_SIZE = 1024 * 1024  # octets
MAX_INCLUDE_DEPTH = 16

_LINE = re.compile(r"(@?[A-Za-z0-9_-]*):(.*)", re.DOTALL)
_SPACE = " \t\n\r\v\f"  # C's isspace(), not Unicode's
_SPACES = re.compile(f"[{_SPACE}]+")


def parse(path: Path) -> Options:
    """Read the file and what it includes.

    Raises:
        ConfigError: a file cannot be read, a line cannot be understood, or an option is given
            twice; the text names file, line and remedy.
    """
    return parse_text(_decode(_octets(path, str(path)), path), path)


def parse_text(text: str, file: Path) -> Options:
    """Read a text as if it stood in `file`; its includes are read from disk.

    Raises:
        ConfigError: as `parse`.
    """
    reader = _Reader(file)
    reader.read_text(text, file)
    return Options(reader.options, file)


class _Reader:
    """Gathers options over a file and its includes."""

    def __init__(self, file: Path) -> None:
        self.options: dict[str, Option] = {}
        self._read = {file.resolve(): ""}  # file -> where its @include stands
        self._depth = 0  # includes around the file that is being read

    def _include(self, path: Path, asked: str) -> None:
        about = f"{asked}: @include: {path}"
        octets = _octets(path, about)
        self._check_include(path.resolve(), asked, about)
        self._depth += 1
        self.read_text(_decode(octets, path), path)
        self._depth -= 1

    def _check_include(self, path: Path, asked: str, about: str) -> None:
        if self._depth >= MAX_INCLUDE_DEPTH:
            raise ConfigError(
                f"{about}: more than {MAX_INCLUDE_DEPTH} files include each other; include it "
                "from one nearer to the first"
            )
        first = self._read.setdefault(path, asked)
        if first != asked:
            where = f"at {first}" if first else "as the first file"
            raise ConfigError(f"{about}: was read before, {where}; remove this line")

    def read_text(self, text: str, file: Path) -> None:
        """Take in each logical line of `text`."""
        for number, line in _logical_lines(text):
            stripped = line.strip(_SPACE)
            if stripped and not stripped.startswith("#"):
                self._read_line(stripped, file, number)

    def _read_line(self, line: str, file: Path, number: int) -> None:
        where = f"{file}:{number}"
        name, value = _split(line, where)
        if name == "@include":
            self._include(file.parent / value, where)
        elif name.startswith("@"):
            raise ConfigError(f"{where}: {name} is not a directive; the only one is @include")
        else:
            self._add(Option(name, value, file, number))

    def _add(self, option: Option) -> None:
        first = self.options.setdefault(option.name, option)
        if first is not option:
            raise ConfigError(
                f"{option.where}: {option.name} is given a second time, first at {first.where}; "
                "remove one of the two lines"
            )


def _octets(path: Path, about: str) -> bytes:
    try:
        with path.open("rb") as stream:
            octets = stream.read(MAX_FILE_SIZE + 1)
    except OSError as exc:
        raise ConfigError(
            f"{about}: {exc.strerror}; name a file that exists and that the server may read"
        ) from exc
    if len(octets) > MAX_FILE_SIZE:
        raise ConfigError(
            f"{about}: larger than {MAX_FILE_SIZE} octets; name a file of imapd.conf's syntax"
        )
    return octets


def _decode(octets: bytes, path: Path) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        number = octets.count(b"\n", 0, exc.start) + 1
        raise ConfigError(f"{path}:{number}: not UTF-8; save the file in that encoding") from exc


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the number of their first physical line.

    A line whose very last character is a backslash goes on with the next one, comments
    included; nothing is put in place of the break.
    """
    physical = text.split("\n")
    last = len(physical)
    start, parts = 1, [""]
    for number, line in enumerate(physical, 1):
        if line.endswith("\\") and number < last:
            parts.append(line[:-1])
            continue
        yield start, "".join(parts) + line
        start, parts = number + 1, []


def _split(line: str, where: str) -> tuple[str, str]:
    match = _LINE.match(line)
    if match is None or match[1] in {"", "@"}:
        raise ConfigError(
            f'{where}: "{_shown(line)}" is not of the form "option: value"; a name consists of '
            "letters, digits, - and _, and the colon follows it at once"
        )
    name, value = match[1].lower(), match[2].strip(_SPACE)
    if not value:
        raise ConfigError(f"{where}: {name} has no value; give one or remove the line")
    if "\0" in value:
        raise ConfigError(f"{where}: the value of {name} holds a NUL character; remove it")
    return name, value


def _shown(line: str) -> str:
    """The start of a line, without a value that might be a secret."""
    return _SPACES.split(line, maxsplit=1)[0][:60]
