"""Properties of what is shared: who has it, who was invited (calendarserver-sharing §5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cyrpy.dav.container import Container
from cyrpy.dav.markup import Href, Xml, element
from cyrpy.dav.notifications import access_of, address_of, person
from cyrpy.dav.property import live
from cyrpy.dav.xml import CALENDARSERVER, DAV
from cyrpy.groupware import invitations
from cyrpy.groupware.access import has
from cyrpy.groupware.invitations import Sharee, Standing

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

WRITES: Final = "w"  # the letter by which who may write is told from who may only read


@live(CALENDARSERVER("invite"), on=Container)
def invite(container: Container[Any], ctx: DavContext) -> Xml | None:
    """Who it is shared with, and who was invited (calendarserver-sharing §5.2.2)."""
    if not container.view.is_owner and not has(container.view.rights, "a"):
        return None
    found = invitations.sharees(ctx.unit, container.shared())
    organizer = person(container.view.row.account_id, ctx, CALENDARSERVER("organizer"))
    return Xml(organizer + b"".join(_user(sharee, ctx) for sharee in found))


def _user(sharee: Sharee, ctx: DavContext) -> bytes:
    row = ctx.principal_row(sharee.principal_id)
    name = b"" if row is None else element(CALENDARSERVER("common-name"), row.display_name)
    summary = b"" if sharee.summary is None else element(CALENDARSERVER("summary"), sharee.summary)
    return element(
        CALENDARSERVER("user"),
        element(DAV("href"), address_of(sharee.principal_id, ctx)),
        name,
        element(CALENDARSERVER(_STANDINGS[sharee.standing])),
        access_of(sharee.rights),
        summary,
    )


_STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.ACCEPTED: "invite-accepted",
    Standing.DECLINED: "invite-declined",
    Standing.PENDING: "invite-noresponse",
}


@live(DAV("invite"), on=Container)
def dav_invite(container: Container[Any], ctx: DavContext) -> Xml | None:
    """The same (draft-pot-webdav-resource-sharing §5.2)."""
    if not container.view.is_owner and not has(container.view.rights, "a"):
        return None
    return Xml(
        b"".join(
            element(
                DAV("sharee"),
                element(DAV("href"), address_of(sharee.principal_id, ctx)),
                element(DAV(_STANDINGS[sharee.standing])),
                element(DAV("share-access"), element(DAV(_writes(sharee.rights)))),
            )
            for sharee in invitations.sharees(ctx.unit, container.shared())
        )
    )


def _writes(letters: str) -> str:
    return "read-write" if WRITES in letters else "read"


@live(DAV("share-access"), on=Container)
def share_access(container: Container[Any], ctx: DavContext) -> Xml:
    """What the user has of it (draft-pot-webdav-resource-sharing §5.1)."""
    if not container.view.is_owner:
        return element(DAV(_writes(container.view.rights)))
    return element(DAV("shared-owner" if container.is_shared(ctx) else "not-shared"))


@live(CALENDARSERVER("allowed-sharing-modes"), on=Container)
def allowed_sharing_modes(container: Container[Any], ctx: DavContext) -> Xml:
    """How it may be shared (calendarserver-sharing §5.2.1)."""
    return container.sharing_modes(ctx)


@live(CALENDARSERVER("shared-url"), on=Container)
def shared_url(container: Container[Any], ctx: DavContext) -> Href | None:
    """Where its owner has it (calendarserver-sharing §5.2.4)."""
    return None if container.view.is_owner else Href(container.canonical(ctx))


PROPERTIES = (invite, dav_invite, share_access, allowed_sharing_modes, shared_url)
