"""addressbook-query (RFC 6352 §8.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from cyrpy.data import cards
from cyrpy.data.cards import SearchedCard
from cyrpy.data.listing import Rows
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.report import report
from cyrpy.dav.resource import Resource
from cyrpy.dav.sheet import Sheet
from cyrpy.dav.xml import DAV, Element
from cyrpy.errors import FormatError
from cyrpy.formats.vcard.parse import parse
from cyrpy_carddav.asked import asked
from cyrpy_carddav.filter import Filter, NeedsWhole
from cyrpy_carddav.filter_xml import filter_of
from cyrpy_carddav.haystack import Haystacks
from cyrpy_carddav.names import CARDDAV
from cyrpy_carddav.objects import CardObject
from cyrpy_carddav.prefilter import Prefilter, numbers
from cyrpy_carddav.tree import AddressBookCollection

NAME: Final = CARDDAV("addressbook-query")
MAX_ANSWER: Final = 64 << 20  # octets of cards in one answer
PAGE: Final = 100  # cards that are read at once
_MAX_DIGITS: Final = 18


class Page(NamedTuple):
    """Cards of which rows tell all that is asked for."""

    book: AddressBookCollection
    sheet: Sheet
    rows: Rows


Found = Page | CardObject


@report(NAME, on=AddressBookCollection, slow=True)
def addressbook_query(book: AddressBookCollection, body: Element, ctx: DavContext) -> Answer:
    """The cards that match a filter; with 507 for the address book where it is not all of them.

    Raises:
        DavError: 403 supported-filter, supported-collation or supported-address-data.
    """
    wanted = ctx.request.said(filter_of)
    # A query without Depth, which there should be, is not meant to find nothing.
    found = () if ctx.request.depth == "0" else matching(book, wanted, ctx)
    return _answer(found, book, body, ctx)


@report(NAME, on=CardObject)
def card_query(card: CardObject, body: Element, ctx: DavContext) -> Answer:
    """The card itself, if it matches."""
    matches = filter_of(body).matches(parse(card.octets(ctx)))
    return _answer([card] if matches else [], card, body, ctx)


def _answer(found: Iterable[Found], scope: Resource, body: Element, ctx: DavContext) -> Answer:
    ctx.once(asked)
    limit, result = ctx.request.said(_limit), Multistatus(ctx)
    add = _adder(body, result, ctx)
    for each in found:
        if isinstance(each, Page):
            result.add_rows(each.sheet, each.rows, each.book)
        else:
            add(each)
        if result.cut(limit, MAX_ANSWER):
            result.status(scope.url, 507, _CUT)
            break
    return Answer.multistatus(result.body())


_CUT: Final = DavError(
    507, "more cards match; these are the first", DAV("number-of-matches-within-limits")
)


def _adder(body: Element, result: Multistatus, ctx: DavContext) -> Callable[[CardObject], None]:
    """What adds a card to the answer as the body asks."""
    if body.find(DAV("allprop")) is not None:
        return partial(result.add_all, include=())
    if body.find(DAV("propname")) is not None:
        return result.add_names
    return partial(result.add, names=ctx.request.said(requested_properties))


def _names(body: Element) -> tuple[str, ...]:
    """The properties that are asked for by name; none if it is all, or their names."""
    others = body.find(DAV("allprop")) is not None or body.find(DAV("propname")) is not None
    return () if others else requested_properties(body)


def _limit(body: Element) -> int | None:
    """CARDDAV:limit (RFC 6352 §10.6)."""
    limit = body.find(CARDDAV("limit"))
    if limit is None:
        return None
    text = (limit.findtext(CARDDAV("nresults")) or "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise DavError(400, "CARDDAV:nresults must be a whole number")
    return int(text)


def matching(book: AddressBookCollection, wanted: Filter, ctx: DavContext) -> Iterator[Found]:
    """The cards of an address book that match: as rows, if rows tell all that is asked for."""
    names = ctx.request.said(_names)
    sheet = book.sheet(names, ctx) if names else None
    for ids in _found(book, wanted, ctx) if wanted.props else book.numbers(ctx):
        for at in range(0, len(ids), PAGE):
            page = ids[at : at + PAGE]
            if sheet is None:
                yield from book.members_numbered(page, ctx)
            else:
                yield Page(book, sheet, book.sheet_rows_numbered(sheet, page, ctx))


def _found(book: AddressBookCollection, wanted: Filter, ctx: DavContext) -> Iterator[list[int]]:
    """Numbers of the cards that match, in order, some at a time."""
    row = book.view.row
    everything = partial(cards.searched, ctx.unit, row.account_id, row.id)
    look = partial(_matching, wanted=wanted, ctx=ctx)
    if not any(prop.texts for prop in wanted.props):
        yield from look(everything())
        return
    state = int(book.sync_state(ctx))
    stack = ctx.tree.once(Haystacks).of((row.account_id, row.id), state, everything)
    near = None if stack is None else numbers(wanted, stack)
    if stack is None or near is None:
        yield from look(everything())
        return
    known = stack.answers.get(wanted)
    if known is None:
        pages = cards.searched_of(ctx.unit, row.account_id, sorted(near))
        known = stack.remember(wanted, list(chain.from_iterable(look(pages))))
    yield known


def _matching(
    pages: Iterable[list[SearchedCard]], wanted: Filter, ctx: DavContext
) -> Iterator[list[int]]:
    prefilter = Prefilter(wanted)
    for page in pages:
        yield [each.row.id for each in page if _matches(each, wanted, prefilter, ctx)]


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
