"""Emails as JSON: stored octets where they will do, else read from the message (RFC 8621 §4.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, NamedTuple

import orjson

from cyrpy.data import ids, mail_threads, mailboxes
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import MessageRow
from cyrpy.formats.mime import values
from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.structure import BodyPart
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.stored import Stored
from cyrpy_jmap.types.email.model import LISTS, PART_PROPERTIES, BodyArguments

_DEFAULT_PARTS: Final = frozenset(PART_PROPERTIES)


def utc_date(seconds: int) -> str:
    """A UTCDate (RFC 8620 §1.4)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Seen(NamedTuple):
    """What of a message is not the same for everybody."""

    mailbox_ids: Collection[int]
    keywords: Collection[str]


def metadata(row: MessageRow, seen: Seen) -> Json:
    """The properties that are not made of the message itself (§4.1.1)."""
    return {
        "id": row.wire_id,
        "blobId": PREFIX + row.digest.hex(),
        "threadId": ids.encode(mail_threads.LETTER, row.thread_id),
        "mailboxIds": {ids.encode(mailboxes.LETTER, n): True for n in sorted(seen.mailbox_ids)},
        "keywords": dict.fromkeys(sorted(seen.keywords), True),
        "size": row.size,
        "receivedAt": utc_date(row.received_at),
        "bodyValues": {},
    }


def stored(row: MessageRow, seen: Seen, *, with_structure: bool) -> Stored:
    """All that is kept of a message, joined: nothing of it is decoded."""
    pieces = [orjson.dumps(metadata(row, seen))[:-1], b",", row.properties[1:-1]]
    if with_structure:
        pieces += (b',"bodyStructure":', row.structure)
    return Stored(row.wire_id, b"".join([*pieces, b"}"]))


class Wanted:
    """Which properties are to be given, and what it takes to know them."""

    def __init__(self, properties: frozenset[str], body: BodyArguments) -> None:
        self.properties = properties
        self.body = body
        self.headers = {
            name: wanted for name in properties if (wanted := parse_property(name)) is not None
        }
        given = body.body_properties
        self.parts = None if given is None else frozenset(given)

    @cached_property
    def needs_message(self) -> bool:
        """Whether what is stored beside the message is not enough."""
        fetches = (
            self.body.fetch_text_body_values
            or self.body.fetch_html_body_values
            or self.body.fetch_all_body_values
        )
        own_parts = self.parts is not None and self.parts != _DEFAULT_PARTS
        lists = not self.properties.isdisjoint({"bodyStructure", *LISTS})
        return (
            bool(self.headers)
            or "headers" in self.properties
            or (fetches and "bodyValues" in self.properties)
            or (own_parts and lists)
        )

    def of_message(self, message: Message) -> Json:
        """The properties that are made of the message, those that were asked for at least."""
        body = message.body
        value: Json = dict(message.convenience)
        value["hasAttachment"] = body.has_attachment
        value["preview"] = message.preview
        lists: Mapping[str, list[BodyPart]] = dict(
            zip(LISTS, (body.text, body.html, body.attachments), strict=True)
        )
        for name, parts in lists.items():
            value[name] = [self._part(message, part, deep=False) for part in parts]
        if "bodyStructure" in self.properties:
            value["bodyStructure"] = self._part(message, body.root, deep=True)
        if "headers" in self.properties:
            value["headers"] = message.headers()
        for name, wanted in self.headers.items():
            value[name] = message.header(wanted)
        value["bodyValues"] = self._values(message)
        return value

    def _part(self, message: Message, part: BodyPart, *, deep: bool) -> Json:
        wanted = _DEFAULT_PARTS if self.parts is None else self.parts
        value: Json = {name: part.json[name] for name in part.json if name in wanted}
        if "headers" in wanted:
            value["headers"] = message.headers(part.part)
        for name in wanted:
            property = parse_property(name)
            if property is not None:
                value[name] = message.header(property, part.part)
        if deep and part.subparts is not None:
            value["subParts"] = [self._part(message, below, deep=True) for below in part.subparts]
        elif "subParts" in wanted:
            value["subParts"] = None
        return value

    def _values(self, message: Message) -> Json:
        """The texts that were asked for (§4.2)."""
        body, args = message.body, self.body
        wanted: list[BodyPart] = []
        if args.fetch_text_body_values:
            wanted += body.text
        if args.fetch_html_body_values:
            wanted += body.html
        if args.fetch_all_body_values:
            wanted += body.leaves
        return {
            part.json["partId"]: self._value(message, part)
            for part in wanted
            if part.type.startswith("text/")
        }

    def _value(self, message: Message, part: BodyPart) -> Json:
        content = message.octets[part.part.body : part.part.end]
        limit = self.body.max_body_value_bytes
        return values.body_value(content, part.json, part.letter, limit)


def cut(value: Json, properties: Iterable[str]) -> Json:
    """Only what was asked for."""
    wanted = frozenset(properties)
    return {name: one for name, one in value.items() if name in wanted}
