"""What a message of the corpus is shown as; `python -m tests.unit.formats.mime_shown` rewrites it.

Read every difference before it is kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cyrpy.formats.mime import values
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.structure import BodyPart

CORPUS = Path(__file__).parents[2] / "corpus" / "mime"


def shown(octets: bytes) -> dict[str, Any]:
    """Everything of a message that can be read by eye."""
    message = Message(octets, b"\0" * 32)
    body = message.body
    header = {name: value for name, value in message.convenience.items() if value is not None}
    return {
        **header,
        "preview": message.preview,
        "hasAttachment": body.has_attachment,
        "structure": _tree(body.root),
        "textBody": [part.json["partId"] for part in body.text],
        "htmlBody": [part.json["partId"] for part in body.html],
        "attachments": [part.json["partId"] for part in body.attachments],
        "values": {p.json["partId"]: _value(octets, p) for p in body.leaves if "text/" in p.type},
    }


def _tree(part: BodyPart) -> Any:
    known = {
        name: value
        for name, value in part.json.items()
        if value is not None and name not in {"blobId", "type", "partId"}
    }
    if part.subparts is not None:
        return {part.type: [_tree(below) for below in part.subparts]}
    return {f"{part.json['partId']} {part.type}": known}


def _value(octets: bytes, part: BodyPart) -> Any:
    content = octets[part.part.body : part.part.end]
    found = values.body_value(content, part.json, part.letter)
    problem = " (encoding problem)" if found["isEncodingProblem"] else ""
    return found["value"] + problem


if __name__ == "__main__":
    for path in sorted(CORPUS.glob("*.eml")):
        text = json.dumps(shown(path.read_bytes()), indent=1, ensure_ascii=False)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
