"""Address book homes and address books as resources (RFC 6352 §5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cyrpy.data import addressbooks
from cyrpy.data.addressbooks import NewAddressBook
from cyrpy.dav.container import Container
from cyrpy.dav.errors import DavError
from cyrpy.dav.homes import Home, resolver
from cyrpy.dav.xml import DAV
from cyrpy.groupware import contacts
from cyrpy.groupware.access import ALL_LETTERS
from cyrpy.groupware.contacts import AddressBookView
from cyrpy_carddav.names import CARDDAV

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

PREFIX: Final = "/dav/addressbooks"


class AddressBookCollection(Container[AddressBookView]):
    """An address book, as its owner or a sharee sees it."""

    types = (DAV("collection"), CARDDAV("addressbook"))
    kind = addressbooks.KIND
    item = contacts.CARD

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


class AddressBookHome(Home[AddressBookView]):
    """The address books of one user, and in one's own what others share."""

    prefix = ("dav", "addressbooks")
    principals = frozenset({"individual"})
    container = AddressBookCollection

    def visible(self, account_id: int, ctx: DavContext) -> list[AddressBookView]:
        """By the grants."""
        return contacts.visible(ctx.unit, account_id, ctx.actor)


resolve: Final = resolver(AddressBookHome)
