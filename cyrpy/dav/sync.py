"""sync-collection (RFC 6578), over any collection that can tell what changed in it.

A token is `urn:cyrpy:sync:<collection>:<state>`. A first listing that is cut short by DAV:limit
gives `<state>!<number>`: the state when it began, and the member that it reached. So whatever
changes between its pages is reported after the last one, which says that there is more.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import element
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.report import report
from cyrpy.dav.resource import Collection, Delta
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV, Element
from cyrpy.errors import CannotCalculateChanges

if TYPE_CHECKING:
    from collections.abc import Collection as Names

    from cyrpy.dav.context import DavContext
    from cyrpy.dav.sheet import Sheet

SYNC: Final = DAV("sync-collection")
URN: Final = "urn:cyrpy:sync:"
NOTHING_YET: Final = "0"  # the state of a collection in which there never was anything
PAGE: Final = 100  # members that are looked up at once
FEW: Final = 64  # units whose changes the event loop may read itself
_DIGITS: Final = 30


class Start(NamedTuple):
    """Where a report begins: at a state, or in the middle of a first listing."""

    state: str | None  # None: a first listing begins
    reached: int | None = None  # number of the last member that was listed


def token(collection: Collection, state: str) -> str:
    """The sync token of a state."""
    return f"{URN}{collection.sync_tag}:{state}"


def start(collection: Collection, text: str) -> Start:
    """Read a token; an empty one, and one of when there was nothing, begin at the beginning.

    Raises:
        CannotCalculateChanges: it is none of this collection's.
    """
    if not text:
        return Start(None)
    prefix = token(collection, "")
    state, mark, reached = text.removeprefix(prefix).partition("!")
    whole = reached.isascii() and reached.isdigit() and len(reached) <= _DIGITS
    if not text.startswith(prefix) or not state or bool(mark) != whole:
        raise CannotCalculateChanges(
            "the sync token is none of this collection's; synchronize from the start"
        )
    if mark:
        return Start(state, int(reached))
    return Start(None if state == NOTHING_YET else state)


def is_brief(collection: Collection, body: Element, ctx: DavContext) -> bool:
    """Whether not much can have changed since the token."""
    since = ctx.request.said(_since).rpartition(":")[2]
    is_state = since.isascii() and since.isdigit() and len(since) <= _DIGITS
    if collection.sync_tag is None or not is_state:
        return False
    now = _now(collection, ctx)
    return now.isdigit() and int(now) - int(since) <= FEW


def _now(collection: Collection, ctx: DavContext) -> str:
    """Its state, which is the same all through a report."""
    if ctx.sync_state is None:
        ctx.sync_state = collection.sync_state(ctx)
    return ctx.sync_state


@report(SYNC, on=Collection, brief=is_brief)
def sync_collection(collection: Collection, body: Element, ctx: DavContext) -> Answer:
    """What changed since a token (RFC 6578 §3.2).

    Raises:
        DavError: 403 valid-sync-token where the token is none to go on from; 403
            sync-traversal-supported for another level than 1.
    """
    if collection.sync_tag is None:
        raise DavError(403, "this collection cannot be synchronized", DAV("supported-report"))
    limit, since = ctx.request.said(_limit), ctx.request.said(_since)
    names = ctx.request.said(requested_properties)
    result = Multistatus(ctx)
    sheet = collection.sheet(names, ctx)
    if not since and limit is None and sheet is not None and not sheet.has_text:
        delta = Delta(collection.sync_state(ctx), (), ())
        result.add_block(sheet.block(collection.sheet_columns(sheet, ctx)))
    else:
        delta = _delta(collection, start(collection, since), limit, ctx)
    for member in delta.changed:
        result.add(member, names)
    for at in range(0, len(delta.names), PAGE):
        _tell(collection, delta.names[at : at + PAGE], sheet, result, ctx)
    for url in delta.gone:
        result.status(url, 404)
    if delta.more:
        result.status(collection.url, 507, _CUT)
    now = element(DAV("sync-token"), token(collection, delta.state))
    return Answer.multistatus(result.body(now))


def _tell(
    collection: Collection,
    names: tuple[str, ...],
    sheet: Sheet | None,
    result: Multistatus,
    ctx: DavContext,
) -> None:
    """What became of members that changed: those that there are, and those that are gone."""
    there: Names[str]
    if sheet is None:
        members = collection.members_named(names, ctx)
        asked, there = ctx.request.said(requested_properties), members.keys()
        for member in members.values():
            result.add(member, asked)
    else:
        rows = collection.sheet_rows_named(sheet, names, ctx)
        there = {row[0] for row in rows}
        result.add_rows(sheet, rows, collection)
    for name in names:
        if name not in there:
            result.status(f"{collection.url}{encode(name)}", 404)


_CUT: Final = DavError(
    507,
    "there is more; go on with the sync token of this answer",
    DAV("number-of-matches-within-limits"),
)


def _since(body: Element) -> str:
    """The token; an empty one asks for everything.

    Raises:
        DavError: 403 sync-traversal-supported.
    """
    level = (body.findtext(DAV("sync-level")) or "1").strip()
    if level != "1":
        raise DavError(
            403,
            "only the collection's own members are reported: DAV:sync-level 1",
            DAV("sync-traversal-supported"),
        )
    return (body.findtext(DAV("sync-token")) or "").strip()


def _limit(body: Element) -> int | None:
    """DAV:limit (RFC 5323 §5.17)."""
    text = (body.findtext(f"{DAV('limit')}/{DAV('nresults')}") or "").strip()
    if body.find(DAV("limit")) is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 18 or int(text) < 1:
        raise DavError(400, "DAV:nresults must be a whole number, at least 1")
    return int(text)


def _delta(collection: Collection, begin: Start, limit: int | None, ctx: DavContext) -> Delta:
    now = _now(collection, ctx)
    if begin.state is None or begin.reached is not None:
        return _listing(collection, begin, limit, ctx)
    if begin.state == now:
        return Delta(now, [], [])
    return collection.sync_changes(ctx, begin.state, limit)


def _listing(collection: Collection, begin: Start, limit: int | None, ctx: DavContext) -> Delta:
    """All members, or the next page of them."""
    after = -1 if begin.reached is None else begin.reached
    now = collection.sync_state(ctx)
    state = begin.state or now
    rest = (pair for pair in collection.sync_listing(ctx, state) if pair[0] > after)
    page = list(islice(rest, limit))
    if next(rest, None) is None:
        return Delta(state, [member for _, member in page], [], more=state != now)
    return Delta(f"{state}!{page[-1][0]}", [member for _, member in page], [], more=True)


REPORTS = (sync_collection,)
