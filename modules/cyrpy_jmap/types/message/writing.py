"""From a Message that a client wants created to the Email that says the same (RFC 8621 §4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from cyrpy.data.messages import MessageRow
from cyrpy.formats.mime import html
from cyrpy.formats.mime.headers import parse_property
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json

REPLY: Final = "inReplyToMessageId"
MAX_REFERENCES: Final = 100
_ALIKE: Final = ("sender", "from", "to", "cc", "bcc", "replyTo", "subject")
# Header field -> the property that has its say instead of `headers`.
_FIELDS: Final[Mapping[str, str]] = {
    **{name: name for name in _ALIKE},
    "reply-to": "replyTo",
    "date": "date",
    "in-reply-to": REPLY,
    "references": REPLY,
}
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def email_of(record: Json, parent: Json | None) -> Json:
    """The Email object; `parent` has the ids of the message that it answers."""
    email: Json = {name: record[name] for name in _ALIKE if record.get(name) is not None}
    email |= dict(_headers(record))
    if record.get("date") is not None:
        email["sentAt"] = record["date"]
    if parent is not None:
        email |= parent
    return email | _bodies(record) | _files(record)


def _headers(record: Json) -> Iterator[tuple[str, Any]]:
    """Fields of the header that nothing else says."""
    for name, value in (record.get("headers") or {}).items():
        if record.get(_FIELDS.get(name.lower(), "")) is not None:
            continue
        as_text = f"header:{name}:asText:all"
        if parse_property(as_text) is not None:
            yield as_text, value.split("\n")
        else:
            yield f"header:{name}:all", [f" {one.strip()}" for one in value.split("\n")]


def _bodies(record: Json) -> Json:
    """Both texts; of HTML alone, the other one is made."""
    text, rich = record.get("text"), record.get("html")
    if text is None and rich is not None:
        text = _BLANK_LINES.sub("\n\n", html.text_of(rich)).strip()
    found = {"text": text, "html": rich}
    given = {name: value for name, value in found.items() if value is not None}
    return {
        "bodyValues": {name: {"value": value} for name, value in given.items()},
        **{f"{name}Body": [{"partId": name, "type": _TYPES[name]}] for name in given},
    }


_TYPES: Final = {"text": "text/plain", "html": "text/html"}


def _files(record: Json) -> Json:
    files = record.get("files")
    if not files:
        return {}
    return {"attachments": [_file(one) for one in files]}


def _file(file: Json) -> Json:
    part = {name: file[name] for name in ("blobId", "type", "name", "cid") if file.get(name)}
    return part | {"disposition": "inline" if file.get("isInline") else "attachment"}


def reply_to(row: MessageRow | None) -> Json:
    """What says that a message answers another one: In-Reply-To and References.

    Raises:
        SetError: `inReplyToNotFound`.
    """
    if row is None:
        raise SetError("inReplyToNotFound", "the message to answer is not there", [REPLY])
    value: Json = orjson.loads(row.properties)
    own = value["messageId"] or []
    if not own:
        return {}
    before = value["references"] or value["inReplyTo"] or ()
    references = list(dict.fromkeys([*before, *own]))[-MAX_REFERENCES:]
    return {"inReplyTo": own[:1], "references": references}
