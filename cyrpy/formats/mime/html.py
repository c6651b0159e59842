"""Text of HTML as a reader sees it: for previews and for search (RFC 8621 §4.4.1)."""

from __future__ import annotations

import re
from typing import Final

MAX_HTML: Final = 2 * 1024 * 1024  # characters that are looked at
MAX_SPOKEN: Final = 1000  # attributes that are read out

_UNSEEN: Final = ["head", "style", "script", "title", "template", "object", "svg", "math"]
# Tags at which a word ends; at others, as <b>, it goes on.
_BREAK: Final = re.compile(
    r"</?(?:address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|form|"
    r"h[1-6]|header|hr|img|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|tr|"
    r"ul)\b",
    re.IGNORECASE,
)


def text_of(html: str, *, with_attributes: bool = False) -> str:
    """What is shown of `html`, a line for each block.

    `with_attributes` adds what alt and title say, which can be searched for.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - few processes read HTML

    if "<" not in html:
        html = f"<p>{html}"
    tree = LexborHTMLParser(_BREAK.sub(r"\n\g<0>", html[:MAX_HTML]))
    tree.strip_tags(_UNSEEN)
    root = tree.root
    text = root.text(deep=True, separator="") if root is not None else ""
    if not with_attributes:
        return text
    spoken = [text]
    for node in tree.css("[alt],[title]")[:MAX_SPOKEN]:
        spoken += [value for name in ("alt", "title") if (value := node.attributes.get(name))]
    return "\n".join(spoken)
