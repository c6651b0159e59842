"""Body values: the text of parts, decoded and perhaps cut off (RFC 8621 §4.1.4)."""

from __future__ import annotations

import re
from typing import Any, Final

from cyrpy.formats.mime import charsets, transfer

REPLACEMENT: Final = "\ufffd"
_BREAK: Final = re.compile(r"\r{0,2}\n|\r")


def body_value(
    octets: bytes, part: dict[str, Any], letter: str, max_octets: int = 0
) -> dict[str, Any]:
    """The EmailBodyValue of a text part; `octets` are its content as it stands in the message.

    `part` has the properties `type` and `charset`; `max_octets` bounds the value, 0 does not.
    """
    text, problem = decoded(octets, letter, part["charset"])
    value, is_truncated = truncated(text, max_octets, is_html=part["type"] == "text/html")
    problem = problem or letter == transfer.UNKNOWN
    return {"value": value, "isEncodingProblem": problem, "isTruncated": is_truncated}


def decoded(octets: bytes, letter: str, charset: str | None) -> charsets.Decoded:
    """Text with LF at the ends of lines, and whether something was not understood."""
    content = transfer.decode(octets, letter)
    # us-ascii is what a part without a charset has: then it is not what the sender said.
    given = None if charset is None or charset.lower() == "us-ascii" else charset
    found = charsets.decode(content, given)
    text = found.text.removeprefix("\ufeff")
    if "\r" in text:
        usual = text.count("\r") == text.count("\r\n")  # then there is a quicker way
        text = text.replace("\r\n", "\n") if usual else _BREAK.sub("\n", text)
    return charsets.Decoded(text.replace("\x00", ""), found.problem)


def truncated(text: str, max_octets: int, *, is_html: bool) -> tuple[str, bool]:
    """At most so many octets in UTF-8, not cut within a character or, in HTML, a tag."""
    if max_octets <= 0 or len(text) * 4 <= max_octets:
        return text, False
    octets = text.encode("utf-8", "replace")
    if len(octets) <= max_octets:
        return text, False
    cut = octets[:max_octets].decode("utf-8", "ignore")
    if is_html:
        opened = cut.rfind("<")
        if opened > cut.rfind(">"):
            cut = cut[:opened]
    return cut, True
