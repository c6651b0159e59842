"""Sharing by invitation: what is offered is granted once the one who is invited accepts it.

A container's sharees are those who were granted something, however that came, and those who were
invited and have not accepted (calendarserver-sharing, "invite"). Whoever was granted something
already is not asked again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from cyrpy.data import access, invitations
from cyrpy.data.invitations import InvitationRow
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound
from cyrpy.groupware.sharing import Container, share, shown_anew

INVITED: Final = "invited"  # types of notices
UNINVITED: Final = "uninvited"
ANSWERED: Final = "answered"
MAX_SUMMARY: Final = 1000  # characters


class Standing(Enum):
    """Where a sharee stands."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    PENDING = "noresponse"


class Sharee(NamedTuple):
    """One with whom a container is shared, or who was invited."""

    principal_id: int
    rights: str  # letters
    standing: Standing
    summary: str | None = None


class Offer(NamedTuple):
    """What one principal is invited to."""

    principal_id: int
    rights: str
    summary: str | None = None


def sharees(unit: Unit, container: Container) -> list[Sharee]:
    """Everybody who was granted something, then those who were invited."""
    key = _key(container)
    granted = [
        Sharee(grant.principal_id, grant.rights, Standing.ACCEPTED)
        for grant in unit.all(access.GRANTS_ON, **key)
    ]
    known = {sharee.principal_id for sharee in granted}
    invited = [
        Sharee(
            row.principal_id,
            row.rights,
            Standing.DECLINED if row.is_declined else Standing.PENDING,
            row.summary,
        )
        for row in unit.all(invitations.OF_CONTAINER, **key)
        if row.principal_id not in known
    ]
    return granted + invited


def grants(unit: Unit, container: Container) -> dict[int, str]:
    """Principal -> letters, of what was granted on the container."""
    return {g.principal_id: g.rights for g in unit.all(access.GRANTS_ON, **_key(container))}


def invite(unit: Unit, container: Container, offer: Offer, facts: Mapping[str, str]) -> None:
    """Offer a share, and tell so; `facts` are what clients need to show it.

    The caller has judged that the user may share the container so.
    """
    known = {row.principal_id: row for row in unit.all(invitations.OF_CONTAINER, **_key(container))}
    before = known.get(offer.principal_id)
    row = InvitationRow(
        account_id=container.account_id,
        kind=container.kind,
        container_id=container.id,
        principal_id=offer.principal_id,
        uid=str(uuid.uuid4()) if before is None else before.uid,
        rights=offer.rights,
        is_declined=0,
        summary=None if offer.summary is None else offer.summary[:MAX_SUMMARY],
    )
    unit.run(invitations.PUT, **row._asdict())
    shown_anew(unit, container, container.account_id)
    invitations.tell(unit, offer.principal_id, row.uid, INVITED, _facts(row, container, facts))


def withdraw(unit: Unit, container: Container, principal_id: int, facts: Mapping[str, str]) -> None:
    """Take back an invitation that was not accepted; the caller takes away what was granted."""
    for row in unit.all(invitations.OF_CONTAINER, **_key(container)):
        if row.principal_id == principal_id:
            unit.run(invitations.DELETE, **_key(container), principal_id=principal_id)
            shown_anew(unit, container, container.account_id)
            told = _facts(row, container, facts)
            invitations.tell(unit, principal_id, row.uid, UNINVITED, told)


def find(unit: Unit, principal_id: int, uid: str) -> InvitationRow:
    """An invitation of the one who was invited.

    Raises:
        NotFound: there is none of that uid, or it was accepted or taken back.
    """
    row = unit.first(invitations.BY_UID, principal_id=principal_id, uid=uid)
    if row is None:
        raise NotFound(f"there is no invitation {uid[:100]!r} for you that waits for an answer")
    return row


def accept(unit: Unit, row: InvitationRow, container: Container) -> None:
    """Let the one who was invited in; the owner is told."""
    wanted = grants(unit, container) | {row.principal_id: row.rights}
    share(unit, container, wanted, None)
    shown_anew(unit, container)
    unit.run(invitations.DELETE, **_key(container), principal_id=row.principal_id)
    _answered(unit, row, container, Standing.ACCEPTED)


def decline(unit: Unit, row: InvitationRow, container: Container) -> None:
    """Remember that it is not wanted; the owner is told."""
    unit.run(invitations.PUT, **row._replace(is_declined=1)._asdict())
    shown_anew(unit, container, container.account_id)
    _answered(unit, row, container, Standing.DECLINED)


def leave(unit: Unit, container: Container, principal_id: int) -> None:
    """End what was granted to the one who asks, as if it had declined.

    Raises:
        NotFound: nothing was granted to this very principal (a group may have been).
    """
    wanted = grants(unit, container)
    rights = wanted.pop(principal_id, None)
    if rights is None:
        raise NotFound("the share is a group's, and cannot be left by one of its members")
    share(unit, container, wanted, None)
    shown_anew(unit, container)
    row = InvitationRow(
        container.account_id,
        container.kind,
        container.id,
        principal_id,
        str(uuid.uuid4()),
        rights,
        1,
        None,
    )
    unit.run(invitations.PUT, **row._asdict())
    _answered(unit, row, container, Standing.DECLINED)


def _answered(unit: Unit, row: InvitationRow, container: Container, standing: Standing) -> None:
    """The invitation is dealt with for the one, and answered to the other."""
    invitations.forget(unit, row.principal_id, row.uid)
    facts = _facts(row, container, {}) | {"standing": standing.value}
    invitations.tell(unit, row.account_id, f"{row.uid}-answer", ANSWERED, facts)


def forget_all(unit: Unit, container: Container) -> None:
    """The container goes: so do the invitations, and what was told of them."""
    for row in unit.all(invitations.OF_CONTAINER, **_key(container)):
        invitations.forget(unit, row.principal_id, row.uid)
    unit.run(invitations.DELETE_ALL, **_key(container))


def _facts(row: InvitationRow, container: Container, more: Mapping[str, str]) -> dict[str, object]:
    return {
        "owner": row.account_id,
        "sharee": row.principal_id,
        "kind": container.kind,
        "container": container.id,
        "uri": container.uri,
        "rights": row.rights,
        "uid": row.uid,
        "summary": row.summary,
        **more,
    }


def _key(container: Container) -> dict[str, object]:
    return {
        "account_id": container.account_id,
        "kind": container.kind,
        "container_id": container.id,
    }
