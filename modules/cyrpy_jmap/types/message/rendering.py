"""Messages as the drafts had them: whole texts instead of lists of parts, and what is attached."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from cyrpy.formats.mime import html, partid, pictures, transfer, values, words
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.structure import BodyPart
from cyrpy_jmap.invocation import Json

ATTACHED: Final = frozenset({"message/rfc822", "message/global"})
MAX_ATTACHED: Final = 5  # messages within messages
HTML: Final = "text/html"
LOOKED_AT: Final = 256 * 1024  # octets of a picture, in which its size must stand
# Properties for which the octets of a message are needed.
OF_OCTETS: Final = frozenset({"headers", "text", "html", "files", "attachedMessages"})
_OF_ATTACHED: Final = ("from", "to", "cc", "bcc", "replyTo", "subject")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CID: Final = re.compile(r"\bcid:([^\s\"'<>)]+)", re.IGNORECASE)


class Place(NamedTuple):
    """Where a message stands: in which stored one, from which octet on; and how deep."""

    digest: bytes
    start: int = 0
    depth: int = 0


def of_octets(message: Message, wanted: Collection[str], place: Place) -> Json:
    """Those of the properties of OF_OCTETS that are wanted."""
    made: Json = {}
    if "headers" in wanted:
        made["headers"] = [
            {
                "name": field.name.decode("ascii"),
                "value": words.text(message.octets[field.start : field.end]),
            }
            for field in message.root.fields
        ]
    if "text" in wanted:
        made["text"] = text_of(message)
    if "html" in wanted:
        made["html"] = html_of(message)
    if "files" in wanted:
        made["files"] = files_of(message, place) or None
    if "attachedMessages" in wanted:
        made["attachedMessages"] = dict(_attached(message, place)) or None
    return made


def text_of(message: Message) -> str:
    """All text for people, HTML among it as one reads it."""
    pieces: list[str] = []
    for part in message.body.text:
        if part.type == HTML:
            plain = html.text_of(_decoded(message, part))
            pieces.append(_BLANK_LINES.sub("\n\n", plain).strip())
        elif part.type.startswith("text/"):
            pieces.append(_decoded(message, part))
    return "\n".join(pieces)


def html_of(message: Message) -> str | None:
    """All HTML, with plain text between; None if there is no HTML at all."""
    parts = [part for part in message.body.html if part.type.startswith("text/")]
    if not any(part.type == HTML for part in parts):
        return None
    texts = [(part.type == HTML, _decoded(message, part)) for part in parts]
    return "\n".join(t if is_html else f"<pre>{markup.escape(t)}</pre>" for is_html, t in texts)


def files_of(message: Message, place: Place) -> list[Json]:
    """What is attached, or stands between the texts and is none itself."""
    body = message.body
    shown = [p for p in [*body.text, *body.html] if not p.type.startswith("text/")]
    parts = {id(part): part for part in [*shown, *body.attachments]}
    named = any(part.json["cid"] for part in parts.values())
    used = set(_CID.findall(html_of(message) or "")) if named else set()
    return [_file(message, part, place, used) for part in parts.values()]


def _file(message: Message, part: BodyPart, place: Place, used: Collection[str]) -> Json:
    cid = part.json["cid"]
    return {
        "blobId": _blob_id(part, place),
        "type": part.json["type"],
        "name": part.json["name"],
        "size": part.json["size"],
        "cid": cid,
        "isInline": cid is not None and (cid in used or cid.replace("@", "%40") in used),
        **_dimensions(message, part),
    }


def _dimensions(message: Message, part: BodyPart) -> Json:
    """How large a picture is, in pixels."""
    found = None
    if part.type.startswith("image/"):
        head = message.octets[part.part.body : min(part.part.end, part.part.body + LOOKED_AT)]
        found = pictures.dimensions(transfer.decode(head, part.letter))
    width, height = found or (None, None)
    return {"width": width, "height": height}


def _blob_id(part: BodyPart, place: Place) -> str:
    """The id of a part, as a range of the stored message."""
    start = place.start
    return partid.write(place.digest, start + part.part.body, start + part.part.end, part.letter)


def _attached(message: Message, place: Place) -> Iterator[tuple[str, Json]]:
    """The messages in a message, by the ids of their blobs."""
    if place.depth >= MAX_ATTACHED:
        return
    for part in message.body.attachments:
        if part.type in ATTACHED:
            content = message.octets[part.part.body : part.part.end]
            inner = Message(transfer.decode(content, part.letter), b"")
            inside = Place(place.digest, place.start + part.part.body, place.depth + 1)
            yield _blob_id(part, place), _of_attached(inner, inside)


def _of_attached(message: Message, place: Place) -> Json:
    made: dict[str, Any] = {name: message.convenience[name] for name in _OF_ATTACHED}
    made["date"] = message.convenience["sentAt"]
    return made | of_octets(message, OF_OCTETS, place)


def _decoded(message: Message, part: BodyPart) -> str:
    content = message.octets[part.part.body : part.part.end]
    return values.decoded(content, part.letter, part.json["charset"]).text
