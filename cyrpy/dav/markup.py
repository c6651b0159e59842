"""XML out: octets put together from templates, never a tree of elements.

Building a multistatus of elements costs five times as much as joining octets. What goes out is
always well-formed: texts are escaped, and characters that XML 1.0 does not allow are left out
(iOS stops synchronizing for good at the first of them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

# Prefixes that everybody uses for these namespaces; any other is declared where it is used.
PREFIXES: Final[Mapping[str, str]] = {
    "DAV:": "D",
    "urn:ietf:params:xml:ns:caldav": "C",
    "urn:ietf:params:xml:ns:carddav": "CR",
    "http://calendarserver.org/ns/": "CS",
    "http://apple.com/ns/ical/": "A",
}
DECLARATIONS: Final = "".join(
    f' xmlns:{prefix}="{uri}"' for uri, prefix in PREFIXES.items()
).encode()
DECLARATION: Final = b'<?xml version="1.0" encoding="utf-8"?>\n'
XML: Final = b"application/xml; charset=utf-8"
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_XML_OCTETS: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_NOT_UTF8: Final = b"\xff"
_SPECIAL: Final = re.compile('[&<>"\r]')
_MARKUP: Final = re.compile("[&<>]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


class Xml(bytes):
    """Markup that is ready to go out."""

    __slots__ = ()


class Whole(Xml):
    """The element of a property itself, where it has attributes."""

    __slots__ = ()


class Href(str):
    """A canonical path on this server without the host, or any other URI (`mailto:…`)."""

    __slots__ = ()


Value = str | int | Xml | Href | Sequence[Href]  # what a property holds


class Tags(NamedTuple):
    """How an element is written."""

    start: bytes
    end: bytes
    empty: bytes


def escape(text: str) -> bytes:
    """Text as it stands between tags or in an attribute."""
    if not text.isprintable() and _NOT_XML.search(text):
        text = _NOT_XML.sub("", text)
    if _SPECIAL.search(text):
        text = _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)
    return text.encode()


def _is_plain(text: str) -> bool:
    return text.isprintable() and not _MARKUP.search(text)


def escape_utf8(octets: bytes) -> Xml:
    """The same of text that is UTF-8, and long: calendar data, a card with its photograph."""
    octets = octets.translate(None, _NOT_XML_OCTETS)
    if b"\xef\xbf" in octets:  # U+FFFE and U+FFFF
        octets = octets.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    octets = octets.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return Xml(octets.replace(b"\r", b"&#13;"))


def escape_all(texts: Sequence[bytes]) -> list[bytes]:
    """The same of many at once: what does not depend on how many there are is done once."""
    return escape_utf8(_NOT_UTF8.join(texts)).split(_NOT_UTF8) if texts else []


@lru_cache(maxsize=4096)
def tags(name: str) -> Tags:
    """The tags of an element by its Clark name."""
    uri, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    prefix = PREFIXES.get(uri)
    declared = b""
    if prefix is None and uri:
        prefix, declared = "x", b' xmlns:x="%b"' % escape(uri)
    qualified = (f"{prefix}:{local}" if prefix else local).encode()
    return Tags(
        b"<%b%b>" % (qualified, declared),
        b"</%b>" % qualified,
        b"<%b%b/>" % (qualified, declared),
    )


def element(name: str, *content: bytes | str) -> Xml:
    """An element; `content` is text to be escaped (str) and markup (bytes)."""
    start, end, empty = tags(name)
    if not content:
        return Xml(empty)
    inside = b"".join(escape(part) if isinstance(part, str) else part for part in content)
    return Xml(b"%b%b%b" % (start, inside, end))


def empties(names: Sequence[str]) -> Xml:
    """One empty element for each name."""
    return Xml(b"".join(tags(name).empty for name in names))


def href(url: str, base: str) -> Xml:
    """DAV:href of a path below `base`, or of any other URI."""
    return Xml(b"<D:href>%b</D:href>" % escape(base + url if url.startswith("/") else url))


def render(value: Value, base: str) -> bytes:
    """What stands inside a property's element."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, Href):
        return href(value, base)
    if isinstance(value, str):  # no attribute, so quotation marks, as of entity tags, may stay
        return value.encode() if _is_plain(value) else escape(value)
    if isinstance(value, int):
        return b"%d" % value
    return b"".join(href(url, base) for url in value)


def document(name: str, content: bytes) -> bytes:
    """A whole document with the root element `name` of the namespace DAV: or another known one."""
    start, end, _ = tags(name)
    return b"%b%b%b>%b%b" % (DECLARATION, start[:-1], DECLARATIONS, content, end)
