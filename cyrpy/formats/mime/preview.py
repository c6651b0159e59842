"""Previews: the first words of a message that say something (RFC 8621 §4.1.4)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from cyrpy.formats.mime import html, values
from cyrpy.formats.mime.structure import Body, BodyPart

MAX_PREVIEW: Final = 256  # characters
LOOK_AT: Final = 16 * 1024  # octets of text; a preview is not worth more
ENOUGH: Final = 8 * 1024  # characters of text, in which quoted ones are passed over
LOOK_AT_HTML: Final = 128 * 1024  # of which much may be style

_SIGNATURE: Final = re.compile(r"^-- ?$", re.MULTILINE)
_QUOTED: Final = re.compile(r"^[ \t]*(?:>|\|).*$", re.MULTILINE)
_ATTRIBUTION: Final = re.compile(
    r"^[^\n]{3,200}\b(?:wrote|writes|schrieb|écrit|escribió|scrisse|skrev|napisał)\s*:?[ \t]*$",
    re.MULTILINE,
)
_RULES: Final = re.compile(r"[-_=*~#]{4,}")
# Drawn as nothing; senders fill previews with them.
_NOTHING: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\ufff9-\ufffb]+"
)


def preview_of(octets: bytes, body: Body) -> str:
    """At most MAX_PREVIEW characters of the first part that has any."""
    for part in body.text or body.html:
        if part.type.startswith("text/") and (text := _shortened(_text_of(octets, part))):
            return text
    return ""


def _text_of(octets: bytes, part: BodyPart) -> str:
    is_html = part.type == "text/html"
    end = min(part.part.end, part.part.body + (LOOK_AT_HTML if is_html else LOOK_AT))
    content = octets[part.part.body : end]
    text = values.decoded(content, part.letter, part.json["charset"]).text
    if end < part.part.end:
        text = text.rstrip(values.REPLACEMENT)
    if is_html:
        return html.text_of(text)
    own = _SIGNATURE.split(text[:ENOUGH], maxsplit=1)[0]
    if ">" not in own and "|" not in own:
        return own
    unquoted = _ATTRIBUTION.sub("", _QUOTED.sub("", own))
    return unquoted if unquoted.strip() else text


def _shortened(text: str) -> str:
    """On one line, without what is drawn as nothing, cut between characters.

    Of most texts the beginning is enough, and more is not looked at.
    """
    text = text.lstrip()
    line = _line(text[: 2 * MAX_PREVIEW])
    if len(line) <= MAX_PREVIEW and len(text) > 2 * MAX_PREVIEW:
        line = _line(text[: 16 * MAX_PREVIEW])
    return line if len(line) <= MAX_PREVIEW else line[: MAX_PREVIEW - 1].rstrip() + "…"


def _line(text: str) -> str:
    if not text.isascii():
        text = _NOTHING.sub(" ", text)
    line = " ".join(_RULES.sub(" ", text).split())[: 2 * MAX_PREVIEW]
    if not line.isprintable():
        line = "".join(c for c in line if unicodedata.category(c)[0] != "C")
    return line
