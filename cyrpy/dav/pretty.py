"""XML indented for human readers (`httpprettytelemetry`)."""

from __future__ import annotations

from lxml import etree

from cyrpy.dav.answer import Answer
from cyrpy.dav.markup import XML


def indented(answer: Answer) -> Answer:
    """The same answer with each element on a line of its own; texts stay as they are."""
    if (b"content-type", XML) not in answer.headers or not answer.body:
        return answer
    root = etree.fromstring(answer.body, etree.XMLParser(huge_tree=True))
    etree.indent(root)
    return answer._replace(body=etree.tostring(root, xml_declaration=True, encoding="utf-8"))
