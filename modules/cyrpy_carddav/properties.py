"""Live properties of address books, and of principals that have some (RFC 6352 §6.2, §7.1)."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.homes import home_href
from cyrpy.dav.markup import Href
from cyrpy.dav.property import live
from cyrpy.dav.resource import Principal
from cyrpy.dav.xml import DAV
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.tree import AddressBookCollection, AddressBookHome

MAX_NAME: Final = 255  # octets
MAX_DESCRIPTION: Final = 10_000  # characters


@live(CARDDAV("addressbook-home-set"), on=Principal)
def addressbook_home_set(principal: Principal, ctx: DavContext) -> Href | None:
    """Where the principal's address books are (RFC 6352 §7.1.1)."""
    return home_href(AddressBookHome, principal)


@live(DAV("displayname"), on=AddressBookCollection, allprop=True)
def displayname(book: AddressBookCollection, ctx: DavContext) -> str:
    """What it is called, by all who see it (RFC 4918 §15.2)."""
    return book.view.row.name


@displayname.setter
def set_displayname(book: AddressBookCollection, text: str | None, ctx: DavContext) -> None:
    """Removed or empty, it is the name in the URL.

    Raises:
        DavError: 409 if it is longer than MAX_NAME; 403 for a sharee without the right.
    """
    if text is not None and len(text.encode()) > MAX_NAME:
        raise DavError(409, f"displayname is limited to {MAX_NAME} octets")
    book.require_owner_rights(ctx)
    book.values["name"] = text or book.name


@live(CARDDAV("addressbook-description"), on=AddressBookCollection)
def addressbook_description(book: AddressBookCollection, ctx: DavContext) -> str | None:
    """What it is for; absent until a client sets it (RFC 6352 §6.2.1)."""
    return book.view.row.description


@addressbook_description.setter
def set_addressbook_description(
    book: AddressBookCollection, text: str | None, ctx: DavContext
) -> None:
    """The same for all who see it.

    Raises:
        DavError: 409 if it is longer than MAX_DESCRIPTION; 403 for a sharee without the right.
    """
    if text is not None and len(text) > MAX_DESCRIPTION:
        raise DavError(409, f"addressbook-description is limited to {MAX_DESCRIPTION} characters")
    book.require_owner_rights(ctx)
    book.values["description"] = text


PROPERTIES = (addressbook_home_set, displayname, addressbook_description)
