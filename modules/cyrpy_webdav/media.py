"""Media types of files: as the client says, or by the name; and which a browser may show."""

from __future__ import annotations

import re
from mimetypes import MimeTypes
from typing import Final

OCTET_STREAM: Final = "application/octet-stream"
MAX_TYPE: Final = 255  # characters
_WORD: Final = r"[A-Za-z0-9!#$&^_.+*'|~%`-]+"
_TYPE: Final = re.compile(rf"{_WORD}/{_WORD}(?:[ \t]*;[\x20-\x7e\t]*)?")
_KNOWN: Final = MimeTypes(filenames=())  # Python's own table: the same on every machine
# What shows itself without running anything; all else is offered to be saved.
_SHOWN: Final = re.compile(
    r"(?:image/(?!svg)[^;]+|audio/[^;]+|video/[^;]+|text/plain|application/pdf)(?:[ \t]*;.*)?",
    re.IGNORECASE,
)


def media_type(stated: str | None, name: str) -> str:
    """What the client says that it is; if it says nothing, what the name says."""
    text = (stated or "").strip()
    if len(text) > MAX_TYPE or not _TYPE.fullmatch(text) or text.lower() == OCTET_STREAM:
        return _KNOWN.guess_type(name, strict=False)[0] or OCTET_STREAM
    return text


def extension(type: str) -> str:
    """How the name of such a file ends; "" if nobody knows."""
    return _KNOWN.guess_extension(type.partition(";")[0].strip().lower(), strict=False) or ""


def is_shown(type: str) -> bool:
    """Whether a browser may show it in place."""
    return _SHOWN.fullmatch(type) is not None
