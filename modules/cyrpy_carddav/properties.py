"""Live properties of address books and cards (RFC 6352 §6.2, §8.3.1, §10.4)."""

from __future__ import annotations

from typing import Final

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Xml, element
from cyrpy.dav.property import live
from cyrpy.dav.xml import DAV
from cyrpy_carddav.asked import ELEMENT, asked
from cyrpy_carddav.filter_xml import COLLATIONS
from cyrpy_carddav.forms import FORMS
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.objects import CardObject
from cyrpy_carddav.tree import AddressBookCollection

MAX_NAME: Final = 255  # octets
MAX_DESCRIPTION: Final = 10_000  # characters
ROOM_FOR_TEXT: Final = 512  # octets that a card has besides its picture


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


@live(CARDDAV("supported-address-data"), on=AddressBookCollection)
def supported_address_data(book: AddressBookCollection, ctx: DavContext) -> Xml:
    """The forms in which cards can be stored and asked for (RFC 6352 §6.2.2)."""
    return _DATA


_DATA: Final = Xml(
    b"".join(
        b'<CR:address-data-type content-type="%b" version="%b"/>'
        % (form.media_type.encode(), (form.version or "").encode())
        for form in FORMS
    )
)


@live(CARDDAV("max-resource-size"), on=AddressBookCollection)
def max_resource_size(book: AddressBookCollection, ctx: DavContext) -> int:
    """Octets that a card may have (RFC 6352 §6.2.3)."""
    return book.limit_of_upload(ctx)


@live(CARDDAV("max-image-size"), on=AddressBookCollection)
def max_image_size(book: AddressBookCollection, ctx: DavContext) -> int:
    """Octets that a picture may have so that its card can be stored; Apple asks."""
    return book.limit_of_upload(ctx) // 4 * 3 - ROOM_FOR_TEXT


@live(CARDDAV("supported-collation-set"), on=AddressBookCollection)
def supported_collation_set(book: AddressBookCollection, ctx: DavContext) -> Xml:
    """The collations of text-match (RFC 6352 §8.3.1)."""
    return _COLLATIONS


@live(CARDDAV("supported-collation-set"), on=CardObject)
def card_supported_collation_set(card: CardObject, ctx: DavContext) -> Xml:
    """The same: the reports are on cards too."""
    return _COLLATIONS


_COLLATIONS: Final = Xml(
    b"".join(element(CARDDAV("supported-collation"), known.identifier) for known in COLLATIONS)
)


@live(ELEMENT, on=CardObject)
def address_data(card: CardObject, ctx: DavContext) -> Xml | None:
    """The card, in the form and with the properties that the request names (RFC 6352 §10.4)."""
    wanted = ctx.once(asked)
    return None if wanted is None else wanted.shown(card.octets(ctx), card.row.version)


PROPERTIES = (
    displayname,
    addressbook_description,
    supported_address_data,
    max_resource_size,
    max_image_size,
    supported_collation_set,
    card_supported_collation_set,
    address_data,
)
