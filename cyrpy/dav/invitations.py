"""Sharing by invitation: what is posted to a collection that is shared, and to a home.

As in Apple's calendarserver-sharing ("caldav-sharing", §4 and §5), for calendars and address books
alike; and the POST of draft-pot-webdav-resource-sharing (§4), which says the same in other names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cyrpy.data import addresses
from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError, status_line
from cyrpy.dav.markup import document, element, href
from cyrpy.dav.resource import Principal
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import CALENDARSERVER, DAV, Element, parse
from cyrpy.errors import NotFound
from cyrpy.groupware import invitations
from cyrpy.groupware.invitations import Offer

if TYPE_CHECKING:
    from cyrpy.dav.container import Container
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.homes import Home
    from cyrpy.dav.item import Upload

MAX_SHAREES: Final = 200  # in one request
SHARE: Final = CALENDARSERVER("share")
REPLY: Final = CALENDARSERVER("invite-reply")
RESOURCE: Final = DAV("share-resource")
TYPES: Final = frozenset({"application/xml", "text/xml", "application/davsharing+xml"})


class Change(NamedTuple):
    """What one principal is offered; no letters: its share ends."""

    address: str  # as the client named it
    rights: str
    summary: str | None


class ShareRequest(NamedTuple):
    """What was posted to a collection."""

    changes: list[Change]
    status: int  # of the answer where all went well


class Answered(NamedTuple):
    """What was posted to a home."""

    accepted: bool
    uid: str
    host: str  # URL of the collection, where the uid is not enough


def read_share(upload: Upload, container: Container[Any]) -> ShareRequest:
    """A request to share.

    Raises:
        DavError: 400 if it is none, or names more than MAX_SHAREES.
    """
    root = parse(upload.octets)
    if root.tag not in {SHARE, RESOURCE}:
        raise DavError(400, "what can be posted here is a member, or a CS:share")
    found = list(_changes(root, container))
    if not found or len(found) > MAX_SHAREES:
        raise DavError(400, f"one request shares with 1 to {MAX_SHAREES} principals")
    return ShareRequest(found, 200 if root.tag == SHARE else 204)


def _changes(root: Element, container: Container[Any]) -> Iterator[Change]:
    for node in root:
        address = (node.findtext(DAV("href")) or "").strip()
        if not address:
            raise DavError(400, "each CS:set, CS:remove or DAV:sharee has a DAV:href")
        if node.tag == CALENDARSERVER("remove"):
            yield Change(address, "", None)
        elif node.tag == CALENDARSERVER("set"):
            writes = node.find(CALENDARSERVER("read-write")) is not None
            summary = node.findtext(CALENDARSERVER("summary"))
            yield Change(address, _letters(container, writes=writes), summary)
        elif node.tag == DAV("sharee"):
            yield _pot(node, address, container)


def _pot(node: Element, address: str, container: Container[Any]) -> Change:
    """A sharee as draft-pot-webdav-resource-sharing §4.2 has it."""
    access = node.find(DAV("share-access"))
    names = set() if access is None else {child.tag for child in access}
    if DAV("no-access") in names:
        return Change(address, "", None)
    letters = _letters(container, writes=DAV("read-write") in names)
    return Change(address, letters, node.findtext(DAV("comment")))


def _letters(container: Container[Any], *, writes: bool) -> str:
    return container.writing if writes else container.reading


def share(container: Container[Any], request: ShareRequest, ctx: DavContext) -> Answer:
    """Invite, change what was granted, or end it; who is unknown is told of by itself.

    Raises:
        DavError: 403 if the user may not share it; 403 if nobody that is named is known.
    """
    ctx.require(container, DAV("write-acl"))
    unknown = [change for change in request.changes if not _apply(container, change, ctx)]
    if not unknown:
        return Answer(request.status)
    if len(unknown) == len(request.changes):
        raise _nobody(unknown)
    failed = {change.address for change in unknown}
    responses = b"".join(
        element(
            DAV("response"),
            element(DAV("href"), change.address),
            element(DAV("status"), status_line(403 if change.address in failed else 200)),
        )
        for change in request.changes
    )
    return Answer.multistatus(document(DAV("multistatus"), responses))


def _nobody(unknown: Iterable[Change]) -> DavError:
    names = ", ".join(change.address[:100] for change in list(unknown)[:10])
    return DavError(403, f"nobody here has the address {names}", DAV("recognized-principal"))


def _apply(container: Container[Any], change: Change, ctx: DavContext) -> bool:
    """Whether there is such a principal, to whom it could be shared."""
    id = _principal(change.address, ctx)
    if id is None or id == container.view.row.account_id:
        return False
    shared = container.shared()
    granted = invitations.grants(ctx.unit, shared)
    view = container.view
    if not view.is_owner and set(change.rights) - {*view.rights, *granted.get(id, "")}:
        raise DavError(403, "rights that one does not have oneself cannot be given to others")
    if id in granted or not change.rights:
        wanted = {**granted, id: change.rights}
        container.set_grants(ctx, {p: letters for p, letters in wanted.items() if letters})
    facts = {"host": container.canonical(ctx), "name": container.view.row.name}
    if not change.rights:
        invitations.withdraw(ctx.unit, shared, id, facts)
    elif id not in granted:
        offer = Offer(id, change.rights, change.summary)
        invitations.invite(ctx.unit, shared, offer, facts)
    return True


def _principal(address: str, ctx: DavContext) -> int | None:
    """The number of the principal that an href means: its address, or its URL."""
    if address.lower().startswith("mailto:"):
        return addresses.owner(ctx.unit, address[len("mailto:") :])
    found = ctx.at(address)
    return found.row.id if isinstance(found, Principal) else None


def read_reply(upload: Upload) -> Answered:
    """An answer to an invitation.

    Raises:
        DavError: 400 if it is none.
    """
    root = parse(upload.octets, upload.media_type)
    accepted = root.find(CALENDARSERVER("invite-accepted")) is not None
    declined = root.find(CALENDARSERVER("invite-declined")) is not None
    if root.tag != REPLY or accepted == declined:
        raise DavError(
            400, "what can be posted here is a CS:invite-reply, which accepts or declines"
        )
    host = root.findtext(f"{CALENDARSERVER('hosturl')}/{DAV('href')}") or ""
    uid = root.findtext(CALENDARSERVER("in-reply-to")) or ""
    return Answered(accepted, uid.strip(), host.strip())


def answer(home: Home[Any], reply: Answered, ctx: DavContext) -> Answer:
    """Accept or decline; who accepts is told where the collection is now.

    Raises:
        DavError: 403 in another's home; 404 if there is no such invitation.
    """
    if not home.is_own(ctx):
        raise DavError(403, "invitations are answered in one's own home")
    try:
        row = invitations.find(ctx.unit, ctx.user_id, reply.uid)
    except NotFound as exc:
        return _changed_mind(home, reply, ctx, exc)
    owner = ctx.principal_row(row.account_id)
    shared = home.offered(row.account_id, row.container_id, ctx)
    if owner is None or shared is None or row.kind != home.container.kind:
        raise DavError(404, "what this invitation is for is not there any more")
    if not reply.accepted:
        invitations.decline(ctx.unit, row, shared)
        return Answer(204)
    invitations.accept(ctx.unit, row, shared)
    return _shared_as(f"{home.url}{encode(f'{owner.name}.{shared.uri}')}/", ctx)


def _changed_mind(home: Home[Any], reply: Answered, ctx: DavContext, exc: NotFound) -> Answer:
    """An answer about what was accepted before: it may be declined now."""
    found = ctx.at(reply.host) if reply.host else None
    if not isinstance(found, home.container) or found.view.is_owner:
        raise DavError(404, str(exc)) from exc
    row = found.view.row
    if reply.accepted:
        owner = ctx.principal_row(row.account_id)
        assert owner is not None  # noqa: S101 - the user sees something of that account
        return _shared_as(f"{home.url}{encode(f'{owner.name}.{row.uri}')}/", ctx)
    invitations.leave(ctx.unit, found.shared(), ctx.user_id)
    return Answer(204)


def _shared_as(url: str, ctx: DavContext) -> Answer:
    where = href(url, ctx.request.base)
    return Answer.xml(200, document(CALENDARSERVER("shared-as"), where))
