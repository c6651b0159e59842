"""Conditional requests (RFC 9110 §13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from cyrpy_tzdist.answers import Answer

NAMES = frozenset((b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"))


def status(given: Answer, headers: Mapping[bytes, bytes]) -> int:
    """200, 304 or 412, by the order of RFC 9110 §13.2.2; `headers` in lower case."""
    match = headers.get(b"if-match")
    if match is not None:
        if not _names(match, given.etag, is_weak=False):
            return 412
    elif b"if-unmodified-since" in headers:
        since = _seconds(headers[b"if-unmodified-since"])
        if since is not None and given.modified > since:
            return 412
    none_match = headers.get(b"if-none-match")
    if none_match is not None:
        return 304 if _names(none_match, given.etag, is_weak=True) else 200
    since = _seconds(headers.get(b"if-modified-since", b""))
    return 304 if since is not None and given.modified <= since else 200


def _names(field: bytes, etag: bytes, *, is_weak: bool) -> bool:
    """Whether a list of entity tags, or `*`, names `etag`."""
    if field in (etag, b"*"):
        return True
    tags = (tag.strip() for tag in field.split(b","))
    return etag in ((tag.removeprefix(b"W/") for tag in tags) if is_weak else tags)


def _seconds(date: bytes) -> int | None:
    """An HTTP date in seconds since 1970; None: it is none, and the condition does not count."""
    if not date or len(date) > 64:
        return None
    try:
        moment = parsedate_to_datetime(date.decode("latin-1"))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
