"""addressbook-multiget (RFC 6352 §8.7)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.multiget import is_brief, multiget
from cyrpy.dav.report import report
from cyrpy.dav.xml import Element
from cyrpy_carddav.asked import asked
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.objects import CardObject
from cyrpy_carddav.tree import AddressBookCollection

NAME = CARDDAV("addressbook-multiget")


@report(NAME, on=AddressBookCollection, brief=is_brief)
def addressbook_multiget(book: AddressBookCollection, body: Element, ctx: DavContext) -> Answer:
    """The named cards, in the order asked; each missing one is a 404.

    Raises:
        DavError: 400 if the request names no card; 403 supported-address-data.
    """
    ctx.once(asked)
    return multiget(book, body, ctx)


@report(NAME, on=CardObject)
def card_multiget(card: CardObject, body: Element, ctx: DavContext) -> Answer:
    """The card itself, if the request names it."""
    ctx.once(asked)
    return multiget(card, body, ctx)


REPORTS = (addressbook_multiget, card_multiget)
