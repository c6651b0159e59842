"""Content-Transfer-Encoding: from the octets in a message to those that are meant (RFC 2045 §6)."""

from __future__ import annotations

import binascii
import re
from typing import Final

from cyrpy.formats.mime.part import Part

# Letters that stand for encodings in the ids of parts.
IDENTITY: Final = "i"
BASE64: Final = "b"
QUOTED_PRINTABLE: Final = "q"
UUENCODE: Final = "u"
UNKNOWN: Final = "x"  # treated as identity (RFC 8621 §4.1.4)

_LETTERS: Final = {
    b"": IDENTITY,
    b"7bit": IDENTITY,
    b"8bit": IDENTITY,
    b"binary": IDENTITY,
    b"7-bit": IDENTITY,
    b"8-bit": IDENTITY,
    b"none": IDENTITY,
    b"base64": BASE64,
    b"base-64": BASE64,
    b"quoted-printable": QUOTED_PRINTABLE,
    b"quotedprintable": QUOTED_PRINTABLE,
    b"uuencode": UUENCODE,
    b"x-uuencode": UUENCODE,
    b"uue": UUENCODE,
    b"x-uue": UUENCODE,
}
_WORD: Final = re.compile(rb"[^\s;()]+")
_DIGITS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_DIGITS: Final = bytes(n for n in range(256) if n not in _DIGITS)
_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def letter_of(octets: bytes, part: Part) -> str:
    """How the content of a part is encoded. Of composite types it never is (RFC 2045 §6.4)."""
    if part.subparts is not None:
        return IDENTITY
    value = part.first(octets, b"content-transfer-encoding")
    if value is None:
        return IDENTITY
    word = _WORD.search(value)
    return _LETTERS.get(word[0].lower() if word else b"", UNKNOWN)


def decode(octets: bytes, letter: str) -> bytes:
    """The octets that are meant; broken encoding loses what is broken, and no more."""
    if letter == BASE64:
        return _from_base64(octets)
    if letter == QUOTED_PRINTABLE:
        return binascii.a2b_qp(octets)
    if letter == UUENCODE:
        return _from_uuencode(octets)
    return octets


def decoded_size(octets: bytes, start: int, end: int, letter: str) -> int:
    """How many octets `decode` makes of a range."""
    if letter in {IDENTITY, UNKNOWN}:
        return end - start
    if letter == BASE64:
        return _base64_size(octets[start:end])
    return len(decode(octets[start:end], letter))


def _runs(octets: bytes) -> list[bytes]:
    """The digits of base64, in runs that padding ends: pieces may have been put together."""
    pieces = octets.rstrip(b"=\r\n \t").split(b"=")
    return [piece.translate(None, _NOT_DIGITS) for piece in pieces]


def _from_base64(octets: bytes) -> bytes:
    """What is no digit is passed over (RFC 2045 §6.8)."""
    return b"".join(map(_from_digits, _runs(octets)))


def _from_digits(digits: bytes) -> bytes:
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _base64_size(octets: bytes) -> int:
    """Without decoding."""
    return sum(len(run) // 4 * 3 + (0, 0, 1, 2)[len(run) % 4] for run in _runs(octets))


def _from_uuencode(octets: bytes) -> bytes:
    begin = _BEGIN.search(octets)
    if begin is None:
        return octets
    decoded: list[bytes] = []
    for line in octets[begin.end() :].splitlines():
        if line.rstrip() == b"end":
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:  # too long: encoders count wrongly; what is said counts
            size = ((line[0] - 32) & 63) * 4 // 3 + 5
            with_length = line[:size]
            decoded.append(_uu_line(with_length))
    return b"".join(decoded)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""
