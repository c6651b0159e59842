"""Values with parameters: Content-Type, Content-Disposition (RFC 2045 §5.1, RFC 2183, RFC 2231)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from cyrpy.formats.mime.charsets import codec_of, decode
from cyrpy.formats.mime.words import composed, decode_words

MAX_PARAMETERS: Final = 200
MAX_COMMON: Final = 60  # octets of a value that may be one of a few

# One parameter; a value that is not quoted may hold spaces, as broken mailers write file names.
_PARAMETER: Final = re.compile(
    r"""[\s;]*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|\Z)[^;]*|([^;]*))""", re.DOTALL
)
_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
_PIECE: Final = re.compile(r"([^*]+)\*(?:(\d{1,4})(\*)?)?")
_FOLD: Final = re.compile(r"(?:\r{0,2}\n|\r)[ \t]*")
_COMMENT_OR_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[()]', re.DOTALL)


class Parameterized(NamedTuple):
    """A value and its parameters, by lower-case name."""

    value: str  # lower case
    parameters: Mapping[str, str]


class _Piece(NamedTuple):
    number: int
    is_encoded: bool
    text: str


def read(value: bytes) -> Parameterized:
    """Parse a value; what cannot be understood is left out, octets that are no UTF-8 escape."""
    return _read_common(value) if len(value) < MAX_COMMON else _read(value)


@lru_cache(maxsize=1024)
def _read_common(value: bytes) -> Parameterized:
    """Most parts are described by few values."""
    return _read(value)


def _read(value: bytes) -> Parameterized:
    text = value.decode("utf-8", "surrogateescape")
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    if "(" in text:
        text = without_comments(text)
    main, _, rest = text.partition(";")
    words = main.split(None, 1)
    if len(words) > 1 and "=" in words[1]:  # the semicolon is missing
        rest = f"{words[1]};{rest}"
    return Parameterized(words[0].lower() if words else "", _parameters(rest) if rest else {})


def without_comments(text: str) -> str:
    """Without the comments in parentheses, which may be nested (RFC 5322 §3.2.2)."""
    kept: list[str] = []
    depth = start = 0
    for match in _COMMENT_OR_STRING.finditer(text):
        if match[0] == "(":
            if depth == 0:
                kept.append(text[start : match.start()])
            depth += 1
        elif match[0] == ")" and depth > 0:
            depth -= 1
            start = match.end()
    if depth == 0:
        kept.append(text[start:])
    return " ".join(kept)


def _parameters(text: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    pieces: dict[str, list[_Piece]] = {}
    at = count = 0
    while at < len(text) and count < MAX_PARAMETERS:
        count += 1
        match = _PARAMETER.match(text, at)
        if match is None:
            semicolon = text.find(";", at)
            at = len(text) if semicolon < 0 else semicolon + 1
            continue
        at = match.end()
        name, quoted, token = match[1].lower(), match[2], match[3]
        value = token.strip() if quoted is None else _PAIR.sub(r"\1", quoted)
        piece = _PIECE.fullmatch(name)
        if piece is None:
            plain.setdefault(name, value)
        else:
            number, is_encoded = int(piece[2] or 0), piece[2] is None or piece[3] is not None
            pieces.setdefault(piece[1], []).append(_Piece(number, is_encoded, value))
    for name, parts in pieces.items():  # the extended form is the one to believe (RFC 6266 §4.3)
        plain[name] = _joined(parts)
    return plain


def _joined(pieces: list[_Piece]) -> str:
    """The value whose pieces were numbered and perhaps percent-encoded (RFC 2231 §3, §4)."""
    pieces.sort()
    charset, first = None, pieces[0]
    if first.is_encoded and first.text.count("'") >= 2:
        charset, _, text = first.text.split("'", 2)
        pieces[0] = first._replace(text=text)
    octets = b"".join(
        unquote_to_bytes(p.text.encode("utf-8", "surrogateescape"))
        if p.is_encoded
        else p.text.encode("utf-8", "surrogateescape")
        for p in pieces
    )
    return decode(octets, charset if charset and codec_of(charset) else None).text


def displayed(value: str) -> str:
    """A parameter's value for people: with encoded words, which are not allowed there, decoded."""
    if not value.isascii():
        octets = value.encode("utf-8", "surrogateescape")
        value = octets.decode("utf-8", "replace")
    if "=?" in value:
        value = decode_words(value.strip())
    return composed("".join(c for c in value if c.isprintable()))
