"""What an Email is: its properties, and the checks of one that is to be created (RFC 8621 §4)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import CONVENIENCE
from cyrpy_jmap.methods.get import GetArguments
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, ServerSet, UnsignedInt, UTCDate

PART_PROPERTIES: Final = (
    "partId",
    "blobId",
    "size",
    "name",
    "type",
    "charset",
    "disposition",
    "cid",
    "language",
    "location",
)
METADATA: Final = ("id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt")
LISTS: Final = ("textBody", "htmlBody", "attachments")
DERIVED: Final = ("hasAttachment", "preview", "bodyValues", *LISTS)
DEFAULT: Final = frozenset((*METADATA, *CONVENIENCE, *DERIVED))  # of /get (§4.2)
PARSE_DEFAULT: Final = frozenset((*CONVENIENCE, *DERIVED))  # of /parse (§4.9)
KNOWN: Final = DEFAULT | {"headers", "bodyStructure"}
PARTS_KNOWN: Final = frozenset((*PART_PROPERTIES, "headers", "subParts"))


def is_property(name: str) -> bool:
    """Whether emails have it."""
    return name in KNOWN or parse_property(name) is not None


def is_part_property(name: str) -> bool:
    """Whether parts of bodies have it."""
    return name in PARTS_KNOWN or parse_property(name) is not None


class BodyArguments(JmapModel):
    """Which bodies are wanted, and how much of them (§4.2)."""

    body_properties: list[str] | None = None
    fetch_text_body_values: bool = False
    fetch_html_body_values: bool = Field(False, alias="fetchHTMLBodyValues")
    fetch_all_body_values: bool = False
    max_body_value_bytes: UnsignedInt = 0


class EmailGetArguments(GetArguments, BodyArguments):
    """The arguments of Email/get."""


class EmailBodyPart(JmapModel):
    """A part that is to be created; `header:…` beside what is here."""

    model_config = ConfigDict(extra="allow")

    part_id: str | None = None
    blob_id: str | None = None
    size: UnsignedInt | None = None
    name: str | None = None
    type: str | None = None
    charset: str | None = None
    disposition: str | None = None
    cid: str | None = None
    language: list[str] | None = None
    location: str | None = None
    sub_parts: list[EmailBodyPart] | None = None


class EmailBodyValue(JmapModel):
    """The text of a part that is to be created."""

    value: str
    is_encoding_problem: bool | None = False
    is_truncated: bool | None = False


Keywords = dict[str, Literal[True]]
MailboxIds = Annotated[dict[Id, Literal[True]], Field(min_length=1)]


class Email(JmapObject):
    """A message. What is made of its octets can only be set where it is created."""

    model_config = ConfigDict(extra="allow")
    dynamic: ClassVar[bool] = True

    blob_id: ServerSet[Id]
    thread_id: ServerSet[Id]
    size: ServerSet[UnsignedInt]
    has_attachment: ServerSet[bool]
    preview: ServerSet[str]
    mailbox_ids: MailboxIds
    keywords: Keywords = Field(default_factory=dict)


class NewEmail(JmapModel):
    """The shape of what an Email is created from, beside header fields."""

    model_config = ConfigDict(extra="allow")

    received_at: UTCDate | None = None
    body_structure: EmailBodyPart | None = None
    body_values: dict[str, EmailBodyValue] | None = None
    text_body: list[EmailBodyPart] | None = None
    html_body: list[EmailBodyPart] | None = None
    attachments: list[EmailBodyPart] | None = None


def unknown_in(value: dict[str, Any]) -> list[str]:
    """Properties of an Email to be created that there are not."""
    wrong = [name for name in value if not is_property(name)]
    for name in ("bodyStructure", *LISTS):
        parts = value.get(name)
        for part in parts if isinstance(parts, list) else [parts or {}]:
            wrong += [f"{name}/{one}" for one in _unknown_in_part(part)]
    return wrong


def _unknown_in_part(part: dict[str, Any]) -> list[str]:
    wrong = [name for name in part if not is_part_property(name)]
    for below in part.get("subParts") or ():
        wrong += _unknown_in_part(below)
    return wrong
