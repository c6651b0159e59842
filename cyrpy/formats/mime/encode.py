"""Content of parts as it is written: encodings, line ends, boundaries (RFC 2045 §6, RFC 2046)."""

from __future__ import annotations

import binascii
import re
from typing import Final, NamedTuple

MAX_LINE: Final = 998  # octets (RFC 5322 §2.1.1)
BASE64_LINE: Final = 57  # octets in a line of 76 digits
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LONG_LINE: Final = re.compile(rb"[^\n]{%d}" % (MAX_LINE + 1))
_FROM: Final = re.compile(rb"^From ", re.MULTILINE)


class Encoded(NamedTuple):
    """Content, and the name of its encoding."""

    encoding: str
    octets: bytes


def text(value: str) -> Encoded:
    """Text as UTF-8 in the encoding that suits it, with CRLF at the ends of lines."""
    octets = _LINE_END.sub(b"\r\n", value.encode("utf-8", "replace"))
    if is_seven_bit(octets):
        return Encoded("7bit", octets)
    high = len(octets.translate(None, bytes(range(128))))
    if high * 3 > len(octets):
        return Encoded("base64", base64(octets))
    return Encoded("quoted-printable", quoted_printable(octets))


def blob(octets: bytes, type: str) -> Encoded:
    """A file; messages are not encoded (RFC 2046 §5.2.1)."""
    if type in {"message/rfc822", "message/global"} or type.startswith("multipart/"):
        normal = _LINE_END.sub(b"\r\n", octets)
        return Encoded("7bit" if is_seven_bit(normal) else "8bit", normal)
    if type.startswith("text/") and is_seven_bit(octets) and _has_only_crlf(octets):
        return Encoded("7bit", octets)
    return Encoded("base64", base64(octets))


def is_seven_bit(octets: bytes) -> bool:
    """Whether it can be sent as it is; lines that begin with "From " are changed on the way."""
    return (
        octets.isascii()
        and b"\0" not in octets
        and _LONG_LINE.search(octets) is None
        and _FROM.search(octets) is None
    )


def _has_only_crlf(octets: bytes) -> bool:
    count = octets.count(b"\r\n")
    return octets.count(b"\n") == count and octets.count(b"\r") == count


def base64(octets: bytes) -> bytes:
    """In lines of 76 digits."""
    lines = (
        binascii.b2a_base64(octets[at : at + BASE64_LINE], newline=False)
        for at in range(0, len(octets), BASE64_LINE)
    )
    return b"\r\n".join(lines)


def quoted_printable(octets: bytes) -> bytes:
    """With "From " at the start of a line encoded too."""
    lines = []
    for line in octets.split(b"\r\n"):
        encoded = binascii.b2a_qp(line, quotetabs=False, istext=True, header=False)
        encoded = encoded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        lines.append(b"=46" + encoded[1:] if encoded.startswith(b"From ") else encoded)
    return b"\r\n".join(lines)
