"""Text of HTML as a reader sees it: for previews and for search (RFC 8621 §4.4.1)."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import Final

MAX_HTML: Final = 2 * 1024 * 1024  # characters that are looked at
MAX_DEPTH: Final = 400  # elements inside each other; browsers stop at about as many
MAX_SPOKEN: Final = 1000  # attributes that are read out

_UNSEEN: Final = ["head", "style", "script", "title", "template", "object", "svg", "math"]
# Tags at which a word ends; at others, as <b>, it goes on.
_BREAK: Final = re.compile(
    r"</?(?:address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|form|"
    r"h[1-6]|header|hr|img|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|tr|"
    r"ul)\b",
    re.IGNORECASE,
)


# Elements that have no end tag, or that others of their kind end.
_SELF_ENDING: Final = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta"}
    | {"option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track"}
    | {"wbr"}
)
_TAG: Final = re.compile(r"<(/?)([A-Za-z][^\s/>]*)[^>]*>?|<!--|<[!?][^>]*>?")


def text_of(html: str, *, with_attributes: bool = False) -> str:
    """What is shown of `html`, a line for each block.

    `with_attributes` adds what alt and title say, which can be searched for.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - few processes read HTML

    if "<" not in html:
        html = f"<p>{html}"
    if _is_deep(html[:MAX_HTML]):
        return _flat(html[:MAX_HTML])
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


def _is_deep(html: str) -> bool:
    """Whether elements may be inside each other so deep that a parser takes long for each.

    At every tag an HTML parser goes through all elements that are open.
    """
    if html.count("<") <= MAX_DEPTH:
        return False
    inside, depth = Counter[str](), 0
    for match in _TAG.finditer(html):
        name = (match[2] or "!").lower()
        if name in _SELF_ENDING or name[0] == "!":
            continue
        if not match[1]:
            inside[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif inside[name]:
            inside[name] -= 1
            depth -= 1
    return False


def _flat(html: str) -> str:
    """What stands between the tags, in one pass."""
    texts: list[str] = []
    at, unseen = 0, ""
    while (match := _TAG.search(html, at)) is not None:
        name = (match[2] or "").lower()
        if not unseen:
            texts += [html[at : match.start()], "\n" if _BREAK.match(match[0]) else ""]
        if match[0] == "<!--":
            end = html.find("-->", match.end())
            at = len(html) if end < 0 else end + 3
            continue
        at = match.end()
        if name and name == unseen and match[1]:
            unseen = ""
        elif name in _UNSEEN and not unseen and not match[1]:
            unseen = name
    texts.append("" if unseen else html[at:])
    return unescape("".join(texts))
