"""Text in header fields: unfolding, encoded words (RFC 2047) and raw UTF-8 (RFC 6532)."""

from __future__ import annotations

import binascii
import re
import unicodedata
from typing import Final

from cyrpy.formats.mime.charsets import codec_of, decode_known

MAX_VALUE: Final = 64 * 1024  # octets of a field's value that are looked at

_FOLD: Final = re.compile(r"(?:\r{0,2}\n|\r)")
_WORD: Final = re.compile(r"=\?([!-)+->@-~*]+)\?([bBqQ])\?([!->@-~]*)\?=")
# Encoded words in a row; between two of them only white space, around them white space or an end.
_RUN: Final = re.compile(rf"(?<!\S)(?:{_WORD.pattern})(?:\s+(?:{_WORD.pattern}))*(?!\S)")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)))


def raw(octets: bytes) -> str:
    """A field's value in Raw form (RFC 8621 §4.1.2.1)."""
    text = octets.decode("utf-8", "replace")
    return text.replace("\x00", "") if "\x00" in text else text


def unfold(value: str) -> str:
    """A value on one line, without white space before it (RFC 5322 §2.2.3)."""
    if "\n" in value or "\r" in value:
        value = _FOLD.sub("", value)
    return value.lstrip(" \t")


def text(octets: bytes) -> str:
    """A field's value in Text form (RFC 8621 §4.1.2.2)."""
    return composed(decode_words(unfold(raw(octets[:MAX_VALUE]))))


def composed(value: str) -> str:
    """In Normalization Form C."""
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def decode_words(value: str) -> str:
    """With its encoded words decoded (RFC 2047 §6.2); what breaks the rules stays as it is."""
    return _RUN.sub(_decode_run, value) if "=?" in value else value


def _decode_run(run: re.Match[str]) -> str:
    """Consecutive words; characters that were split between two of one charset are joined."""
    groups: list[tuple[str | None, bytes]] = []
    for word in _WORD.finditer(run[0]):
        codec = codec_of(word[1].partition("*")[0])  # a language may follow (RFC 2231 §5)
        octets = word[0].encode() if codec is None else _octets_of(word[2], word[3])
        if groups and groups[-1][0] == codec:
            glue = b" " if codec is None else b""
            groups[-1] = (codec, groups[-1][1] + glue + octets)
        else:
            groups.append((codec, octets))
    gap = " " if any(codec is None for codec, _ in groups) else ""
    decoded = (decode_known(octets, codec or "ascii") for codec, octets in groups)
    return gap.join(decoded).translate(_CONTROLS)


def _octets_of(encoding: str, encoded: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(encoded.encode("ascii"), header=True)
    digits = _NOT_BASE64.sub("", encoded)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
