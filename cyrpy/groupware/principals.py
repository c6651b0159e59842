"""Adding, renaming and removing users, groups, rooms and resources, and their addresses."""

from __future__ import annotations

from typing import NamedTuple

from cyrpy.data import addresses, containers, principals
from cyrpy.data.principals import GROUP, PrincipalRow, PrincipalType, bump_epoch
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists, Forbidden, FormatError, NotFound
from cyrpy.groupware import mail_identities, proxies
from cyrpy.groupware.groups import dissolve
from cyrpy.groupware.provision import Folders, provision
from cyrpy.groupware.userids import UserIds, account_id, check_address, check_domain

MAX_ADDRESSES = 100  # of one principal
MAX_NAME = 255  # characters of a name for people, and of a description


class NewPrincipal(NamedTuple):
    """What a principal is made of; `name` as one types it."""

    name: str
    type: PrincipalType = "individual"
    display_name: str = ""
    description: str | None = None
    time_zone: str | None = None
    aliases: tuple[str, ...] = ()


def find(unit: Unit, userids: UserIds, name: str) -> PrincipalRow:
    """The principal whom `name`, as one types it, stands for.

    Raises:
        NotFound: there is none.
    """
    userid = userids.of_login(name)
    row = unit.first(principals.BY_NAME, name=userid)
    if row is None:
        raise NotFound(f"there is no {userid}")
    return row


def create(unit: Unit, userids: UserIds, folders: Folders, new: NewPrincipal) -> PrincipalRow:
    """Add a principal with its account and what is in it; its name is its first address.

    Raises:
        FormatError: name, alias or description cannot be one.
        AlreadyExists: there is one of that name, or with one of the addresses.
        NotFound: a domain is none of ours.
    """
    userid = userids.of_new(new.name)
    for text in (new.display_name, new.description or ""):
        if len(text) > MAX_NAME or not text.isprintable():
            raise FormatError(f"names and descriptions have at most {MAX_NAME} letters on one line")
    if unit.first(principals.BY_NAME, name=userid) is not None:
        raise AlreadyExists(f"there is a {userid} already", userid)
    row = principals.insert_principal(
        unit,
        {
            "name": userid,
            "wire_id": _free_account_id(unit, userid),
            "type": new.type,
            "display_name": new.display_name or userid.rpartition("@")[0],
            "description": new.description,
            "time_zone": new.time_zone,
        },
    )
    _arrange(unit, userids, row.id, [userid, *new.aliases])
    provision(unit, folders, row)
    return row


def _free_account_id(unit: Unit, userid: str) -> str:
    attempt = 1
    while unit.first(principals.BY_WIRE_ID, wire_id=account_id(userid, attempt)) is not None:
        attempt += 1
    return account_id(userid, attempt)


def rename(
    unit: Unit, userids: UserIds, row: PrincipalRow, name: str, *, keep_address: bool
) -> str:
    """Give the principal another name; ids and data stay, the old address if `keep_address`.

    Raises:
        FormatError: it cannot be a name.
        AlreadyExists: it is another's name or address.
        NotFound: its domain is none of ours.
    """
    userid = userids.of_new(name)
    taken = unit.first(principals.BY_NAME, name=userid)
    if taken is not None and taken.id != row.id:
        raise AlreadyExists(f"there is a {userid} already", userid)
    principals.change(unit, row.id, {"name": userid})
    proxies.renamed(unit, row.name, userid)
    present = addresses.addresses_of(unit, row.id)
    kept = [a for a in present if keep_address or a != row.name.lower()]
    _arrange(unit, userids, row.id, [userid, *kept])
    bump_epoch(unit, [row.id, *containers.grantees(unit, row.id)])
    return userid


def remove(unit: Unit, row: PrincipalRow) -> None:
    """Delete the principal and all that its account holds.

    The sign-in of whoever was granted something in the account is checked again; members leave a
    group that goes; what others shared with the principal has changed for its owner.
    """
    if row.type == GROUP:
        dissolve(unit, row)
    proxies.dissolve(unit, row)
    for granted in containers.granted_containers(unit, row.id):
        unit.record(
            granted.account_id,
            granted.kind,
            granted.wire_id,
            ChangeKind.UPDATED,
            name=granted.uri,
        )
    bump_epoch(unit, containers.grantees(unit, row.id))
    principals.delete_principal(unit, row.id)


def add_address(
    unit: Unit, userids: UserIds, row: PrincipalRow, address: str, *, first: bool = False
) -> None:
    """Give the principal `address`; `first` makes it the one that others are shown.

    Raises:
        FormatError: it is no address, or one too many.
        AlreadyExists: it is another's.
        NotFound: its domain is none of ours.
    """
    wanted = [a for a in addresses.addresses_of(unit, row.id) if a != address.lower()]
    wanted.insert(0 if first else len(wanted), address)
    _arrange(unit, userids, row.id, wanted)


def remove_address(unit: Unit, address: str) -> None:
    """Take an address away from whoever has it.

    Raises:
        NotFound: nobody has it.
        Forbidden: it is the name of its owner.
    """
    owner = addresses.owner(unit, address)
    row = None if owner is None else unit.first(principals.BY_ID, id=owner)
    if row is None:
        raise NotFound(f"nobody has the address {address}")
    if address.lower() == row.name.lower():
        raise Forbidden(f"{address} is the name of {row.name}; rename it instead")
    present = addresses.addresses_of(unit, row.id)
    rest = [a for a in present if a != address.lower()]
    addresses.arrange(unit, row.id, rest)
    mail_identities.addresses_changed(unit, row.id, present, rest)


def _arrange(unit: Unit, userids: UserIds, principal_id: int, wanted: list[str]) -> None:
    """Make `wanted` the principal's addresses, if each may be."""
    lower = list(dict.fromkeys(address.lower() for address in wanted))
    if len(lower) > MAX_ADDRESSES:
        raise FormatError(f"a user or group has at most {MAX_ADDRESSES} addresses")
    for address in lower:
        check_address(address)
        require_local(unit, userids, address.rpartition("@")[2])
        owner = addresses.owner(unit, address)
        if owner not in (None, principal_id):
            raise AlreadyExists(f"the address {address} belongs to another already", address)
    present = addresses.addresses_of(unit, principal_id)
    addresses.arrange(unit, principal_id, lower)
    mail_identities.addresses_changed(unit, principal_id, present, lower)


def require_local(unit: Unit, userids: UserIds, domain: str) -> None:
    """Make sure that the domain is one of ours.

    Raises:
        NotFound: it is not.
    """
    if domain != userids.default_domain and not addresses.is_local_domain(unit, domain):
        raise NotFound(f"{domain} is none of our domains; 'cyrpy domain add {domain}' adds it")


def add_domain(unit: Unit, name: str) -> None:
    """Make a domain one of ours.

    Raises:
        FormatError: it is no domain.
        AlreadyExists: it is one of ours.
    """
    check_domain(name)
    if addresses.is_local_domain(unit, name):
        raise AlreadyExists(f"{name} is one of our domains already", name)
    unit.run(addresses.INSERT_DOMAIN, name=name, created_at=unit.now)


def remove_domain(unit: Unit, name: str) -> None:
    """Make a domain none of ours.

    Raises:
        NotFound: it is none.
        Forbidden: there are addresses in it.
    """
    if not addresses.is_local_domain(unit, name):
        raise NotFound(f"{name} is none of the domains that were added")
    left = addresses.count_in_domain(unit, name)
    if left:
        raise Forbidden(f"{left} addresses are in {name}; remove or rename them first")
    unit.run(addresses.DELETE_DOMAIN, name=name)
