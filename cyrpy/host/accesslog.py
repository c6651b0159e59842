"""The access log: one line a request, in the Common Log Format with a tail, or as JSON.

No secrets: values of query parameters that look like credentials are masked, and the tokens in
the paths of public links, whether a module serves these or not; headers that carry credentials
cannot be logged.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

import orjson

from cyrpy.host.logwriter import LogWriter
from cyrpy.http.scope import REQUEST_ID, USER, Scope, headers_of

logger = logging.getLogger("cyrpy.accesslog")
SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
)
SECRET_WORDS = ("token", "secret", "passw", "code", "auth", "key", "signature", "jwt", "assertion")
MAX_VALUE = 1000  # characters of a URL or header that are logged
# The path of a public link (modules/cyrpy_public), also inside of a Referer; what is shorter leaves
# too much of a token to be guessed.
_LINK = re.compile(r"(/public/+)[A-Za-z0-9_-]{24}[^/?#\s]*", re.IGNORECASE)
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), 127, *range(128, 160))} | {
    ord('"'): '\\"',
    ord("\\"): "\\\\",
}


class Entry(NamedTuple):
    """What is kept of a request until its line is written."""

    time: float  # seconds since 1970
    client: str
    user: str | None
    method: str
    path: bytes
    query: bytes
    version: str
    status: int
    octets: int  # of the answer's body
    seconds: float  # that the answer took
    request_id: str
    headers: tuple[bytes | None, ...]


class AccessLog:
    """Writes a line for each request to `target`, a path or an open descriptor.

    `headers` names more request headers to log.

    Raises:
        ConfigError: the file cannot be opened.
    """

    def __init__(
        self, target: Path | int, *, json: bool = False, headers: Iterable[str] = ()
    ) -> None:
        self._headers = _loggable(headers)
        self._names = tuple(name.decode() for name in self._headers)
        self._writer = LogWriter(target, self._json_line if json else self._text_line)
        self._add = self._writer.write
        self._pattern = "%Y-%m-%dT%H:%M:%SZ" if json else "[%d/%b/%Y:%H:%M:%S +0000]"
        self._second = 0
        self._stamp = ""

    def record(self, scope: Scope, status: int, octets: int, seconds: float) -> None:
        """Log an answered request: its status, the octets of its body, how long it took."""
        client = scope["client"]
        # A plain tuple: making the named one costs three times as much.
        entry = (
            time.time(),
            client[0] if client else "unix",
            scope.get(USER),
            scope.get("method", "WEBSOCKET"),
            scope.get("raw_path") or scope["path"].encode(),
            scope["query_string"],
            scope["http_version"],
            status,
            octets,
            seconds,
            scope[REQUEST_ID],
            tuple(map(headers_of(scope).get, self._headers)) if self._headers else (),
        )
        self._add(entry)

    def reopen(self) -> None:
        """Open the file again, after it was rotated."""
        self._writer.reopen()

    async def aclose(self) -> None:
        """Write what is left."""
        await self._writer.aclose()

    def _text_line(self, raw: tuple[Any, ...]) -> bytes:
        entry = Entry(*raw)
        line = (
            f"{entry.client} - {_quoted(entry.user) if entry.user else '-'} "
            f'{self._clock(entry.time)} "{entry.method} {_url(entry)} HTTP/{entry.version}" '
            f"{entry.status} {entry.octets} {entry.seconds:.4f} {entry.request_id}"
        )
        for value in entry.headers:
            text = "-" if value is None else _plain(value)
            line += f' "{_quoted(text)}"'
        return line.encode() + b"\n"

    def _json_line(self, raw: tuple[Any, ...]) -> bytes:
        entry = Entry(*raw)
        members: dict[str, object] = {
            "time": self._clock(entry.time),
            "client": entry.client,
            "user": entry.user,
            "method": entry.method,
            "url": _url(entry),
            "http": entry.version,
            "status": entry.status,
            "octets": entry.octets,
            "seconds": round(entry.seconds, 6),
            "id": entry.request_id,
        }
        if entry.headers:
            members["headers"] = {
                name: _plain(value)
                for name, value in zip(self._names, entry.headers, strict=True)
                if value is not None
            }
        return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)

    def _clock(self, moment: float) -> str:
        """The time of day, made into text once a second."""
        second = int(moment)
        if second != self._second:
            self._second = second
            self._stamp = time.strftime(self._pattern, time.gmtime(second))
        return self._stamp


def masked(query: str) -> str:
    """The query string, with `***` for the values of parameters that look like credentials."""
    return "&".join(_masked_pair(pair) for pair in query.split("&"))


def _masked_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    plain = unquote_plus(name).lower()
    secret = equals and any(word in plain for word in SECRET_WORDS)
    return f"{name}=***" if secret else pair


def _url(entry: Entry) -> str:
    """The path as it came, and the masked query."""
    url = _plain(entry.path)
    if entry.query:
        url = f"{url}?{masked(entry.query[:MAX_VALUE].decode('latin-1'))}"
    return _quoted(url)


def _plain(value: bytes) -> str:
    """A path or a header as text, without the tokens of public links."""
    text = value[:MAX_VALUE].decode("latin-1")
    if "%" in text and _LINK.search(decoded := unquote(text, "latin-1")):
        return _LINK.sub(r"\1***", decoded)  # some of it was escaped: as the dispatcher sees it
    return _LINK.sub(r"\1***", text) if "/public/" in text.lower() else text


def _quoted(text: str) -> str:
    """Text that cannot end its quotes or its line."""
    plain = text.isprintable() and '"' not in text and "\\" not in text
    return text if plain else text.translate(_ESCAPES)


def _loggable(names: Iterable[str]) -> tuple[bytes, ...]:
    """The header names, without those that carry secrets."""
    wanted = dict.fromkeys(name.lower() for name in names)
    for name in wanted.keys() & SECRET_HEADERS:
        logger.warning("header %s is not logged: it carries secrets", name)
    return tuple(name.encode("latin-1") for name in wanted if name not in SECRET_HEADERS)
