"""addressbook-query (RFC 6352 §8.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from cyrpy.data import cards
from cyrpy.data.cards import SearchedCard
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.report import report
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.xml import DAV, Element
from cyrpy.errors import FormatError
from cyrpy.formats.vcard.parse import parse
from cyrpy_carddav.asked import asked
from cyrpy_carddav.filter import Filter, NeedsWhole
from cyrpy_carddav.filter_xml import filter_of
from cyrpy_carddav.haystack import Haystacks
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.objects import CardObject, Texts
from cyrpy_carddav.prefilter import Prefilter, numbers
from cyrpy_carddav.tree import AddressBookCollection

NAME: Final = CARDDAV("addressbook-query")
MAX_ANSWER: Final = 64 << 20  # octets of cards in one answer
_MAX_DIGITS: Final = 18


@report(NAME, on=AddressBookCollection, slow=True)
def addressbook_query(book: AddressBookCollection, body: Element, ctx: DavContext) -> Answer:
    """The cards that match a filter; with 507 for the address book where it is not all of them.

    Raises:
        DavError: 403 supported-filter, supported-collation or supported-address-data.
    """
    wanted = filter_of(body)
    # A query without Depth, which there should be, is not meant to find nothing.
    found = () if ctx.request.depth == "0" else matching(book, wanted, ctx)
    return _answer(found, book, body, ctx)


@report(NAME, on=CardObject)
def card_query(card: CardObject, body: Element, ctx: DavContext) -> Answer:
    """The card itself, if it matches."""
    matches = filter_of(body).matches(parse(card.octets(ctx)))
    return _answer([card] if matches else [], card, body, ctx)


def _answer(found: Iterable[CardObject], scope: Resource, body: Element, ctx: DavContext) -> Answer:
    limit = _limit(body)
    with_data = ctx.once(asked) is not None
    result = Multistatus(ctx)
    add = _adder(scope, body, result, ctx)
    size = 0
    for card in found:
        if len(result) == limit or size > MAX_ANSWER:
            result.status(scope.url, 507, _CUT)
            break
        add(card)
        size += card.row.size if with_data else 0
    return Answer.multistatus(result.body())


_CUT: Final = DavError(
    507, "more cards match; these are the first", DAV("number-of-matches-within-limits")
)


def _adder(
    scope: Resource, body: Element, result: Multistatus, ctx: DavContext
) -> Callable[[CardObject], None]:
    """What adds a card to the answer as the body asks."""
    if body.find(DAV("allprop")) is not None:
        return partial(result.add_all, include=())
    if body.find(DAV("propname")) is not None:
        return result.add_names
    names = requested_properties(body)
    sheet = scope.sheet(names, ctx) if names and isinstance(scope, Collection) else None
    if sheet is None:
        return partial(result.add, names=names)
    return lambda card: result.add_row(sheet, card.told(sheet.columns, ctx), card.book)


def _limit(body: Element) -> int | None:
    """CARDDAV:limit (RFC 6352 §10.6)."""
    limit = body.find(CARDDAV("limit"))
    if limit is None:
        return None
    text = (limit.findtext(CARDDAV("nresults")) or "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise DavError(400, "CARDDAV:nresults must be a whole number")
    return int(text)


def matching(book: AddressBookCollection, wanted: Filter, ctx: DavContext) -> Iterator[CardObject]:
    """The cards of an address book that match."""
    if not wanted.props:
        yield from book.members(ctx)
        return
    for found in _found(book, wanted, ctx):
        texts = Texts(
            [each.row for each in found], {e.row.id: e.octets for e in found if e.is_whole}
        )
        for each in found:
            yield CardObject(book, each.row, texts)


def _found(
    book: AddressBookCollection, wanted: Filter, ctx: DavContext
) -> Iterator[list[SearchedCard]]:
    prefilter = Prefilter(wanted)
    for page in _searched(book, wanted, ctx):
        yield [each for each in page if _matches(each, wanted, prefilter, ctx)]


def _searched(
    book: AddressBookCollection, wanted: Filter, ctx: DavContext
) -> Iterator[list[SearchedCard]]:
    """The cards that are to be looked at: those that have the texts in them, or all."""
    row = book.view.row
    everything = partial(cards.searched, ctx.unit, row.account_id, row.id)
    if not any(prop.texts for prop in wanted.props):
        return everything()
    state = int(book.sync_state(ctx))
    stack = ctx.tree.once(Haystacks).of((row.account_id, row.id), state, everything)
    found = None if stack is None else numbers(wanted, stack)
    return (
        everything()
        if found is None
        else cards.searched_of(ctx.unit, row.account_id, sorted(found))
    )


def _matches(each: SearchedCard, wanted: Filter, prefilter: Prefilter, ctx: DavContext) -> bool:
    if not prefilter.may_match(each.octets):
        return False
    try:
        return wanted.matches(parse(prefilter.part(each)), is_outline=not each.is_whole)
    except NeedsWhole:
        row = each.row
        return wanted.matches(parse(cards.vcards(ctx.unit, row.account_id, [row.id])[row.id]))
    except FormatError:  # stored by an older version that read more; it is no match for anybody
        return False


REPORTS = (addressbook_query, card_query)
