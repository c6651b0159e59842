"""XML in: hardened and bounded parsing, and Clark names (RFC 4918 §8.2, §17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from cyrpy.dav.errors import DavError

__all__ = ["CALENDARSERVER", "DAV", "Element", "Namespace", "children", "parse", "text_of"]

MAX_ELEMENTS: Final = 100_000  # a multiget of 50,000 objects
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


def parse(body: bytes, content_type: str | None = None) -> Element:
    """The root element of a request's body.

    Raises:
        DavError: 415 if it is said to be something else; 400 if it is not well-formed, declares a
            document type (RFC 4918 §20.6), or holds more than MAX_ELEMENTS elements.
    """
    _check_type(content_type)
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


def _check_type(content_type: str | None) -> None:
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
