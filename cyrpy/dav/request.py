"""Request: what a method is told of the HTTP request, and its Depth and Prefer headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from cyrpy.auth.identity import Identity
from cyrpy.dav import xml
from cyrpy.dav.errors import DavError
from cyrpy.dav.urls import Path
from cyrpy.dav.xml import Element

if TYPE_CHECKING:
    from cyrpy.data.incoming import Incoming

T = TypeVar("T")
Depth = Literal["0", "1", "infinity"]
_PREFERENCE: Final = re.compile(r"[\s,;]*([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|([\w-]+)))?")


@dataclass(frozen=True)
class Preferences:
    """What the client prefers (RFC 7240, RFC 8144)."""

    minimal: bool = False  # no more than what went wrong
    representation: bool = False  # what became of it, told also where all went well
    without_root: bool = False  # PROPFIND of members alone

    @property
    def applied(self) -> tuple[tuple[bytes, bytes], ...]:
        """The header that says which form of answer was honoured."""
        if self.minimal:
            return ((b"preference-applied", b"return=minimal"),)
        return ((b"preference-applied", b"return=representation"),) if self.representation else ()


@dataclass(frozen=True)
class Request:
    """One request, before anything is looked up."""

    method: str
    base: str  # path that a proxy serves us below; "" mostly
    asked: str  # the path below `base`, spelled as in the request
    path: Path
    headers: Mapping[bytes, bytes]
    body: bytes
    identity: Identity
    query: bytes = b""  # behind the question mark
    scheme: str = "https"
    incoming: Incoming | None = None  # content that was taken in a stream, in place of `body`

    def header(self, name: bytes) -> str | None:
        """A header field, by its name in lower case."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1").strip()

    @property
    def media_type(self) -> str:
        """Of the body, in lower case and without parameters; "" if none was given."""
        return (self.header(b"content-type") or "").partition(";")[0].strip().lower()

    @cached_property
    def document(self) -> xml.Document | None:
        """The body as XML; None if there is none.

        Raises:
            DavError: 400 or 415.
        """
        start = self.body.lstrip()
        if not start:
            return None
        # Of POST alone a browser would let any page make use: there, XML has to say that it is.
        unsaid = self.media_type in xml.UNSAID and self.method != "POST" and start[:1] == b"<"
        xml.check_type(None if unsaid else self.header(b"content-type"))
        return xml.document_of(self.body)

    @property
    def xml(self) -> Element | None:
        """Its root element.

        Raises:
            DavError: 400 or 415.
        """
        return None if self.document is None else self.document.root

    def said(self, make: Callable[[Element], T]) -> T:
        """What `make` makes of the root element: once for all requests that are alike.

        Raises:
            DavError: 400 without a body.
        """
        if self.document is None:
            raise DavError(400, "this request needs a body of XML")
        return self.document.once(make)

    @cached_property
    def depth(self) -> Depth | None:
        """The Depth header (RFC 4918 §10.2).

        Raises:
            DavError: 400 for another value.
        """
        value = (self.header(b"depth") or "").lower()
        if not value:
            return None
        if value not in {"0", "1", "infinity"}:
            raise DavError(400, "the Depth header must be 0, 1 or infinity")
        return value  # type: ignore[return-value]

    @cached_property
    def preferences(self) -> Preferences:
        """Prefer, and Brief, which was there before it (RFC 8144 §1)."""
        stated: dict[str, str] = {}
        for name, quoted, token in _PREFERENCE.findall(self.header(b"prefer") or ""):
            stated.setdefault(name.lower(), (quoted or token).lower())  # the first one counts
        brief = (self.header(b"brief") or "").lower() == "t"
        return Preferences(
            minimal=stated.get("return") == "minimal" or brief,
            representation=stated.get("return") == "representation" and not brief,
            without_root="depth-noroot" in stated,
        )
