"""Requests and answers of WebDAV, read with care: a server is trusted no more than a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin
from xml.sax.saxutils import escape

from lxml import etree
from lxml.etree import _Element as Element

from cyrpy.transfer.dav.errors import RemoteError

DAV: Final = "{DAV:}"
CALDAV: Final = "{urn:ietf:params:xml:ns:caldav}"
CARDDAV: Final = "{urn:ietf:params:xml:ns:carddav}"
APPLE: Final = "{http://apple.com/ns/ical/}"
CS: Final = "{http://calendarserver.org/ns/}"
MAX_ELEMENTS: Final = 2_000_000
_PREFIXES: Final = {DAV: "D", CALDAV: "C", CARDDAV: "CR", APPLE: "A", CS: "CS"}
_DECLARED: Final = " ".join(f'xmlns:{p}="{uri[1:-1]}"' for uri, p in _PREFIXES.items())


@dataclass(frozen=True)
class Response:
    """What a multistatus says of one resource (RFC 4918 §14.24)."""

    url: str  # absolute
    status: int  # of the resource; 200 if there is none
    props: Mapping[str, Element]  # those that it has

    def text(self, name: str) -> str:
        """The text of a property; "" if there is none."""
        found = self.props.get(name)
        return "" if found is None else (found.text or "").strip()

    def has(self, name: str, child: str) -> bool:
        """Whether a property has that element in it."""
        found = self.props.get(name)
        return found is not None and found.find(child) is not None

    def hrefs(self, name: str) -> list[str]:
        """The URLs in a property."""
        found = self.props.get(name)
        nodes = [] if found is None else found.findall(f"{DAV}href")
        return [urljoin(self.url, (node.text or "").strip()) for node in nodes if node.text]


@dataclass
class Multistatus:
    """An answer of 207."""

    responses: list[Response] = field(default_factory=list)
    sync_token: str = ""


def propfind(names: Iterable[str]) -> bytes:
    """The body of a PROPFIND for some properties."""
    return document("D:propfind", f"<D:prop>{''.join(map(_empty, names))}</D:prop>")


def document(root: str, inside: str) -> bytes:
    """A request's body."""
    declaration = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{declaration}\n<{root} {_DECLARED}>{inside}</{root}>".encode()


def text(name: str, content: str) -> str:
    """An element with text in it; `name` has one of the prefixes."""
    return f"<{name}>{escape(content)}</{name}>"


def hrefs(paths: Iterable[str]) -> str:
    """DAV:href elements."""
    return "".join(text("D:href", path) for path in paths)


def _empty(name: str) -> str:
    uri, _, local = name.rpartition("}")
    return f"<{_PREFIXES[uri + '}']}:{local}/>"


def parse(body: bytes) -> Element:
    """The root of an answer.

    Raises:
        RemoteError: it is no XML, or XML that nobody needs to send.
    """
    if body.count(b"<") > 2 * MAX_ELEMENTS:
        raise RemoteError("the server's answer has too many elements")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as exc:
        raise RemoteError(f"the server's answer is no XML: {exc}") from exc
    if root.getroottree().docinfo.doctype:
        raise RemoteError("the server's answer declares a document type; it is not read")
    return root


def multistatus(body: bytes, base: str) -> Multistatus:
    """An answer of 207; hrefs are relative to `base`.

    Raises:
        RemoteError: it is none.
    """
    root = parse(body)
    if root.tag != f"{DAV}multistatus":
        raise RemoteError(f"the server answered with {str(root.tag)[:80]}, not DAV:multistatus")
    found = Multistatus(sync_token=(root.findtext(f"{DAV}sync-token") or "").strip())
    for node in root.findall(f"{DAV}response"):
        found.responses += _responses(node, base)
    return found


def _responses(node: Element, base: str) -> Iterable[Response]:
    status = _status(node.findtext(f"{DAV}status"))
    props: dict[str, Element] = {}
    for propstat in node.findall(f"{DAV}propstat"):
        if _status(propstat.findtext(f"{DAV}status")) == 200:
            props.update((str(p.tag), p) for p in propstat.iterfind(f"{DAV}prop/*"))
    for href in node.findall(f"{DAV}href"):
        url = urljoin(base, (href.text or "").strip())
        yield Response(url, status, props)


def _status(line: str | None) -> int:
    """The number in a status line; 200 where there is none."""
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isascii() and parts[1].isdigit() else 200
