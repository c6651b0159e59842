"""What a message can be found by: its addresses, its subject, its text, its files (RFC 8621)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from cyrpy.formats.mime import html, transfer, values
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.structure import BodyPart

MAX_TEXT: Final = 4 * 1024 * 1024  # characters of text of one message
MAX_ATTACHED: Final = 5  # messages within messages
_ATTACHED: Final = frozenset({"message/rfc822", "message/global"})
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})


class Searchable(NamedTuple):
    """Text of a message, by the fields that filters name (§4.4.1)."""

    from_: str
    to: str
    cc: str
    bcc: str
    subject: str
    body: str
    attachments: str  # names of files


def searchable(message: Message) -> Searchable:
    """All that can be searched for in a message, with the messages that are attached to it."""
    convenience = message.convenience
    texts: list[str] = []
    names: list[str] = []
    room = MAX_TEXT
    for text, name in _contents(message, MAX_ATTACHED):
        if name:
            names.append(name)
        if text and room > 0:
            texts.append(text[:room])
            room -= len(text)
    return Searchable(
        _people(convenience["from"]),
        _people(convenience["to"]),
        _people(convenience["cc"]),
        _people(convenience["bcc"]),
        convenience["subject"] or "",
        "\n".join(texts),
        "\n".join(names),
    )


def readable(message: Message) -> Iterator[str]:
    """The texts of a message as people read them, those of attached messages last."""
    texts = _contents(message, MAX_ATTACHED, with_attributes=False)
    yield from (text for text, _ in texts if text)


def _people(addresses: list[dict[str, str | None]] | None) -> str:
    return "\n".join(f"{a['name'] or ''} {a['email'] or ''}".strip() for a in addresses or ())


def _contents(
    message: Message, depth: int, *, with_attributes: bool = True
) -> Iterator[tuple[str, str | None]]:
    """Text and name of each part; of an alternative, both forms."""
    for part in message.body.leaves:
        name = part.json["name"]
        if part.type in _ATTACHED and depth > 0:
            yield "", name
            yield from _attached(message, part, depth, with_attributes)
        elif part.type.startswith("text/") or part.type in _HTML:
            yield _text_of(message, part, with_attributes), name
        elif name:
            yield "", name


def _attached(
    message: Message, part: BodyPart, depth: int, with_attributes: bool
) -> Iterator[tuple[str, str | None]]:
    content = message.octets[part.part.body : part.part.end]
    inner = Message(transfer.decode(content, part.letter), b"")
    convenience = inner.convenience
    people = [_people(convenience[field]) for field in ("from", "to", "cc")]
    yield "\n".join([convenience["subject"] or "", *people]), None
    yield from _contents(inner, depth - 1, with_attributes=with_attributes)


def _text_of(message: Message, part: BodyPart, with_attributes: bool) -> str:
    end = min(part.part.end, part.part.body + 4 * MAX_TEXT)
    content = message.octets[part.part.body : end]
    text = values.decoded(content, part.letter, part.json["charset"]).text
    return html.text_of(text, with_attributes=with_attributes) if part.type in _HTML else text
