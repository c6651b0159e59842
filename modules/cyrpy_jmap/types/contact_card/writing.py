"""Writing cards: the vCard that is stored is edited, so that what no Card says stays in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import orjson

from cyrpy.data import cards
from cyrpy.data.cards import CardRow
from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscontact import to_vcard
from cyrpy.formats.jscontact.versions import upgraded
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.values import V3
from cyrpy.groupware import cards as groupware
from cyrpy.groupware.cards import Prepared, Refused, prepare
from cyrpy.groupware.cards.rendering import as_jscontact, utc
from cyrpy.groupware.contacts import AddressBookView
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.contact_card.media import with_uris
from cyrpy_jmap.types.contact_card.model import FLAGGED, IMPORTANCE, card_of

# Of new cards: what every CardDAV client reads, Apple's too, and RFC 6352 §5.1 asks of all. What
# 3.0 has no words for is said by JSPROP, so that nothing is lost.
NEW_VERSION: Final = V3
MARKS: Final[Mapping[str, str]] = {FLAGGED: "is_flagged", IMPORTANCE: "importance"}


@contextmanager
def set_errors() -> Iterator[None]:
    """What keeps a card from being stored, as a SetError (RFC 8620 §5.3)."""
    try:
        yield
    except Refused as exc:
        if exc.precondition == "max-resource-size":
            raise SetError("tooLarge", str(exc)) from exc
        raise SetError("invalidProperties", str(exc), []) from exc
    except FormatError as exc:
        raise SetError("invalidProperties", str(exc), []) from exc


def edited(call: Call, record: Json, octets: bytes | None) -> Prepared:
    """The vCard of a record, made of the stored one where there is one.

    Raises:
        SetError: it cannot be stored.
    """
    old: Component | None = None if octets is None else parse(octets)
    card = upgraded(card_of(record))
    with set_errors():
        card = with_uris(call, card, {} if old is None else as_jscontact(old))
        return prepare(to_vcard.apply(old, card, NEW_VERSION if old is None else None))


def new_uid() -> str:
    """A UID for a card whose client has none."""
    return f"urn:uuid:{uuid.uuid4()}"


def create(call: Call, view: AddressBookView, record: Json, octets: bytes | None = None) -> CardRow:
    """A new card in an address book, of a record that is checked.

    Raises:
        SetError: it cannot be stored.
        NotAllowed, UidConflict: as `groupware.cards.put`.
    """
    prepared = edited(call, record, octets)
    uri = groupware.free_name(call.unit, view, prepared)
    row = groupware.put(call.unit, view, uri, prepared)
    return _marked(call, view, row, record, {})


def update(
    call: Call, view: AddressBookView, row: CardRow, current: Json, patched: Json
) -> CardRow:
    """Change what a card says.

    Raises:
        SetError: it cannot be stored.
        NotAllowed: the user may not.
    """
    before, after = card_of(current), card_of(patched)
    if before != after:
        if before.get("updated") == after.get("updated"):
            after.pop("updated", None)
            if row.updated is not None:
                after["updated"] = utc(call.unit.now).decode()
        if row.created is None and before.get("created") == after.get("created"):
            after.pop("created", None)  # it is when the card was stored: nothing that it says
        octets = cards.vcards(call.unit, row.account_id, [row.id])[row.id]
        row = groupware.put(call.unit, view, row.uri, edited(call, after, octets), row)
    return _marked(call, view, row, patched, current)


def _marked(call: Call, view: AddressBookView, row: CardRow, record: Json, before: Json) -> CardRow:
    changed = {
        column: float(record[name])
        for name, column in MARKS.items()
        if name in record and record[name] != before.get(name, 0)
    }
    if FLAGGED in record and "is_flagged" in changed:
        changed["is_flagged"] = int(record[FLAGGED])
    return groupware.mark(call.unit, view, row, changed) if changed else row


def told(made: Mapping[str, Any], asked: Mapping[str, Any]) -> Json:
    """What a card became otherwise than the client asked."""
    return {name: value for name, value in made.items() if asked.get(name) != value}


def as_value(octets: bytes) -> Json:
    """A stored record as a value."""
    value: Json = orjson.loads(octets)
    return value
