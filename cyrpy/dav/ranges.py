"""Range requests (RFC 9110 §14): one span of octets; several at once get the whole."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.dav.errors import DavError

if TYPE_CHECKING:
    from cyrpy.dav.request import Request

_RANGE: Final = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.I)


class Span(NamedTuple):
    """The octets to send: `start` to `stop`."""

    start: int
    stop: int

    def is_part_of(self, size: int) -> bool:
        """Whether there is more than that."""
        return self.stop - self.start < size

    def of(self, size: int) -> bytes:
        """Content-Range (RFC 9110 §14.4)."""
        return b"bytes %d-%d/%d" % (self.start, self.stop - 1, size)


def span_of(request: Request, size: int, etag: str, modified: int) -> Span:
    """What Range asks for; all, where there is none, several, or one that is not understood.

    (RFC 9110 §14.2 lets a server ignore what would cost it more than the whole.)

    Raises:
        DavError: 416 if it begins after the end.
    """
    whole = Span(0, size)
    match = _RANGE.fullmatch(request.header(b"range") or "")
    if match is None or match.groups() == ("", "") or not _if_range(request, etag, modified):
        return whole
    first, last = match.groups()
    if not first:
        span = Span(max(0, size - int(last)), size)
    elif last and int(last) < int(first):
        return whole
    else:
        span = Span(int(first), min(int(last) + 1, size) if last else size)
    if span.start >= size:
        raise DavError(
            416,
            f"the resource has {size} octets",
            headers=((b"content-range", b"bytes */%d" % size),),
        )
    return span


def _if_range(request: Request, etag: str, modified: int) -> bool:
    """Whether the part is of what the client has the rest of (RFC 9110 §13.1.5)."""
    condition = request.header(b"if-range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return condition == etag
    try:
        return int(parsedate_to_datetime(condition).timestamp()) == modified
    except (ValueError, OverflowError):
        return False
