"""Redirection: mail is sent on as it came, with what keeps it from coming back for ever.

Each server that sends a message on notes for whom. A message that was sent on for a user already,
or too often, is kept (RFC 5228 §10: loops of redirection must end).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from cyrpy.data.submissions import NOTICE, NewSubmission

FIELD: Final = "X-Sieve-Redirected-From"
MAX_TIMES: Final = 10
HEADER_LOOKED_AT: Final = 256 * 1024  # octets
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_NOTED: Final = re.compile(rb"^X-Sieve-Redirected-From:[ \t]*([^\r\n]*)", re.IGNORECASE | re.M)


def goes_in_circles(octets: bytes, own: Collection[str]) -> bool:
    """Whether a message was sent on for one of these addresses before, or very often."""
    end = _HEADER_END.search(octets, 0, HEADER_LOOKED_AT)
    header = octets[: HEADER_LOOKED_AT if end is None else end.start()]
    noted = [one.strip().lower().decode("utf-8", "replace") for one in _NOTED.findall(header)]
    return len(noted) >= MAX_TIMES or any(one in own for one in noted)


def submission(octets: bytes, sender: str, address: str, own: str) -> NewSubmission:
    """A message that is sent on for `own`; its sender stays who sent it (RFC 5228 §4.2)."""
    newline = b"\r\n" if b"\r\n" in octets[:1000] else b"\n"
    noted = f"{FIELD}: {own}".encode() + newline
    return NewSubmission(NOTICE, sender, {address: {}}, message=noted + octets)
