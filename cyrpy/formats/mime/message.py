"""A message as JMAP shows it: what is read once, at its arrival, and kept (RFC 8621 §4.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.formats.mime import headers, preview, threads
from cyrpy.formats.mime.headers import HeaderProperty, parse_property
from cyrpy.formats.mime.part import Part
from cyrpy.formats.mime.split import split
from cyrpy.formats.mime.structure import Body, BodyPart, body_of

# The convenience properties and the header properties that they are identical to (§4.1.3).
CONVENIENCE: Final[Mapping[str, str]] = {
    "messageId": "header:Message-ID:asMessageIds",
    "inReplyTo": "header:In-Reply-To:asMessageIds",
    "references": "header:References:asMessageIds",
    "sender": "header:Sender:asAddresses",
    "from": "header:From:asAddresses",
    "to": "header:To:asAddresses",
    "cc": "header:Cc:asAddresses",
    "bcc": "header:Bcc:asAddresses",
    "replyTo": "header:Reply-To:asAddresses",
    "subject": "header:Subject:asText",
    "sentAt": "header:Date:asDate",
}
_BY_NAME: Final = {
    found.name: (property, found)
    for property, header in CONVENIENCE.items()
    if (found := parse_property(header)) is not None
}
# Written out, as most messages have few of them.
_ABSENT: Final = dict.fromkeys(CONVENIENCE)
RENDERING: Final = 1  # moves when what is kept of a message is made otherwise
MAX_KEY: Final = 100  # characters of a sort key


class SortKeys(NamedTuple):
    """What messages are sorted by (§4.4.2), bounded and without regard to case."""

    from_: str
    to: str
    subject: str


class Message:
    """One message, read as far as is asked."""

    def __init__(self, octets: bytes, digest: bytes | None = None) -> None:
        self.octets = octets
        self.digest = hashlib.sha256(octets).digest() if digest is None else digest
        self.root: Part = split(octets)

    @cached_property
    def body(self) -> Body:
        """Its parts, as JMAP has them."""
        return body_of(self.octets, self.root, self.digest)

    @cached_property
    def convenience(self) -> dict[str, Any]:
        """The properties that are made of header fields."""
        values: dict[str, Any] = dict(_ABSENT)
        for field in self.root.fields:
            known = _BY_NAME.get(field.name.lower())
            if known is not None:
                property, wanted = known
                values[property] = headers.FORMS[wanted.form](self.octets[field.start : field.end])
        return values

    @cached_property
    def preview(self) -> str:
        """Its first words."""
        return preview.preview_of(self.octets, self.body)

    def header(self, wanted: HeaderProperty, part: Part | None = None) -> Any:  # noqa: ANN401 - JSON
        """The value of a property `header:…` of the message, or of one of its parts."""
        fields = (self.root if part is None else part).fields
        return headers.value_of(self.octets, fields, wanted)

    def headers(self, part: Part | None = None) -> list[dict[str, str]]:
        """The property `headers` of the message, or of one of its parts."""
        return headers.listed(self.octets, (self.root if part is None else part).fields)

    @property
    def sent_at(self) -> datetime | None:
        """The moment of its Date field."""
        text = self.convenience["sentAt"]
        return None if text is None else datetime.fromisoformat(text)

    @cached_property
    def thread_keys(self) -> list[int]:
        """What its conversation is found by."""
        values = self.convenience
        ids = [
            *(values["messageId"] or ()),
            *(values["inReplyTo"] or ()),
            *(values["references"] or ()),
        ]
        return threads.keys_of(ids, values["subject"])

    @property
    def sort_keys(self) -> SortKeys:
        """What it is sorted by."""
        values = self.convenience
        subject = threads.base_subject(values["subject"])
        return SortKeys(_key(_shown(values["from"])), _key(_shown(values["to"])), _key(subject))

    def rendered(self) -> bytes:
        """JSON of all properties that never change and are given by default (§4.2)."""
        body = self.body
        return orjson.dumps(
            self.convenience
            | {
                "hasAttachment": body.has_attachment,
                "preview": self.preview,
                "textBody": [part.json for part in body.text],
                "htmlBody": [part.json for part in body.html],
                "attachments": [part.json for part in body.attachments],
            }
        )

    def structure(self) -> bytes:
        """JSON of the property `bodyStructure` with the properties of parts given by default."""
        return orjson.dumps(tree_of(self.body.root))


def tree_of(part: BodyPart) -> dict[str, Any]:
    """A part's JSON with its sub-parts."""
    if part.subparts is None:
        return part.json
    return part.json | {"subParts": [tree_of(below) for below in part.subparts]}


def _shown(addresses: list[dict[str, str | None]] | None) -> str:
    first = addresses[0] if addresses else {}
    return first.get("name") or first.get("email") or ""


def _key(text: str) -> str:
    return text.casefold().replace("\x00", "")[:MAX_KEY]
