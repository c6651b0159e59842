"""LOCK and UNLOCK (RFC 4918 §9.10, §9.11)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

from cyrpy.data import locks as rows
from cyrpy.data.locks import LockRow
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.deadprops import stored
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.item import Upload
from cyrpy.dav.locks import URN, Place, described
from cyrpy.dav.markup import document, element, href
from cyrpy.dav.multistatus import Multistatus
from cyrpy.dav.privileges import WRITE_ACL
from cyrpy.dav.urls import check_name
from cyrpy.dav.xml import DAV, Element, children

DEFAULT_TIMEOUT: Final = 3600  # seconds
MAX_TIMEOUT: Final = 7 * 24 * 3600  # seconds; "Infinite" is so long
MAX_LOCKS: Final = 1000  # on one account's resources
MAX_OWNER: Final = 4096  # octets
_SECONDS: Final = re.compile(r"Second-(\d{1,10})", re.ASCII | re.IGNORECASE)


class Wanted(NamedTuple):
    """What a DAV:lockinfo asks for."""

    is_exclusive: bool
    owner: str  # XML


def prepare(ctx: DavContext) -> Any:  # noqa: ANN401 - what the collection makes of nothing
    """Where there is nothing yet, an empty resource to be locked (RFC 4918 §7.3).

    Raises:
        DavError: 403 where there can be no empty one.
    """
    if ctx.found is not None or ctx.parent is None:
        return None
    if "LOCK" not in ctx.parent.makes:
        raise DavError(403, "only what is there can be locked here: an empty resource is none")
    check_name(ctx.request.path[-1])
    return ctx.parent.prepare(ctx, ctx.request.path[-1], Upload(b"", "application/octet-stream"))


def lock(ctx: DavContext) -> Answer:
    """A new lock, or with no body a longer time for one that there is.

    Raises:
        DavError: 423 if another lock is in the way; 412 if there is none to refresh.
    """
    root, timeout = ctx.request.xml, _timeout(ctx.request.header(b"timeout"))
    if root is None:
        return _refresh(ctx, timeout)
    wanted = _wanted(root)
    depth = ctx.request.depth or "infinity"
    if depth == "1":
        raise DavError(400, "LOCK has Depth: 0 or infinity")
    place = ctx.locks.place(ctx.request.path)
    if place is None or ctx.parent is None:
        raise DavError(409, "there is no collection in which this could be made and locked")
    is_deep = depth == "infinity" and ctx.found is not None and ctx.found.is_collection
    below = _conflicts(place, wanted, ctx, is_deep=is_deep)
    if below:
        return below
    status = 201 if ctx.found is None else 200
    if ctx.found is None:
        _make(ctx)
    else:
        ctx.require(ctx.found, DAV("write-content"))
    row = _new(place, wanted, timeout, ctx, is_deep=is_deep)
    return _granted(status, row, place, ctx, ((b"lock-token", f"<{URN}{row.token}>".encode()),))


def _make(ctx: DavContext) -> None:
    """An empty resource."""
    assert ctx.parent is not None  # noqa: S101 - the caller has looked
    ctx.locks.require(ctx.request.path, membership=True)
    ctx.parent.put(ctx, ctx.request.path[-1], None, ctx.prepared)
    ctx.look_again()


def _new(place: Place, wanted: Wanted, timeout: int, ctx: DavContext, *, is_deep: bool) -> LockRow:
    if ctx.locks.count(place.account_id) >= MAX_LOCKS:
        raise DavError(507, f"an account has at most {MAX_LOCKS} locks at a time")
    row = LockRow(
        account_id=place.account_id,
        token=str(UUID(bytes=ctx.core.random_bytes(16), version=4)),
        url=place.url,
        principal_id=ctx.user_id,
        is_exclusive=int(wanted.is_exclusive),
        is_deep=int(is_deep),
        owner=wanted.owner,
        timeout=timeout,
        expires_at=ctx.unit.now + timeout,
    )
    rows.add(ctx.unit, row)
    ctx.locks.changed(place.account_id)
    return row


def _granted(
    status: int,
    row: LockRow,
    place: Place,
    ctx: DavContext,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Answer:
    """The lock first, then others that hold there."""
    others = [other for other in ctx.locks.covering(place) if other.token != row.token]
    discovery = element(DAV("lockdiscovery"), described([row, *others], ctx))
    return Answer.xml(status, document(DAV("prop"), discovery), headers)


def _conflicts(place: Place, wanted: Wanted, ctx: DavContext, *, is_deep: bool) -> Answer | None:
    """207 where locks on members are in the way of a deep one (RFC 4918 §9.10.9).

    Raises:
        DavError: 423 if a lock on the resource itself is in the way.
    """
    against = [r for r in ctx.locks.covering(place) if r.is_exclusive or wanted.is_exclusive]
    if against:
        raise _conflict(ctx.locks.shown(against), ctx)
    if not is_deep:
        return None
    below = [r for r in ctx.locks.below(place) if r.is_exclusive or wanted.is_exclusive]
    if not below:
        return None
    urls = ctx.locks.shown(below)
    if place.url in urls:  # something in it that the user does not see
        raise _conflict(urls, ctx)
    result = Multistatus(ctx)
    for url in urls:
        result.status(url, 423)
    result.status(ctx.resource.url, 424)
    return Answer.multistatus(result.body())


def _conflict(urls: Iterable[str], ctx: DavContext) -> DavError:
    roots = b"".join(href(url, ctx.request.base) for url in urls)
    return DavError(
        423,
        "there is a lock that excludes the one that is asked for",
        element(DAV("no-conflicting-lock"), roots),
    )


def _refresh(ctx: DavContext, timeout: int) -> Answer:
    place = ctx.locks.place(ctx.request.path)
    if ctx.request.header(b"if") is None:
        raise DavError(400, "LOCK without a body refreshes the lock that the If header names")
    found = [
        row
        for row in ctx.locks.covering(place)
        if row.token in ctx.locks.submitted and row.principal_id == ctx.user_id
    ]
    if not found or place is None:
        raise DavError(
            412,
            "the If header names no lock that the user made and that holds here",
            DAV("lock-token-matches-request-uri"),
        )
    row = rows.refresh(ctx.unit, found[0], timeout)
    ctx.locks.changed(place.account_id)
    return _granted(200, row, place, ctx)


def _timeout(header: str | None) -> int:
    """Seconds: the first that the client names and that can be understood, but not too many."""
    for word in (header or "").split(","):
        if word.strip().lower() == "infinite":
            return MAX_TIMEOUT
        match = _SECONDS.fullmatch(word.strip())
        if match is not None:
            return max(1, min(int(match[1]), MAX_TIMEOUT))
    return DEFAULT_TIMEOUT


def _wanted(root: Element) -> Wanted:
    scope, type, owner = (root.find(DAV(n)) for n in ("lockscope", "locktype", "owner"))
    scopes = [] if scope is None else [child.tag for child in children(scope)]
    types = [] if type is None else [child.tag for child in children(type)]
    known = scopes in ([DAV("exclusive")], [DAV("shared")]) and types == [DAV("write")]
    if root.tag != DAV("lockinfo") or not known:
        raise DavError(
            400, "the body of LOCK is a DAV:lockinfo for an exclusive or shared write lock"
        )
    octets = b"" if owner is None else stored(owner)
    if len(octets) > MAX_OWNER:
        raise DavError(403, f"DAV:owner of a lock has at most {MAX_OWNER} octets")
    return Wanted(scopes == [DAV("exclusive")], octets.decode())


def unlock(ctx: DavContext) -> Answer:
    """Remove a lock: one's own, or any for whom may administer the resource.

    Raises:
        DavError: 400 without a Lock-Token, 409 if there is no such lock here, 403 if it is
            another's.
    """
    text = (ctx.request.header(b"lock-token") or "").strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    elif not text.startswith(URN):  # the npm package webdav leaves the brackets out
        raise DavError(400, "UNLOCK needs a Lock-Token header: <urn:uuid:…>")
    token = text.lower().removeprefix(URN)
    found = [r for r in ctx.locks.covering(ctx.locks.place(ctx.request.path)) if r.token == token]
    if not found:
        raise DavError(
            409, "there is no such lock on this resource", DAV("lock-token-matches-request-uri")
        )
    if found[0].principal_id != ctx.user_id:
        ctx.require(ctx.resource, WRITE_ACL.name)
    rows.remove(ctx.unit, found[0].account_id, [token])
    return Answer(204)


METHODS = (
    Method("LOCK", lock, has_body=True, writes=True, on_new=True, prepare=prepare),
    Method("UNLOCK", unlock, writes=True),
)
