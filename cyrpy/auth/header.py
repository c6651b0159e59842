"""The Authorization header: Basic (RFC 7617), Bearer (RFC 6750), and the classic JMAP spellings.

Clients of JMAP's drafts of 2016 write `X-JMAP <token>`, those before them the token alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cyrpy.auth.generated import PREFIX

MAX_HEADER: Final = 8192  # octets
_BARE: Final = PREFIX.encode()
_BEARER: Final = re.compile(rb"[A-Za-z0-9._~+/-]+=*")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Basic:
    """A user's name as typed, and a password or app password."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Neither; `detail` says what is wrong, without repeating any of it."""

    detail: str


def authorization_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The value of the Authorization header; empty if there are several, None if there is none."""
    found = None
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                return b""
            found = value
    return found


def parse(value: bytes) -> Basic | Bearer | Malformed:
    """What the header says."""
    if len(value) > MAX_HEADER:
        return Malformed(f"the Authorization header is longer than {MAX_HEADER} octets")
    scheme, _, rest = value.strip(b" \t").partition(b" ")
    credentials = rest.strip(b" ")
    match scheme.lower():
        case b"basic":
            return _basic(credentials)
        case b"bearer" | b"x-jmap":
            return _bearer(credentials)
        case bare if bare.startswith(_BARE) and not credentials:
            return _bearer(scheme)
        case b"":
            return Malformed("there must be one Authorization header, and it must not be empty")
    return Malformed("the Authorization header must use Basic or Bearer")


def _basic(credentials: bytes) -> Basic | Malformed:
    """`base64(name ":" password)`, of which only the password may hold colons (RFC 7617 §2)."""
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return Malformed("Basic credentials must be the base64 of name:password in UTF-8")
    name, colon, password = text.partition(":")
    if not colon or _CONTROL.search(text):
        return Malformed("Basic credentials must be name:password without control characters")
    if not name or not password:
        return Malformed("name and password must not be empty")
    return Basic(name, password)


def _bearer(credentials: bytes) -> Bearer | Malformed:
    """A `b64token` (RFC 6750 §2.1)."""
    if not _BEARER.fullmatch(credentials):
        return Malformed("a Bearer token consists of letters, digits and -._~+/ only")
    return Bearer(credentials.decode("ascii"))
