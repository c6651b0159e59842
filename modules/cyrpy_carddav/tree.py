"""Address book homes and address books as resources (RFC 6352 §5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cyrpy.data import addressbooks, cards
from cyrpy.data.addressbooks import NewAddressBook
from cyrpy.data.cards import CardRow
from cyrpy.dav.container import Container
from cyrpy.dav.errors import DavError
from cyrpy.dav.homes import Home, resolver
from cyrpy.dav.item import Item, Upload, Written
from cyrpy.dav.sheet import Text
from cyrpy.dav.xml import DAV
from cyrpy.groupware import cards as use_cases
from cyrpy.groupware import contacts
from cyrpy.groupware.access import ALL_LETTERS
from cyrpy.groupware.cards import Prepared
from cyrpy.groupware.contacts import AddressBookView
from cyrpy.groupware.sharing import Container as Shared
from cyrpy_carddav.cells import CELLS, text_asked
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.objects import CardObject, Texts
from cyrpy_carddav.uploads import conflict, prepared_of

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Collection, Resource

PREFIX: Final = "/dav/addressbooks"
LOCATION: Final = CARDDAV("addressbook-collection-location-ok")


class AddressBookCollection(Container[AddressBookView]):
    """An address book, as its owner or a sharee sees it."""

    makes = frozenset({"PUT"})
    types = (DAV("collection"), CARDDAV("addressbook"))
    kind = addressbooks.KIND
    item = contacts.CARD
    reading = "lr"
    writing = "lrswite"
    listed = cards.LISTED
    cells = CELLS

    def create(self, ctx: DavContext) -> AddressBookView:
        """In the user's account; its name in URLs is its name, if the client gave none."""
        values = {"name": self.name, **self.values}
        new = NewAddressBook(uri=self.name, **values)
        row = addressbooks.create(ctx.unit, self.home.row.id, new)
        return AddressBookView(row, ALL_LETTERS, is_owner=True, is_default=False)

    def update(self, ctx: DavContext) -> None:
        """For all who see it."""
        contacts.update(ctx.unit, self.view, self.values)

    def remove(self, ctx: DavContext) -> None:
        """With its cards; the default address book stays."""
        try:
            contacts.delete(ctx.unit, self.view, remove_cards=True)
        except contacts.IsDefault as exc:
            raise DavError(403, str(exc)) from exc

    def share(self, ctx: DavContext, wanted: Mapping[int, str]) -> None:
        """As said."""
        contacts.set_shares(ctx.unit, self.view, wanted)

    def draft(self, name: str, types: frozenset[str], ctx: DavContext) -> Resource:
        """There are no collections in address books (RFC 6352 §5.2)."""
        raise DavError(403, "an address book holds cards, and no collections", LOCATION)

    def relocate(self, ctx: DavContext, parent: Collection, name: str) -> Collection:
        """Inside of its home."""
        try:
            return super().relocate(ctx, parent, name)
        except DavError as exc:
            if exc.status != 403 or exc.condition is not None:
                raise
            raise DavError(403, exc.description, LOCATION) from exc

    def text(self, ctx: DavContext) -> Text | None:
        """The cards in the form that is asked for."""
        return text_asked(ctx)

    def members(self, ctx: DavContext) -> Iterator[CardObject]:
        """The cards, in the order in which they came."""
        for page in self._pages(ctx):
            texts = Texts(page)
            for row in page:
                yield CardObject(self, row, texts)

    def member(self, name: str, ctx: DavContext) -> CardObject | None:
        """One card."""
        row = use_cases.find(ctx.unit, self.view, name)
        return None if row is None else self._card(row)

    def members_named(self, names: Sequence[str], ctx: DavContext) -> Mapping[str, Resource]:
        """The cards of these names, by one look-up."""
        rows = use_cases.of_names(ctx.unit, self.view, names)
        texts = Texts([rows[name] for name in dict.fromkeys(names) if name in rows])
        return {name: CardObject(self, row, texts) for name, row in rows.items()}

    def members_numbered(self, ids: Sequence[int], ctx: DavContext) -> Iterator[CardObject]:
        """The cards of these numbers, in that order."""
        found = cards.by_ids(ctx.unit, self.view.row.account_id, ids)
        rows = [found[id] for id in ids if id in found]
        texts = Texts(rows)
        return (CardObject(self, row, texts) for row in rows)

    def numbers(self, ctx: DavContext) -> Iterator[list[int]]:
        """The numbers of all cards, in order."""
        row = self.view.row
        yield cards.numbers(ctx.unit, row.account_id, row.id)

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """The cards by their numbers."""
        return ((card.row.id, card) for card in self.members(ctx))

    def _pages(self, ctx: DavContext) -> Iterator[list[CardRow]]:
        row = self.view.row
        return cards.pages(ctx.unit, row.account_id, row.id)

    def _card(self, row: CardRow) -> CardObject:
        return CardObject(self, row, Texts([row]))

    def prepare(self, ctx: DavContext, name: str, upload: Upload) -> Prepared:
        """Check the card."""
        return prepared_of(ctx, upload)

    def new_name(self, ctx: DavContext, prepared: Prepared) -> str:
        """Its UID, if that may be a name."""
        return use_cases.free_name(ctx.unit, self.view, prepared)

    def put(self, ctx: DavContext, name: str, found: Item | None, prepared: Prepared) -> Written:
        """Store a card (RFC 6352 §6.3.2)."""
        ctx.require(self, DAV("bind" if found is None else "write-content"))
        old = found.row if isinstance(found, CardObject) else None
        try:
            row = use_cases.put(ctx.unit, self.view, name, prepared, old)
        except use_cases.UidConflict as exc:
            raise conflict(self, exc, ctx) from exc
        return Written(self._card(row), created=found is None, exact=prepared.exact)

    def accept(
        self, ctx: DavContext, name: str, source: Item, found: Item | None, *, move: bool
    ) -> Written:
        """Copy or move a card into this address book."""
        if not isinstance(source, CardObject):
            raise DavError(
                403, "address books hold cards, nothing else", CARDDAV("supported-address-data")
            )
        ctx.require(self, DAV("bind"))
        if found is not None:
            ctx.require(self, DAV("unbind"))
        if move:
            ctx.require(source.book, DAV("unbind"))
        old = found.row if isinstance(found, CardObject) else None
        try:
            if move:
                origin = source.book.view
                # Remembered for the copy: one that leaves its account leaves no properties there.
                ctx.dead.of(source.dead_key(ctx))
                row = use_cases.move(ctx.unit, origin, source.row, self.view, name, old)
            else:
                row = use_cases.copy(ctx.unit, source.row, self.view, name, old)
        except use_cases.UidConflict as exc:
            raise conflict(self, exc, ctx) from exc
        return Written(self._card(row), created=found is None)


class AddressBookHome(Home[AddressBookView]):
    """The address books of one user, and in one's own what others share."""

    prefix = ("dav", "addressbooks")
    principals = frozenset({"individual"})
    container = AddressBookCollection

    def offered(self, account_id: int, container_id: int, ctx: DavContext) -> Shared | None:
        """An address book."""
        for row in addressbooks.all_of(ctx.unit, account_id):
            if row.id == container_id:
                return contacts.container(row)
        return None

    def visible(self, account_id: int, ctx: DavContext) -> list[AddressBookView]:
        """By the grants."""
        return contacts.visible(ctx.unit, account_id, ctx.actor)


resolve: Final = resolver(AddressBookHome)
