"""URLs and paths: percent-encoding that is exact both ways (RFC 3986 §2.1, RFC 4918 §8.3).

A path is the tuple of its decoded segments, so a name may hold any character, a slash too. A
resource's URL is the canonical spelling of its path, a collection's with a slash at its end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from cyrpy.dav.errors import DavError

Path = tuple[str, ...]

SHORT: Final = 256  # characters of a path that is remembered
MAX_NAME: Final = 255  # characters of one segment, as the tables have it
_SAFE: Final = re.compile(r"[A-Za-z0-9_.~@-]+")
# A spelling that can be echoed: characters that may stand in a path, and no empty segment.
_PLAIN: Final = re.compile(r"(?:/[A-Za-z0-9\-._~!$&'()*+,;=:@%]+)+/?")


def encode(name: str) -> str:
    """One segment; all but unreserved characters and `@` are percent-encoded."""
    return name if _SAFE.fullmatch(name) else quote(name, safe="@")


def all_plain(names: Sequence[str]) -> bool:
    """Whether all of these segments are in URLs just as they are."""
    return _SAFE.fullmatch("".join(names)) is not None


def collection(*path: str) -> str:
    """The URL of a collection."""
    return "".join(f"/{encode(name)}" for name in path) + "/"


def split(raw: str) -> Path:
    """The segments of a path as it stood in a request; a slash at its end makes none.

    Raises:
        DavError: 400 for what can be the URL of nothing here.
    """
    above, _, last = raw.rpartition("/")
    if last and not above.endswith("/"):
        return (*_of_collection(above), _decoded(last))
    return _of_collection(raw)


def _of_collection(raw: str) -> Path:
    """Collections are few, and asked for again and again."""
    return _remembered(raw) if len(raw) <= SHORT else _parts(raw)


def _parts(raw: str) -> Path:
    parts = raw.removeprefix("/").removesuffix("/").split("/")
    if parts == [""]:
        return ()
    return tuple(_decoded(part) for part in parts)


_remembered: Final = lru_cache(maxsize=1024)(_parts)


def _decoded(part: str) -> str:
    if part.isalnum() and part.isascii():  # most are, and this is quick
        return part
    try:
        name = unquote_to_bytes(part).decode()
    except UnicodeDecodeError as exc:
        raise DavError(400, "the URL is not UTF-8 under its percent-encoding") from exc
    # Other control characters are names like any: clients make them of UIDs (vdirsyncer).
    if name in {"", ".", ".."} or "\x00" in name:
        raise DavError(400, "the URL has an empty, '.' or '..' segment, or a NUL")
    return name


def path_of(href: str, base: str) -> Path | None:
    """The path that an href in a request means; None if it is no URL of this server.

    Raises:
        DavError: 400 if it is no URL.
    """
    try:
        parts = urlsplit(href.strip())
    except ValueError as exc:
        raise DavError(400, f"{href.strip()[:200]!r} is no URL") from exc
    if parts.scheme not in {"", "http", "https"} or not parts.path.startswith(f"{base}/"):
        return None
    return split(parts.path.removeprefix(base))


def can_be_echoed(raw: str) -> bool:
    """Whether a spelling may stand in an answer as it was in the request."""
    return _PLAIN.fullmatch(raw) is not None


def check_name(name: str) -> None:
    """Make sure that a new resource can have that name.

    Raises:
        DavError: 403 if it is too long.
    """
    if len(name) > MAX_NAME:
        raise DavError(403, f"a name in a URL has at most {MAX_NAME} characters")
