"""Sharing of containers of any kind: grants, and the lines of the log by which they are seen.

A grant makes a container come into being for the one to whom it is given, and its end makes it go
away (see `cyrpy.data.changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cyrpy.data import access, principals, public_links, share_notifications
from cyrpy.data.itemchanges import opened
from cyrpy.data.share_notifications import Told
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import Forbidden


class Container(NamedTuple):
    """What is shared: a calendar, an address book, a mailbox."""

    account_id: int
    kind: str  # its JMAP type: Calendar, AddressBook, Mailbox
    id: int
    wire_id: str
    uri: str
    name: str = ""  # for people


def shows(letters: str) -> bool:
    """Whether these rights make a container visible; free-busy alone does not."""
    return "r" in letters


def share(
    unit: Unit,
    container: Container,
    wanted: Mapping[int, str],
    may_grant: str | None,
    by: int | None = None,
) -> bool:
    """Make the grants on `container` exactly `wanted`: principal -> letters; whether any changed.

    `may_grant` are the letters of the one who asks; None for the owner, who may grant all. `by`
    is that one, as sharees are told; None for the owner.

    Raises:
        Forbidden: a right would be given that the one who asks does not have.
    """
    rows = unit.all(
        access.GRANTS_ON,
        account_id=container.account_id,
        kind=container.kind,
        container_id=container.id,
    )
    current = {grant.principal_id: grant.rights for grant in rows}
    changed = [p for p in current.keys() | wanted.keys() if current.get(p) != wanted.get(p)]
    for principal in changed:
        _check(set(wanted.get(principal, "")) - set(current.get(principal, "")), may_grant)
    before = _reached(unit, container.account_id, current)
    for principal in sorted(changed):
        key = (container.account_id, container.kind, container.id)
        access.put_grant(unit, *key, principal, wanted.get(principal, ""))
    groups = {group for (group,) in unit.all(principals.GROUPS_AMONG, ids=changed)}
    for principal in sorted(set(changed) - groups - {by}):
        rights = (current.get(principal, ""), wanted.get(principal, ""))
        _notify(unit, container, principal, rights, container.account_id if by is None else by)
    after = _reached(unit, container.account_id, wanted)
    for individual in sorted(before.keys() | after.keys()):
        _tell(unit, container, individual, before.get(individual, ""), after.get(individual, ""))
    return bool(changed)


def _reached(unit: Unit, owner: int, grants: Mapping[int, str]) -> dict[int, str]:
    """Each user, room or resource but the owner -> letters, by itself and by groups it is in.

    What is logged is addressed to each of them: who is in a group, and who sees the container by
    another grant as well, cannot be found out later.
    """
    ids = list(grants)
    groups = {group for (group,) in unit.all(principals.GROUPS_AMONG, ids=ids)}
    ways = [(p, p) for p in ids if p not in groups]
    ways += unit.all(principals.MEMBERSHIPS, ids=ids)
    reached: dict[int, str] = {}
    for principal, individual in ways:
        if individual != owner:
            held = {*reached.get(individual, ""), *grants[principal]}
            reached[individual] = "".join(sorted(held))
    return reached


def _check(given: set[str], may_grant: str | None) -> None:
    if may_grant is not None and not given <= set(may_grant):
        raise Forbidden("rights that one does not have oneself cannot be given to others")


def _tell(unit: Unit, container: Container, individual: int, before: str, after: str) -> None:
    """Log what a change of its letters is to one who is not the owner."""
    if before == after:
        return
    if shows(before) and shows(after):
        kind = ChangeKind.UPDATED
    elif shows(after):
        kind = ChangeKind.CREATED
    elif shows(before):
        kind = ChangeKind.DESTROYED
    else:
        return
    unit.record(
        container.account_id,
        container.kind,
        container.wire_id,
        kind,
        name=container.uri,
        audience=individual,
    )
    opened(unit, container.account_id, container.kind, container.id, individual, kind)


def _notify(
    unit: Unit, container: Container, principal: int, rights: tuple[str, str], by: int
) -> None:
    """Tell one whose own grant changed, not those of groups (RFC 9670 §5)."""
    told = Told(container.kind, container.account_id, container.wire_id, container.name, *rights)
    share_notifications.tell(unit, principal, by, told)


def shown_anew(unit: Unit, container: Container, audience: int | None = None) -> None:
    """Log that with whom it is shared, or who is invited, is another now: to all, or to one."""
    unit.record(
        container.account_id,
        container.kind,
        container.wire_id,
        ChangeKind.UPDATED,
        name=container.uri,
        audience=audience,
    )


def unshare_all(unit: Unit, container: Container) -> None:
    """Take every grant, and every public link, away, because the container goes."""
    share(unit, container, {}, None)
    public_links.revoke_all(unit, container.account_id, container.kind, container.id)
