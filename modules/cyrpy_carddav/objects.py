"""Cards as resources: address object resources (RFC 6352 §5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cyrpy.data import cards
from cyrpy.data.cards import CardRow
from cyrpy.data.dav import Key
from cyrpy.dav.item import Content, Item
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV
from cyrpy.groupware import cards as use_cases
from cyrpy_carddav.forms import VCARD, accepted, converted, written

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy_carddav.tree import AddressBookCollection

LOT: Final = 4 << 20  # octets of vCards that are read at once


class Texts:
    """The vCards of some cards, read by lots when the first of a lot is asked for."""

    def __init__(self, rows: Sequence[CardRow], known: Mapping[int, bytes] | None = None) -> None:
        self._rows = rows
        self._places = {row.id: place for place, row in enumerate(rows)}
        self._known = dict(known or {})

    def of(self, row: CardRow, ctx: DavContext) -> bytes:
        """The octets of one of them."""
        if row.id not in self._known:
            lot = self._lot(self._places[row.id])
            self._known = cards.vcards(ctx.unit, row.account_id, lot)
        return self._known[row.id]

    def _lot(self, start: int) -> list[int]:
        numbers: list[int] = []
        size = 0
        for row in self._rows[start : start + cards.TEXTS]:
            size += row.size
            if numbers and size > LOT:
                break
            if row.id not in self._known:
                numbers.append(row.id)
        return numbers


class CardObject(Item):
    """A card, as its owner or a sharee sees it."""

    def __init__(self, book: AddressBookCollection, row: CardRow, texts: Texts) -> None:
        super().__init__(f"{book.url}{encode(row.uri)}", row.account_id)
        self.book = book
        self.row = row
        self._texts = texts

    def octets(self, ctx: DavContext) -> bytes:
        """The vCard as it was written last."""
        return self._texts.of(self.row, ctx)

    def content(self, ctx: DavContext) -> Content:
        """As it was written, or in the form that Accept asks for (RFC 6352 §5.1.1).

        The entity tag is that of the card in every form: clients name it when they write.

        Raises:
            DavError: 406 if there is no such form.
        """
        form = accepted(ctx.request.header(b"accept"), self.row.version)
        octets = self.octets(ctx)
        if not form.fits(self.row.version):
            octets = written(converted(octets, form, self.row.version), form)
        return Content(octets, form.content_type, varies=True)

    def held(self, ctx: DavContext) -> frozenset[str]:
        """As on its address book."""
        return self.book.held(ctx)

    def etag(self, ctx: DavContext) -> str:
        """Of the octets."""
        return f'"{self.row.etag}"'

    def last_modified(self, ctx: DavContext) -> int:
        """When its text last changed."""
        return self.row.updated_at

    def created(self, ctx: DavContext) -> int:
        """When it came to this server."""
        return self.row.created_at

    def size(self, ctx: DavContext) -> int:
        """Octets."""
        return self.row.size

    def content_type(self, ctx: DavContext) -> str:
        """Of what GET gives, if nothing else is asked for."""
        return f"{VCARD}; charset=utf-8"

    def dead_key(self, ctx: DavContext) -> Key:
        """By its number."""
        return Key(self.row.account_id, cards.KIND, self.row.id)

    def delete(self, ctx: DavContext) -> None:
        """For whom may remove cards."""
        ctx.require(self.book, DAV("unbind"))
        use_cases.delete(ctx.unit, self.book.view, self.row)
