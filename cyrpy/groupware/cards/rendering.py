"""Cards as JSContact: made when they are stored, so that JMAP only joins octets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from cyrpy.data import cards
from cyrpy.data.cards import CardRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscontact import from_vcard
from cyrpy.formats.jscontact.versions import CURRENT
from cyrpy.formats.vcard.parse import parse
from cyrpy.groupware.cards.media import with_blob_ids

VERSION: Final = 2  # moves when the conversion does; what an older one made is made anew when read


def as_jscontact(card: Component) -> dict[str, Any]:
    """What a vCard says; of one that is more than can be converted, whose it is."""
    try:
        return from_vcard.card(card)
    except FormatError:
        name = {"full": (card.text("FN") or "")[:1000]}
        uid = (card.text("UID") or "").strip()
        return {"@type": "Card", "version": CURRENT, "uid": uid, "name": name}


def render(card: Component) -> bytes:
    """JSON of a card, with blob ids for what is inside of it."""
    return orjson.dumps(with_blob_ids(as_jscontact(card))[0])


def completed(json: bytes, row: CardRow) -> bytes:
    """The JSON of a card, with when it was stored where it does not say when it was made."""
    when = b""
    if row.created is None:
        when += b'"created":"%b",' % utc(row.created_at)
    if row.updated is None:
        when += b'"updated":"%b",' % utc(row.updated_at)
    return b"{" + when + json[1:] if when else json


@lru_cache(maxsize=4096)
def utc(moment: int) -> bytes:
    """Unix seconds as a UTCDateTime."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)).encode()


def rendered(unit: Unit, account_id: int, ids: Sequence[int]) -> dict[int, bytes]:
    """The JSON of cards by their numbers.

    For more than TEXTS of them (`cyrpy.data.cards`), ask for one lot after another.
    """
    rows = unit.all(cards.RENDERINGS, account_id=account_id, ids=list(ids))
    found = {number: json for number, version, json in rows if version == VERSION and json}
    stale = [number for number, _, _ in rows if number not in found]
    return found | made_anew(unit, account_id, stale)


def made_anew(unit: Unit, account_id: int, stale: Sequence[int]) -> dict[int, bytes]:
    """The JSON of cards that an older version made."""
    if not stale:
        return {}
    octets = cards.vcards(unit, account_id, stale)
    rows = cards.by_ids(unit, account_id, stale)
    return {n: completed(render(parse(octets[n])), row) for n, row in rows.items()}
