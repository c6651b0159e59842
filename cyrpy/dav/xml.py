"""XML in: hardened and bounded parsing, and Clark names (RFC 4918 §8.2, §17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeVar

from lxml import etree
from lxml.etree import _Element as Element

from cyrpy.dav.errors import DavError

__all__ = [
    "CALENDARSERVER",
    "DAV",
    "Document",
    "Element",
    "Namespace",
    "check_type",
    "children",
    "document_of",
    "parse",
    "text_of",
]

T = TypeVar("T")

MAX_ELEMENTS: Final = 100_000  # a multiget of 50,000 objects
SMALL: Final = 4096  # octets of a body that is remembered
REMEMBERED: Final = 128  # bodies
XML_TYPES: Final = ("application/xml", "text/xml")
# What fetch(), curl and others say of a body of which nobody told them what it is.
UNSAID: Final = ("text/plain", "application/x-www-form-urlencoded", "application/octet-stream")


class Namespace:
    """Makes Clark names: `DAV("href")` is `{DAV:}href`."""

    __slots__ = ("_uri",)

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def __call__(self, name: str) -> str:
        """The name in this namespace."""
        return f"{{{self._uri}}}{name}"


DAV: Final = Namespace("DAV:")
CALENDARSERVER: Final = Namespace("http://calendarserver.org/ns/")


class Document:
    """The body of a request, and what was made of it. Nobody changes it: it may be shared.

    Clients send the same few bodies again and again, so those that are small are remembered.
    """

    __slots__ = ("_made", "root")

    def __init__(self, root: Element) -> None:
        self.root = root
        self._made: dict[Callable[[Element], Any], Any] = {}

    def once(self, make: Callable[[Element], T]) -> T:
        """What `make` makes of the root element, and of nothing else; made once."""
        if make not in self._made:
            self._made[make] = make(self.root)
        made: T = self._made[make]
        return made


def document_of(body: bytes) -> Document:
    """The document that a body is.

    Raises:
        DavError: as of `parse`.
    """
    return _remembered(body) if len(body) <= SMALL else Document(parse(body))


@lru_cache(maxsize=REMEMBERED)
def _remembered(body: bytes) -> Document:
    return Document(parse(body))


def parse(body: bytes, content_type: str | None = None) -> Element:
    """The root element of a request's body.

    Raises:
        DavError: 415 if it is said to be something else; 400 if it is not well-formed, declares a
            document type (RFC 4918 §20.6), or holds more than MAX_ELEMENTS elements.
    """
    check_type(content_type)
    if body.count(b"<") > 2 * MAX_ELEMENTS:  # the octet is the same in UTF-16
        raise DavError(400, f"at most {MAX_ELEMENTS} XML elements are accepted in one request")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,  # at most 256 elements inside each other
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as exc:
        raise DavError(400, f"the request body is not well-formed XML: {exc.msg}") from exc
    except (ValueError, LookupError) as exc:
        raise DavError(400, "the request body has an encoding that is not known") from exc
    if root.getroottree().docinfo.doctype:
        raise DavError(400, "a document type declaration is not accepted; send the XML without it")
    return root


def check_type(content_type: str | None) -> None:
    """Make sure that a body is said to be XML, or to be nothing.

    Raises:
        DavError: 415.
    """
    media = (content_type or "").partition(";")[0].strip().lower()
    if media and media not in XML_TYPES and not media.endswith("+xml"):
        raise DavError(
            415, f"the request body must be application/xml or text/xml, not {media[:80]}"
        )


def children(element: Element) -> Iterator[Element]:
    """Its child elements (nothing else is left in the tree but text)."""
    return (child for child in element if isinstance(child.tag, str))


def text_of(element: Element) -> str:
    """Its text, for properties whose value is text.

    Raises:
        DavError: 409 if there are elements in it.
    """
    if len(element):
        raise DavError(409, "the value of this property is text, not elements")
    return element.text or ""
