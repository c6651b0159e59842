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
from cyrpy.dav.xml import DAV, Element
from cyrpy.errors import CannotCalculateChanges

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

SYNC: Final = DAV("sync-collection")
URN: Final = "urn:cyrpy:sync:"
NOTHING_YET: Final = "0"  # the state of a collection in which there never was anything
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
    text = text.strip()
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


@report(SYNC, on=Collection)
def sync_collection(collection: Collection, body: Element, ctx: DavContext) -> Answer:
    """What changed since a token (RFC 6578 §3.2).

    Raises:
        DavError: 403 valid-sync-token where the token is none to go on from; 403
            sync-traversal-supported for another level than 1.
    """
    if collection.sync_tag is None:
        raise DavError(403, "this collection cannot be synchronized", DAV("supported-report"))
    level = (body.findtext(DAV("sync-level")) or "1").strip()
    if level != "1":
        raise DavError(
            403,
            "only the collection's own members are reported: DAV:sync-level 1",
            DAV("sync-traversal-supported"),
        )
    names, limit = requested_properties(body), _limit(body)
    delta = _delta(
        collection, start(collection, body.findtext(DAV("sync-token")) or ""), limit, ctx
    )
    result = Multistatus(ctx)
    for member in delta.changed:
        result.add(member, names)
    for url in delta.gone:
        result.status(url, 404)
    if delta.more:
        result.status(collection.url, 507, _CUT)
    now = element(DAV("sync-token"), token(collection, delta.state))
    return Answer.multistatus(result.body(now))


_CUT: Final = DavError(
    507,
    "there is more; go on with the sync token of this answer",
    DAV("number-of-matches-within-limits"),
)


def _limit(body: Element) -> int | None:
    """DAV:limit (RFC 5323 §5.17)."""
    text = (body.findtext(f"{DAV('limit')}/{DAV('nresults')}") or "").strip()
    if body.find(DAV("limit")) is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 18 or int(text) < 1:
        raise DavError(400, "DAV:nresults must be a whole number, at least 1")
    return int(text)


def _delta(collection: Collection, begin: Start, limit: int | None, ctx: DavContext) -> Delta:
    now = collection.sync_state(ctx)
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
