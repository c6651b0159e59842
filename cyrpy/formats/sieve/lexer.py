"""From a script's octets to its tokens (RFC 5228 §8.1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from cyrpy.formats.sieve.errors import Place, SieveError, shown

MAX_OCTETS: Final = 1024 * 1024  # of a script; who stores scripts allows less
MAX_NAME: Final = 100  # characters of an identifier
MAX_STRING: Final = 64 * 1024  # characters
MAX_NUMBER: Final = 2**63 - 1
BOM: Final = "\ufeff"

Kind = Literal["identifier", "tag", "number", "string", "special", "end"]
_TOKEN: Final = re.compile(
    r"""(?P<space>(?:[ \t\r\n]+|\#[^\n]*|/\*.*?\*/)+)
    |(?P<multiline>text:[ \t]*(?:\#[^\n]*?)?\r?\n)
    |(?P<identifier>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<tag>:[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9]+[A-Za-z0-9_]*)
    |(?P<string>"[^"\\]*(?:\\.[^"\\]*)*")
    |(?P<special>[][(){},;])""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE | re.ASCII,
)
_LAST_LINE: Final = re.compile(r"^\.[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_DOTS: Final = re.compile(r"^\.\.", re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_NUMBER: Final = re.compile(r"([0-9]+)([KMG]?)", re.IGNORECASE | re.ASCII)
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class Token(NamedTuple):
    """One token; `text` of identifiers and tags is in lower case, of strings what they mean."""

    kind: Kind
    text: str
    place: Place
    number: int = 0

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the script"
        if self.kind == "string":
            return f"the string {shown(self.text)}"
        return shown(f":{self.text}" if self.kind == "tag" else self.text)


def decoded(octets: bytes) -> str:
    """The text of a script.

    Raises:
        SieveError: it is too large, or not UTF-8, or has the character U+0000.
    """
    if len(octets) > MAX_OCTETS:
        raise SieveError(f"the script has more than {MAX_OCTETS} octets", Place(1, 1))
    try:
        text = octets.decode()
    except UnicodeDecodeError as exc:
        before = octets[: exc.start].decode()
        place = _Lines(before).place(len(before))
        raise SieveError("this is not UTF-8; save the script in that encoding", place) from exc
    if "\0" in text:
        place = _Lines(text).place(text.index("\0"))
        raise SieveError("the character U+0000 is not allowed", place)
    return text.removeprefix(BOM)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a script, and one for its end.

    Raises:
        SieveError: what stands there is no token, or too long.
    """
    lines = _Lines(text)
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        place = lines.place(position)
        if match is None:
            raise SieveError(_problem(text, position), place)
        position = match.end()
        if match.lastgroup == "multiline":
            token, position = _multiline(text, position, place)
            yield token
        elif match.lastgroup != "space":
            yield _token(match, place)
    yield Token("end", "", lines.place(len(text)))


class _Lines:
    """Finds the line of an offset."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line, max(0, offset - self._starts[line - 1]) + 1)


def _problem(text: str, position: int) -> str:
    character = text[position]
    if character == '"':
        return 'this string has no end; close it with "'
    if text.startswith("/*", position):
        return "this comment has no end; close it with */"
    if character == ":":
        return "a name must follow the colon, as in :contains"
    return f"{shown(character)} has no meaning here"


def _token(match: re.Match[str], place: Place) -> Token:
    text = match[0]
    if match.lastgroup == "string":
        return _string(_ESCAPE.sub(r"\1", text[1:-1]), place)
    if match.lastgroup == "number":
        return Token("number", text, place, _number(text, place))
    if len(text) > MAX_NAME and match.lastgroup in {"tag", "identifier"}:
        raise SieveError(f"the name {shown(text)} is too long", place)
    if match.lastgroup == "tag":
        return Token("tag", text[1:].lower(), place)
    if match.lastgroup == "identifier":
        return Token("identifier", text.lower(), place)
    return Token("special", text, place)


def _string(text: str, place: Place) -> Token:
    if len(text) > MAX_STRING:
        raise SieveError(f"this string has more than {MAX_STRING} characters", place)
    return Token("string", text.replace("\r\n", "\n").replace("\n", "\r\n"), place)


def _number(text: str, place: Place) -> int:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise SieveError(f"{shown(text)} is no number; digits and K, M or G may be in it", place)
    number = int(match[1][:30]) * _UNITS[match[2].lower()]
    if number > MAX_NUMBER:
        raise SieveError(f"{shown(text)} is too large; at most {MAX_NUMBER} is possible", place)
    return number


def _multiline(text: str, start: int, place: Place) -> tuple[Token, int]:
    """The string after `text:`, up to the line that has only a dot (§2.4.2)."""
    end = _LAST_LINE.search(text, start)
    if end is None:
        raise SieveError("this text has no end; end it with a line that has only a dot", place)
    return _string(_DOTS.sub(".", text[start : end.start()]), place), end.end()
