"""Cards between their rows and JSON: what is stored, with what JMAP adds put before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import orjson

from cyrpy.data import cards
from cyrpy.data.cards import LETTER, PAGE, ShownCard
from cyrpy.groupware.cards.rendering import VERSION, made_anew
from cyrpy.groupware.contacts import AddressBookView
from cyrpy_jmap.call import Call
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.stored import Stored
from cyrpy_jmap.types.contact_card.model import FLAGGED, HREF, IMPORTANCE

Books = Mapping[int, AddressBookView]
_ID: Final = re.compile(f"{LETTER}([1-9][0-9]{{0,17}})", re.ASCII)


def octets_of(call: Call, books: Mapping[int, str], numbers: Sequence[int]) -> list[Stored]:
    """Records as the octets that are stored, with what JMAP adds before them (RFC 9610 §3).

    `books` are the ids of the address books that the user sees, by number.
    """
    heads = {n: b'","addressBookIds":{"%b":true},' % id.encode() for n, id in books.items()}
    found: list[Stored] = []
    for start in range(0, len(numbers), PAGE):
        lot = numbers[start : start + PAGE]
        rows = call.unit.all(cards.JSON, account_id=call.account.id, ids=lot)
        stale = [n for n, _, version, json in rows if version != VERSION or json is None]
        if stale:
            made = made_anew(call.unit, call.account.id, stale)
            rows = [(n, book, 0, made.get(n, json)) for n, book, _, json in rows]
        found += [
            Stored(f"{LETTER}{n}", b'{"id":"K%d%b%b' % (n, heads[book], (json or b"{}")[1:]))
            for n, book, _, json in rows
            if book in heads
        ]
    return found


def rows_of(call: Call, books: Books, numbers: Sequence[int]) -> Iterator[ShownCard]:
    """The rows of those cards that are in these books."""
    for start in range(0, len(numbers), PAGE):
        found = cards.shown(call.unit, call.account.id, numbers[start : start + PAGE])
        yield from _fresh(call, [row for row in found if row.address_book_id in books])


def _fresh(call: Call, rows: list[ShownCard]) -> list[ShownCard]:
    """The rows, those that an older version rendered made anew."""
    stale = [row.id for row in rows if row.rendering != VERSION or row.jscontact is None]
    made = made_anew(call.unit, call.account.id, stale)
    return [row._replace(jscontact=made[row.id]) if row.id in made else row for row in rows]


def values(call: Call, rows: Iterable[ShownCard], books: Books) -> Iterator[Json]:
    """Records as values, with what the classic dialect shows beside the card."""
    for row in rows:
        view = books[row.address_book_id]
        value: Json = orjson.loads(row.jscontact or b"{}")
        yield value | {
            "id": f"{LETTER}{row.id}",
            "addressBookIds": {view.row.wire_id: True},
            HREF: f"{_href(call.account.name, view.row.uri)}/{quote(row.uri, safe='@')}",
            FLAGGED: bool(row.is_flagged),
            IMPORTANCE: row.importance,
        }


@lru_cache(maxsize=1024)
def _href(userid: str, uri: str) -> str:
    return f"/dav/addressbooks/user/{quote(userid, safe='@')}/{quote(uri, safe='@')}"


def members(row: ShownCard) -> list[str]:
    """The UIDs of the members of a group, in order."""
    return list(orjson.loads(row.jscontact or b"{}").get("members", ()))


def numbers_of(wanted: Iterable[str]) -> list[int]:
    """The numbers in ids, of those that are ids of cards."""
    return [int(match[1]) for id in wanted if (match := _ID.fullmatch(id)) is not None]
