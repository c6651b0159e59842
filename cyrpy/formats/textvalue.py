"""TEXT values and structured values of iCalendar and vCard (RFC 5545 §3.3.11, RFC 6350 §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_UNESCAPED = {"n": "\n", "N": "\n", "\\": "\\", ";": ";", ",": ",", ":": ":", '"': '"'}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FIELD = {
    ";": re.compile(r"(?:[^\\;]|\\.)*+\\?", re.DOTALL),
    ",": re.compile(r"(?:[^\\,]|\\.)*+\\?", re.DOTALL),
}


def escape(text: str) -> str:
    """`text` as a TEXT value: backslash, semicolon, comma and line ends escaped."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    if "\r" in escaped:
        escaped = escaped.replace("\r\n", "\\n").replace("\r", "\\n")
    return escaped.replace("\n", "\\n")


def unescape(value: str) -> str:
    r"""The text that a TEXT value stands for.

    `\:` and `\"`, which old Outlook and Apple versions write, lose their backslash too; before
    anything else a backslash is a character like any other (`C:\temp` from clients that forget
    to escape).
    """
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda m: _UNESCAPED.get(m[1], m[0]), value)


def split(value: str, separator: str = ",") -> list[str]:
    """The still escaped parts of `value` between separators (`,` or `;`) that are not escaped."""
    if "\\" not in value:
        return value.split(separator)
    field = _FIELD[separator].match
    parts = []
    at = 0
    while True:
        found = field(value, at)
        end = found.end() if found else len(value)
        parts.append(value[at:end])
        if end >= len(value):
            return parts
        at = end + 1


def unescape_list(value: str) -> list[str]:
    """The texts of a comma-separated list (CATEGORIES, RESOURCES, NICKNAME)."""
    return [unescape(part) for part in split(value)]


def escape_list(texts: Iterable[str]) -> str:
    """The inverse of `unescape_list`."""
    return ",".join(escape(text) for text in texts)


def unescape_structured(value: str) -> list[list[str]]:
    """The components of a structured value (N, ADR, ORG, REQUEST-STATUS), each a list of texts.

    A component that is empty is an empty list.
    """
    return [unescape_list(part) if part else [] for part in split(value, ";")]


def escape_structured(components: Iterable[Sequence[str]]) -> str:
    """The inverse of `unescape_structured`."""
    return ";".join(escape_list(texts) for texts in components)
