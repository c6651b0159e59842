"""Messages in full-text search, with a mark for each filter of Email/query (RFC 8621 §4.4.1)."""

from __future__ import annotations

from typing import Final

from cyrpy.data import search
from cyrpy.data.search import Document, Field
from cyrpy.data.unit import Unit
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.searchable import searchable

INDEX_KIND: Final = "m"
FROM: Final = "f"
TO: Final = "t"
CC: Final = "c"
BCC: Final = "b"
SUBJECT: Final = "s"
ATTACHMENTS: Final = "a"  # names of files
BODY: Final = "x"


def document_of(message: Message) -> Document:
    """What a message is to be found by."""
    found = searchable(message)
    return Document.of(
        INDEX_KIND,
        [
            Field(FROM, [found.from_]),
            Field(TO, [found.to]),
            Field(CC, [found.cc]),
            Field(BCC, [found.bcc]),
            Field(SUBJECT, [found.subject]),
            Field(ATTACHMENTS, [found.attachments]),
            Field(BODY, [found.body], is_large=True),
        ],
    )


def put(unit: Unit, account_id: int, number: int, document: Document) -> None:
    """Have a new message found."""
    search.put(unit, account_id, number, document)


def remove(unit: Unit, account_id: int, number: int) -> None:
    """Have a message found no more."""
    search.remove(unit, account_id, number)
