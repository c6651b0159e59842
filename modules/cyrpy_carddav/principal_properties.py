"""Live properties of principals that address books add (RFC 6352 §7.1)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.homes import home_href
from cyrpy.dav.markup import Href
from cyrpy.dav.property import live
from cyrpy.dav.resource import Principal
from cyrpy.dav.xml import CALENDARSERVER, DAV
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.objects import CardObject
from cyrpy_carddav.tree import AddressBookHome

ME_CARD: Final = CALENDARSERVER("me-card")


@live(CARDDAV("addressbook-home-set"), on=Principal)
def addressbook_home_set(principal: Principal, ctx: DavContext) -> Href | None:
    """Where the principal's address books are (RFC 6352 §7.1.1)."""
    return home_href(AddressBookHome, principal)


@live(CARDDAV("principal-address"), on=Principal)
def principal_address(principal: Principal, ctx: DavContext) -> Href | None:
    """The user's own card (RFC 6352 §7.1.2).

    It is what clients keep as CS:me-card on the address book home, if it is there still.
    """
    home = AddressBookHome(principal.row)
    octets = ctx.dead.of(home.dead_key(ctx)).get(ME_CARD)
    if octets is None:
        return None
    url = etree.fromstring(octets).findtext(f".//{DAV('href')}") or ""
    try:
        card = ctx.at(url)
    except DavError:
        return None
    return Href(card.url) if isinstance(card, CardObject) else None


PROPERTIES = (addressbook_home_set, principal_address)
