"""Octets to vCards: 3.0 and 4.0, and leniently 2.1 (RFC 2426, RFC 6350 §3)."""

from __future__ import annotations

import re

from cyrpy.formats.contentline import with_end
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import LIMITS, Kind, Limits, only, read_stream

_LEGACY_WORDS = ("NCODING", "ncoding", "QUOTED", "quoted", "BASE64", "base64")
_LEGACY = re.compile(
    r"[^:]*?;(?:ENCODING=)?(?:(?P<quoted>QUOTED-PRINTABLE)|BASE64|B)[;:]", re.IGNORECASE
)
_SOFT_BREAK = re.compile(r"=[ \t]*(?:\r\n|\n|\r)?\Z")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def parse(octets: bytes, warnings: list[str] | None = None, limits: Limits = LIMITS) -> Component:
    """The one vCard that `octets` hold; `warnings` receives what was tolerated.

    Raises:
        FormatError: They hold none, several, or more than `limits` allow.
    """
    return only(parse_stream(octets, warnings, limits))


def parse_stream(
    octets: bytes, warnings: list[str] | None = None, limits: Limits = LIMITS
) -> list[Component]:
    """The vCards that `octets` hold, at least one.

    A stream in UTF-16, as old versions of Apple's address book export it, is read too; what is
    written of it is UTF-8.

    Raises:
        FormatError: It is no vCard stream, or it is larger than `limits` allow.
    """
    if octets[:2] in _UTF_16 and len(octets) <= limits.max_octets:
        octets = octets.decode("utf-16", "replace").encode()
        if warnings is not None:
            warnings.append("the text was UTF-16; it is stored as UTF-8")
    return read_stream(octets, VCARD, warnings, limits)


def _join(text: str, raws: list[str]) -> list[str]:
    """Soft line breaks of quoted-printable, and base64 whose lines lack the leading space."""
    if not any(word in text for word in _LEGACY_WORDS):
        return raws
    joined: list[str] = []
    at = 0
    while at < len(raws):
        found = _LEGACY.match(raws[at])
        end = at + 1
        if found:
            is_open = _is_soft if found["quoted"] else _is_base64
            while end < len(raws) and is_open(raws[end - 1], raws[end]):
                end += 1
        last = raws[end - 1]
        joined.append("".join([*map(with_end, raws[at : end - 1]), last]) if end > at + 1 else last)
        at = end
    return joined


def _is_soft(line: str, following: str) -> bool:
    """Whether quoted-printable goes on; an END after a stray `=` ends it all the same."""
    return bool(_SOFT_BREAK.search(line)) and not following.upper().startswith("END:VCARD")


def _is_base64(_: str, following: str) -> bool:
    return _BASE64.fullmatch(following) is not None and not following.isspace()


VCARD = Kind("vCard", "VCARD", _join)
